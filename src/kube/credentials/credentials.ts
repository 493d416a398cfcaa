import {HubspokeError} from '../../model/failure.ts'
import type {Clock} from '../../shared/clock.ts'
import {externalText} from '../../shared/external-text.ts'
import {shellWord} from '../../shared/shell-word.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import {isThisMachine} from '../connection/choose-proxy.ts'
import {quoted} from '../errors.ts'
import {authProviderToken} from './auth-provider.ts'
import {CredentialError} from './credential-error.ts'
import type {ExecCredential, ExecUser} from './exec-credential.ts'
import type {ExecCredentials} from './exec-credentials.ts'
import {ExecPluginError} from './exec-plugin-error.ts'
import {headerValue} from './header-value.ts'
import {impersonationHeaders} from './impersonation.ts'
import type {ClusterEntry, UserEntry} from './kubeconfig-file.ts'
import {hasClientCertificate, readTlsMaterial, type TlsMaterial} from './tls-material.ts'
import {hasOwnCredentials, writtenAuthorization} from './written-credentials.ts'

/** What a request needs besides its own content. */
export interface Credential {
  readonly headers: Readonly<Record<string, string>>
  /** The same object as long as nothing in it has changed: a new object requires a new connection. */
  readonly tls: TlsMaterial
  /** Milliseconds since the epoch, if the issuer gave an expiry. */
  readonly expiresAt?: number
  /** A new one follows it without an action of the user. */
  readonly renewed?: boolean
}

/** The credentials for one context. Rejects with a `HubspokeError` (`unauthenticated`). */
export interface Credentials {
  /** One fetch at a time for all callers, and none as long as the last credential is fresh. */
  current(): Promise<Credential>
  /** Fetches again after a 401, unless that was done since `refused` was handed out. */
  renewed(refused: Credential): Promise<Credential>
}

/** One context with the entries that it names. */
export interface ResolvedContext {
  readonly name: string
  readonly cluster: ClusterEntry
  readonly userName: string
  readonly user: UserEntry | undefined
}

export interface CredentialsDeps {
  readonly exec: ExecCredentials
  readonly clock: Pick<Clock, 'now' | 'date'>
}

/** Two hundred requests at once must not read the same files two hundred times. */
const freshMs = 5_000

/**
 * The credentials of one context, in the order of client-go: fields of the kubeconfig take precedence over an `auth-provider`
 * and over an exec plugin, which is then not even started.
 */
export function createCredentials(context: ResolvedContext, {exec, clock}: CredentialsDeps): Credentials {
  let handedOut: ExecCredential | undefined
  let last: {readonly credential: Credential; readonly readAt: number} | undefined
  let inFlight: Promise<Credential> | undefined

  async function fetchCredential(): Promise<Credential> {
    try {
      const written = await readWritten(context, clock)
      const plugin = pluginOf(context)
      handedOut = plugin && (await exec.current(plugin))
      const fetched = handedOut === undefined ? written : joined(written, handedOut)
      const credential =
        last && sameTls(last.credential.tls, fetched.tls) ? {...fetched, tls: last.credential.tls} : fetched
      last = {credential, readAt: clock.now()}
      return credential
    } catch (error) {
      throw credentialFailure(context, error)
    } finally {
      inFlight = undefined
    }
  }

  function current(): Promise<Credential> {
    if (last !== undefined && clock.now() - last.readAt < freshMs) return Promise.resolve(last.credential)
    inFlight ??= fetchCredential()
    return inFlight
  }

  return {
    current,
    renewed(refused) {
      if (last?.credential === refused) {
        last = undefined
        const plugin = pluginOf(context)
        if (plugin !== undefined && handedOut !== undefined) exec.drop(plugin, handedOut)
      }
      return current()
    },
  }
}

/** The plugin to run; undefined where there is none, or other credentials take precedence. */
function pluginOf({userName, user, cluster}: ResolvedContext): ExecUser | undefined {
  if (user?.exec === undefined || user.authProvider !== undefined || !carriesCredentials(cluster)) return undefined
  if (hasOwnCredentials(user) || hasClientCertificate(user)) return undefined
  return {name: userName, exec: user.exec, cluster}
}

