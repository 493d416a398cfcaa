import {spawn} from 'node:child_process'
import type {Clock} from '../../shared/clock.ts'
import {readBounded} from '../../shared/read-bounded.ts'
import {chooseProxy} from '../connection/choose-proxy.ts'
import {objectAt, textAt} from '../json-fields.ts'
import type {ClusterEntry, ExecEntry} from './kubeconfig-file.ts'

/** What an exec plugin handed out. */
export interface ExecCredential {
  readonly token: string
  /** PEM. */
  readonly cert: string
  /** PEM. */
  readonly key: string
  /** Milliseconds since the epoch; undefined: good until the server refuses it. */
  readonly expiresAt: number | undefined
}

/** Why a plugin handed out nothing. `why` completes the sentence `the command … of its credentials`; it is safe to print. */
export class ExecPluginError extends Error {
  override readonly name = 'ExecPluginError'
  readonly why: string
  /** It might have gone better with somebody to ask. */
  readonly mayAsk: boolean

  constructor(why: string, mayAsk = false) {
    super(why)
    this.why = why
    this.mayAsk = mayAsk
  }
}

export interface ExecSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Can a person be asked: are stdin and stderr a terminal? */
  readonly isTerminal: boolean
  readonly clock: Clock
  readonly limits?: Partial<ExecLimits>
}

/** In milliseconds. */
export interface ExecLimits {
  readonly timeoutMs: number
  /** Somebody has to find a phone, or a browser. */
  readonly askingTimeoutMs: number
  /** A plugin that said something on stderr and did not end so long after is taken to wait for somebody. */
  readonly patienceMs: number
  /** What a plugin has started may hold its output open for so long after its end. */
  readonly afterExitMs: number
}

const defaultLimits: ExecLimits = {timeoutMs: 60_000, askingTimeoutMs: 300_000, patienceMs: 3_000, afterExitMs: 1_000}
const maxOutputBytes = 1_048_576

/**
 * Runs an exec plugin once, as client-go does (`KUBERNETES_EXEC_INFO`, `interactiveMode`), within 60 s, or 5 min where it
 * asks somebody. What it writes to stderr is shown only while it asks; its output is never part of an error.
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
  const info = await execInfo(exec, cluster, {interactive: asks, env, clock})
  const output = await outputOf(exec, {
    env: {...env, ...exec.env, KUBERNETES_EXEC_INFO: JSON.stringify(info)},
    asks,
    mayAsk: isTerminal && exec.interactive === 'IfAvailable' && !asks,
    clock,
    limits: {...defaultLimits, ...limits},
  })
  return parseExecCredential(output)
}

/** @throws ExecPluginError where the text is no credential; it says nothing of the text */
export function parseExecCredential(output: string): ExecCredential {
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
  const expiresAt = Date.parse(textAt(status, 'expirationTimestamp'))
  return {token, cert, key, expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt}
}

async function execInfo(
  exec: ExecEntry,
  cluster: ClusterEntry,
  {interactive, ...surroundings}: Pick<ExecSurroundings, 'env' | 'clock'> & {readonly interactive: boolean},
): Promise<unknown> {
  return {
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: {interactive, ...(exec.provideClusterInfo ? {cluster: await clusterInfo(cluster, surroundings)} : {})},
  }
}

/** As client-go's `ConfigToExecCluster`: the CA as data, wherever it is kept, and the proxy, wherever it is named. */
async function clusterInfo(
  cluster: ClusterEntry,
  {env, clock}: Pick<ExecSurroundings, 'env' | 'clock'>,
): Promise<unknown> {
  const read = async (path: string) => (await readBounded(path, {maxBytes: maxOutputBytes, clock})).toString('base64')
  const ca = cluster.caData || (cluster.caFile && (await read(cluster.caFile)))
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
  return typeof proxy === 'object' ? proxy.url.href.replace(/\/$/, '') : ''
}

interface PluginRun {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly asks: boolean
  /** It is run again with the terminal where it seems to need one. */
  readonly mayAsk: boolean
  readonly clock: Clock
  readonly limits: ExecLimits
}

function outputOf(exec: ExecEntry, {env, asks, mayAsk, clock, limits}: PluginRun): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(exec.command, [...exec.args], {
      env,
      // A plugin that waits for input that nobody gives would hang until its timeout.
      stdio: [asks ? 'inherit' : 'ignore', 'pipe', asks ? 'inherit' : mayAsk ? 'pipe' : 'ignore'],
      timeout: asks ? limits.askingTimeoutMs : limits.timeoutMs,
      killSignal: 'SIGKILL',
    })
    const chunks: Buffer[] = []
    let size = 0
    const [exited, closed] = [new AbortController(), new AbortController()]
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxOutputBytes) chunks.push(chunk)
      else child.kill('SIGKILL')
    })
    child.stderr?.once('data', async () => {
      await clock.sleep(limits.patienceMs, exited.signal)
      if (!exited.signal.aborted) child.kill('SIGKILL')
    })
    child.stderr?.resume()
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(new ExecPluginError(error.code === 'ENOENT' ? 'was not found' : 'could not be started'))
    })
    child.on('exit', async () => {
      exited.abort()
      // What it has started in turn may outlive it, with the pipes in its hands.
      await clock.sleep(limits.afterExitMs, closed.signal)
      child.stdout?.destroy()
      child.stderr?.destroy()
    })
    child.on('close', (code, signal) => {
      closed.abort()
      if (code === 0 && size <= maxOutputBytes) resolve(Buffer.concat(chunks).toString('utf8'))
      else if (size > maxOutputBytes) reject(new ExecPluginError('printed far more than credentials'))
      else
        reject(new ExecPluginError(signal === null ? `failed with exit code ${code}` : 'did not end in time', mayAsk))
    })
  })
}
