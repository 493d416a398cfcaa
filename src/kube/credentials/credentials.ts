import type {KubeConfig, User} from '@kubernetes/client-node'
import {HubspokeError} from '../../model/failure.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import {quoted} from '../errors.ts'
import type {ExecCredential} from './exec-credential.ts'
import {ExecPluginError} from './exec-credential.ts'
import type {ExecCredentials} from './exec-credentials.ts'
import {impersonationHeaders} from './impersonation.ts'
import type {ClusterEntry, UserEntry} from './kubeconfig-file.ts'

/** What a request needs besides its own content. */
export interface Credential {
  readonly headers: Readonly<Record<string, string>>
  /** The same object as long as nothing in it has changed: a new one asks for a new connection. */
  readonly tls: TlsMaterial
  /** Milliseconds since the epoch, where who handed it out said so. */
  readonly expiresAt?: number
  /** There will be another one after it, without anybody's doing. */
  readonly renewed?: boolean
}

/** What a connection is made with; fields as of `tls.connect`. */
export interface TlsMaterial {
  readonly ca?: string | Buffer
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  readonly servername?: string
  readonly rejectUnauthorized?: boolean
}

/** Who we are to one context. Rejects with a `HubspokeError` (`unauthenticated`). */
export interface Credentials {
  /** One fetch at a time, whoever asks, and none as long as the last answer is fresh. */
  current(): Promise<Credential>
  /** Asks anew after a 401, unless that was done since `refused` was handed out. */
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
  /** Monotonic milliseconds. */
  readonly now: () => number
}

/** client-node reads certificate files again at each call: two hundred requests at once must not read them 200 times. */
const freshMs = 5_000

/** The name under which our own exec authenticator is known to client-node. */
const execProvider = 'hubspoke-exec'

/**
 * The credentials of one context, supplied by client-node: certificates, tokens and their files, basic authentication,
 * `auth-provider` entries. Exec plugins are added to it through its `addAuthenticator`: its own runs one process per
 * concurrent request, without a timeout, and puts the plugin's output into the error.
 */
export function createCredentials(context: ResolvedContext, {exec, now}: CredentialsDeps): Credentials {
  const execAuth = context.user?.exec && execAuthenticator(context, exec)
  let client: Promise<KubeConfig> | undefined
  let last: {readonly credential: Credential; readonly readAt: number} | undefined
  let inFlight: Promise<Credential> | undefined

  async function fetchCredential(): Promise<Credential> {
    try {
      client ??= loadClient(context, execAuth)
      const fetched = {...(await readCredential(await client, context.user)), ...execAuth?.expiry()}
      const credential =
        last && sameTls(last.credential.tls, fetched.tls) ? {...fetched, tls: last.credential.tls} : fetched
      last = {credential, readAt: now()}
      return credential
    } catch (error) {
      throw credentialError(context, error)
    } finally {
      inFlight = undefined
    }
  }

  function current(): Promise<Credential> {
    if (last !== undefined && now() - last.readAt < freshMs) return Promise.resolve(last.credential)
    inFlight ??= fetchCredential()
    return inFlight
  }

  return {
    current,
    renewed(refused) {
      if (last?.credential === refused) {
        last = undefined
        // A new one: client-node holds tokens that it read from files for a minute.
        client = undefined
        execAuth?.drop()
      }
      return current()
    },
  }
}

async function loadClient(context: ResolvedContext, execAuth: ExecAuthenticator | undefined): Promise<KubeConfig> {
  const {KubeConfig} = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  if (execAuth !== undefined) config.addAuthenticator(execAuth)
  const {name, cluster} = context
  config.loadFromOptions({
    clusters: [
      {
        name,
        server: cluster.server,
        ...(cluster.caData === '' ? {caFile: cluster.caFile} : {caData: cluster.caData}),
        tlsServerName: cluster.tlsServerName || undefined,
        // client-node refuses plain http unless verification is off; there is no TLS to verify then.
        skipTLSVerify: cluster.skipTlsVerify || cluster.server.startsWith('http:'),
      },
    ],
    users: [toClientUser(name, context.user)],
    contexts: [{name, cluster: name, user: name}],
    currentContext: name,
  })
  return config
}

