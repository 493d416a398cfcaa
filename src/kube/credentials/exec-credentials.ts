import {type ExecCredential, type ExecSurroundings, type ExecUser, runExecPlugin} from './exec-credential.ts'
import {createPluginTurns} from './plugin-turns.ts'

/** The exec plugins of one kubeconfig, shared by all its contexts. */
export interface ExecCredentials {
  /**
   * The credential that is still valid, or a new one: one process per user entry at a time, for all callers. Rejects with an
   * ExecPluginError.
   */
  current(user: ExecUser): Promise<ExecCredential>
  /** The server refused this credential: the next `current` runs the plugin again, unless that has happened since. */
  drop(user: ExecUser, refused: ExecCredential): void
}

/** A credential that expires within this time is renewed before it is used, so that it is valid when the request arrives. */
const renewBeforeMs = 10_000

/** @param now milliseconds since the epoch, as the expiry of a credential is given */
export function createExecCredentials(
  surroundings: ExecSurroundings,
  now: () => number,
  run: typeof runExecPlugin = runExecPlugin,
): ExecCredentials {
  const held = new Map<string, Held>()
  const running = new Map<string, Promise<ExecCredential>>()
  const fetch = createPluginTurns(surroundings, run)

  async function ask(key: string, user: ExecUser): Promise<ExecCredential> {
    try {
      const credential = await fetch(user)
      held.set(key, {credential, renewAt: renewAt(credential, now())})
      return credential
    } finally {
      running.delete(key)
    }
  }

  return {
    current(user) {
      const key = keyOf(user)
      const last = held.get(key)
      if (last !== undefined && last.renewAt > now()) return Promise.resolve(last.credential)
      const inFlight = running.get(key) ?? ask(key, user)
      running.set(key, inFlight)
      return inFlight
    },
    drop(user, refused) {
      const key = keyOf(user)
      if (held.get(key)?.credential === refused) held.delete(key)
    },
  }
}

interface Held {
  readonly credential: ExecCredential
  readonly renewAt: number
}

/**
 * Never before half of its lifetime is over: a plugin may print credentials with a lifetime of seconds. If one seems expired
 * when it is printed, the clock of this machine is wrong, and the credential is used until the server refuses it.
 */
function renewAt({expiresAt}: ExecCredential, obtainedAt: number): number {
  if (expiresAt === undefined || expiresAt <= obtainedAt) return Number.POSITIVE_INFINITY
  return expiresAt - Math.min(renewBeforeMs, (expiresAt - obtainedAt) / 2)
}

/**
 * As client-go's key: the whole entry of the plugin, and the whole cluster where the plugin gets it. A plugin that does not get
 * it prints the same credential for every cluster.
 */
function keyOf({exec, cluster}: ExecUser): string {
  return JSON.stringify(exec.provideClusterInfo ? [exec, cluster] : [exec])
}
