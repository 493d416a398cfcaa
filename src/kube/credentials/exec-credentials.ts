import {type ExecCredential, type ExecSurroundings, type ExecUser, runExecPlugin} from './exec-credential.ts'
import {createPluginTurns} from './plugin-turns.ts'

/** The exec plugins of one kubeconfig, shared by all its contexts. */
export interface ExecCredentials {
  /**
   * The credential that is still good, or a new one: one process per user entry at a time, whoever asks. Rejects with an
   * ExecPluginError.
   */
  current(user: ExecUser): Promise<ExecCredential>
  /** The server refused this credential: the next `current` asks the plugin again, unless that has happened since. */
  drop(user: ExecUser, refused: ExecCredential): void
}

/** A credential that ends within this time is renewed before it is used: the request has to arrive with it. */
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
 * Never before half of its life is over: a plugin may hand out credentials that live for seconds. Where one has ended as
 * soon as it is there, the clock of this machine is wrong, and the server is left to say when it ends.
 */
function renewAt({expiresAt}: ExecCredential, obtainedAt: number): number {
  if (expiresAt === undefined || expiresAt <= obtainedAt) return Number.POSITIVE_INFINITY
  return expiresAt - Math.min(renewBeforeMs, (expiresAt - obtainedAt) / 2)
}

/**
 * As client-go's key: the whole entry of the plugin, and the whole cluster where the plugin is told of it. One that is not told
 * answers for every cluster alike.
 */
function keyOf({exec, cluster}: ExecUser): string {
  return JSON.stringify(exec.provideClusterInfo ? [exec, cluster] : [exec])
}