/** As kubectl: without TLS no secret is sent, except over loopback (a tunnel, a sandbox). */
function carriesCredentials({server}: ClusterEntry): boolean {
  const url = URL.parse(server)
  return url === null || url.protocol === 'https:' || isThisMachine(url.hostname)
}

/** The fields of the kubeconfig, which are checked as a whole before any plugin is started. */
async function readWritten(context: ResolvedContext, clock: Pick<Clock, 'date'>): Promise<Credential> {
  const {cluster, user} = context
  if (user?.exec !== undefined && user.authProvider !== undefined) {
    throw new CredentialError('the user has both an auth-provider and an exec plugin: one of them must go')
  }
  const impersonation = impersonationHeaders(user?.impersonate)
  const isCarried = carriesCredentials(cluster)
  const [tls, written] = await Promise.all([
    isCarried ? readTlsMaterial(cluster, user) : {},
    writtenAuthorization(cluster, isCarried ? user : undefined),
  ])
  const provided =
    isCarried && user?.authProvider !== undefined ? providedBy(context.name, user, written, clock) : undefined
  const authorization = written ?? provided
  return {
    headers: {...(authorization === undefined ? {} : {authorization}), ...impersonation},
    tls,
    ...(Boolean(isCarried && user?.tokenFile) && {renewed: true}),
  }
}

/** Adds the plugin's credential, where the kubeconfig has no field for the same. */
function joined({headers, tls}: Credential, {token, cert, key, expiresAt}: ExecCredential): Credential {
  return {
    headers: {...(token !== '' && {authorization: `Bearer ${headerValue(token, 'token')}`}), ...headers},
    tls: cert === '' ? tls : {...tls, cert, key},
    ...(expiresAt !== undefined && {expiresAt}),
    renewed: true,
  }
}

/** Providers that kubectl has dropped are always refused; `oidc` is used only where no other credentials are configured. */
function providedBy(
  context: string,
  user: UserEntry,
  written: string | undefined,
  clock: Pick<Clock, 'date'>,
): string | undefined {
  if (written !== undefined && user.authProvider?.name === 'oidc') return undefined
  return `Bearer ${headerValue(authProviderToken(context, user, clock.date().getTime()), 'id-token')}`
}

function sameTls(a: TlsMaterial, b: TlsMaterial): boolean {
  const fields = ['ca', 'cert', 'key', 'servername', 'rejectUnauthorized'] as const
  return fields.every((field) => String(a[field]) === String(b[field]))
}

/** Never the original's message: it may quote the plugin's output. */
function credentialFailure(context: ResolvedContext, error: unknown): HubspokeError {
  const name = quoted(context.name)
  const kubectl = (...words: readonly string[]): string => kubectlCommand({context: context.name}, ...words)
  if (error instanceof ExecPluginError && context.user?.exec !== undefined) {
    const {command, installHint} = context.user.exec
    const hint = installHint === '' ? [] : [installHint]
    const said = error.said === '' ? '.' : `: ${error.said}${/[.!?…]$/.test(error.said) ? '' : '.'}`
    // Without quotes, so that failures of two commands form two groups.
    const message = `The command ${shellWord(externalText(command))} for the credentials of context ${name} ${error.why}${said}`
    const suggestions = [...hint, kubectl('auth', 'whoami')]
    return new HubspokeError('unauthenticated', message, {suggestions, refused: true})
  }
  if (!(error instanceof CredentialError)) throw error
  const {why, failureClass, final} = error
  const suggestions = error.suggestions.length > 0 ? error.suggestions : [kubectl('config', 'view', '--minify')]
  const what =
    failureClass === 'unreachable'
      ? `The context ${name} cannot be reached`
      : `There are no credentials for context ${name}`
  return new HubspokeError(failureClass, `${what}: ${why}.`, {suggestions, refused: true, final})
}