/** As client-go reads a user: data before files, a token file before a token. */
function toClientUser(name: string, user: UserEntry | undefined): User {
  if (user === undefined) return {name}
  return {
    name,
    ...(user.certData === '' ? {certFile: user.certFile} : {certData: user.certData}),
    ...(user.keyData === '' ? {keyFile: user.keyFile} : {keyData: user.keyData}),
    ...(user.username === '' ? {} : {username: user.username, password: user.password}),
    ...(user.token !== '' && user.tokenFile === '' ? {token: user.token} : {}),
    ...authProviderOf(user),
  }
}

function authProviderOf(user: UserEntry): Pick<User, 'authProvider'> {
  if (user.exec !== undefined) return {authProvider: {name: execProvider, config: {}}}
  if (user.tokenFile !== '') return {authProvider: {name: 'tokenFile', config: {tokenFile: user.tokenFile}}}
  return user.authProvider === undefined ? {} : {authProvider: user.authProvider}
}

/** The part of `https.RequestOptions` that client-node fills. */
interface FilledOptions extends TlsMaterial {
  readonly headers: Record<string, string>
  /** `username:password` */
  readonly auth?: string
}

async function readCredential(config: KubeConfig, user: UserEntry | undefined): Promise<Credential> {
  const options: FilledOptions = {headers: {}}
  await config.applyToHTTPSOptions(options as Parameters<KubeConfig['applyToHTTPSOptions']>[0])
  const {headers, auth, ca, cert, key, servername, rejectUnauthorized} = options
  // A token file ends with a line break more often than not.
  const authorization = headers.Authorization?.trim() ?? (auth && `Basic ${Buffer.from(auth).toString('base64')}`)
  return {
    headers: {
      ...(authorization === undefined ? {} : {authorization}),
      ...impersonationHeaders(user?.impersonate),
    },
    ...(user !== undefined && authProviderOf(user).authProvider !== undefined && {renewed: true}),
    tls: {
      ...(ca === undefined ? {} : {ca}),
      ...(cert === undefined ? {} : {cert}),
      ...(key === undefined ? {} : {key}),
      ...(servername === undefined ? {} : {servername}),
      ...(rejectUnauthorized === undefined ? {} : {rejectUnauthorized}),
    },
  }
}

function sameTls(a: TlsMaterial, b: TlsMaterial): boolean {
  const fields = ['ca', 'cert', 'key', 'servername', 'rejectUnauthorized'] as const
  return fields.every((field) => String(a[field]) === String(b[field]))
}

type Authenticator = Parameters<KubeConfig['addAuthenticator']>[0]
type ExecAuthenticator = Authenticator & {drop(): void; expiry(): Pick<Credential, 'expiresAt'>}

function execAuthenticator(context: ResolvedContext, exec: ExecCredentials): ExecAuthenticator | undefined {
  if (context.user?.exec === undefined) return undefined
  const user = {name: context.userName, exec: context.user.exec, cluster: context.cluster}
  let handedOut: ExecCredential | undefined
  return {
    isAuthProvider: ({authProvider}) => authProvider?.name === execProvider,
    async applyAuthentication(_user, options) {
      handedOut = await exec.current(user)
      const {token, cert, key} = handedOut
      if (cert !== '' && key !== '') Object.assign(options, {cert, key})
      if (token !== '') Object.assign(options.headers ?? {}, {Authorization: `Bearer ${token}`})
    },
    expiry: () => (handedOut?.expiresAt === undefined ? {} : {expiresAt: handedOut.expiresAt}),
    drop() {
      if (handedOut !== undefined) exec.drop(user, handedOut)
    },
  }
}

/** Never the original's message: it may hold what a plugin or an identity provider answered. */
function credentialError(context: ResolvedContext, error: unknown): HubspokeError {
  const name = quoted(context.name)
  const suggestions = [kubectlCommand({context: context.name}, 'auth', 'whoami')]
  if (error instanceof ExecPluginError && context.user?.exec !== undefined) {
    const {command, installHint} = context.user.exec
    const hint = installHint === '' ? [] : [installHint]
    const message = `The command ${quoted(command)} for the credentials of context ${name} ${error.why}.`
    return new HubspokeError('unauthenticated', message, {suggestions: [...hint, ...suggestions], refused: true})
  }
  const file = error instanceof Error && 'path' in error ? ` file ${String(error.path)} cannot be read` : ''
  const provider =
    context.user?.authProvider === undefined ? '' : ' its auth-provider handed out nothing that can be used'
  const why = file || provider || ' they cannot be read'
  const message = `There are no credentials for context ${name}:${why}.`
  return new HubspokeError('unauthenticated', message, {suggestions, refused: true})
}
