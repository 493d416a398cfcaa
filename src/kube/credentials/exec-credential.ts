import type {Clock} from '../../shared/clock.ts'
import {chooseProxy} from '../connection/choose-proxy.ts'
import {objectAt, textAt} from '../json-fields.ts'
import {readRegularFile} from '../read-regular-file.ts'
import {CredentialError} from './credential-error.ts'
import {ExecPluginError} from './exec-plugin-error.ts'
import type {ClusterEntry, ExecEntry} from './kubeconfig-file.ts'
import {type ExecLimits, runPluginProcess} from './run-plugin-process.ts'

/** The credential that an exec plugin printed. */
export interface ExecCredential {
  readonly token: string
  /** PEM. */
  readonly cert: string
  /** PEM. */
  readonly key: string
  /** Milliseconds since the epoch; undefined: valid until the server refuses it. */
  readonly expiresAt: number | undefined
}

/** One user entry with an exec plugin, for one cluster. */
export interface ExecUser {
  readonly name: string
  readonly exec: ExecEntry
  readonly cluster: ClusterEntry
}

export interface ExecSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Can the user be prompted: are stdin and stderr a terminal? */
  readonly isTerminal: boolean
  readonly clock: Clock
  /** Clears the terminal for a plugin that prompts, and restores it afterwards. */
  withTerminal?<Result>(ask: () => Promise<Result>): Promise<Result>
  readonly limits?: Partial<ExecLimits>
}

const defaultLimits: ExecLimits = {timeoutMs: 60_000, askingTimeoutMs: 300_000, patienceMs: 3_000, afterExitMs: 1_000}

/**
 * Runs an exec plugin once, as client-go does (`KUBERNETES_EXEC_INFO`, `interactiveMode`), within 60 s, or 5 min where it
 * prompts the user. Its output is never part of an error; of its stderr, the last line is.
 *
 * Protocol: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 *
 * @param asks it has the terminal to itself; only where there is one
 * @throws ExecPluginError
 */
export async function runExecPlugin(
  exec: ExecEntry,
  cluster: ClusterEntry,
  {env, isTerminal, clock, limits}: ExecSurroundings,
  asks = false,
): Promise<ExecCredential> {
  if (exec.interactive === 'Always' && !isTerminal) throw new ExecPluginError('needs a terminal to ask for input')
  const info = await execInfo(exec, cluster, {interactive: asks, env})
  const output = await runPluginProcess(exec, {
    env: {...env, ...exec.env, KUBERNETES_EXEC_INFO: JSON.stringify(info)},
    asks,
    mayAsk: isTerminal && exec.interactive === 'IfAvailable' && !asks,
    clock,
    limits: {...defaultLimits, ...limits},
  })
  return parseExecCredential(output, exec.apiVersion)
}

/**
 * @param apiVersion the one in its entry: client-go refuses every other one; here the output may leave it out
 * @throws ExecPluginError where the text is not a credential; it does not quote the text
 */
export function parseExecCredential(output: string, apiVersion = ''): ExecCredential {
  let document: unknown
  try {
    document = JSON.parse(output)
  } catch {
    throw new ExecPluginError('did not print JSON')
  }
  const status = objectAt(document, 'status')
  const token = textAt(status, 'token').trim()
  const cert = textAt(status, 'clientCertificateData')
  const key = textAt(status, 'clientKeyData')
  if (textAt(document, 'kind') !== 'ExecCredential' || (token === '' && (cert === '' || key === ''))) {
    throw new ExecPluginError('printed no credentials')
  }
  const version = textAt(document, 'apiVersion')
  if (version !== '' && apiVersion !== '' && version !== apiVersion) {
    throw new ExecPluginError('printed credentials of another apiVersion than its entry names')
  }
  if ((cert === '') !== (key === '')) throw new ExecPluginError('printed a certificate without its key, or a key alone')
  return {token, cert, key, expiresAt: endOf(status)}
}

/** As client-go reads it: RFC 3339, or nothing. */
function endOf(status: unknown): number | undefined {
  const given = objectAt({status}, 'status').expirationTimestamp
  if (given === undefined || given === null) return undefined
  const isTime = typeof given === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(given)
  const at = isTime ? Date.parse(given) : Number.NaN
  if (Number.isNaN(at)) throw new ExecPluginError('printed an invalid expirationTimestamp')
  return at
}

async function execInfo(
  exec: ExecEntry,
  cluster: ClusterEntry,
  {interactive, env}: Pick<ExecSurroundings, 'env'> & {readonly interactive: boolean},
): Promise<unknown> {
  return {
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: {interactive, ...(exec.provideClusterInfo ? {cluster: await clusterInfo(cluster, env)} : {})},
  }
}

/** As client-go's `ConfigToExecCluster`: the CA as data, wherever it is stored, and the proxy, wherever it is configured. */
async function clusterInfo(cluster: ClusterEntry, env: ExecSurroundings['env']): Promise<unknown> {
  const ca =
    cluster.caData ||
    (cluster.caFile &&
      (
        await readRegularFile(cluster.caFile).catch((error: Error) => {
          throw new CredentialError(`file ${cluster.caFile} ${error.message}`, {
            failureClass: 'unreachable',
            final: false,
          })
        })
      ).toString('base64'))
  const proxy = proxyFor(cluster, env)
  return {
    server: cluster.server,
    ...(cluster.tlsServerName === '' ? {} : {'tls-server-name': cluster.tlsServerName}),
    ...(cluster.skipTlsVerify ? {'insecure-skip-tls-verify': true} : {}),
    ...(ca === '' ? {} : {'certificate-authority-data': ca}),
    ...(proxy === '' ? {} : {'proxy-url': proxy}),
    config: cluster.execConfig ?? null,
  }
}

function proxyFor({server, proxyUrl}: ClusterEntry, env: ExecSurroundings['env']): string {
  const url = URL.parse(server)
  if (proxyUrl !== '' || url === null) return proxyUrl
  const proxy = chooseProxy(url, '', env)
  return typeof proxy === 'object' ? proxy.whole.replace(/\/$/, '') : ''
}
