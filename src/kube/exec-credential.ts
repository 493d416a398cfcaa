import {spawn} from 'node:child_process'
import {readFile} from 'node:fs/promises'
import {chooseProxy} from './choose-proxy.ts'
import {objectAt, textAt} from './json-fields.ts'
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

  constructor(why: string) {
    super(why)
    this.why = why
  }
}

export interface ExecSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Can a person be asked: are stdin and stderr a terminal? */
  readonly isTerminal: boolean
}

const timeoutMs = 60_000
/** Somebody has to find a phone, or a browser. */
const interactiveTimeoutMs = 300_000
const maxOutputBytes = 1_048_576

/**
 * Runs an exec plugin once, as client-go does (`KUBERNETES_EXEC_INFO`, `interactiveMode`), within 60 s, or 5 min where it
 * must ask somebody. What it writes to stderr is shown only while it may ask; its output is never part of an error.
 *
 * Protocol: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 *
 * @throws ExecPluginError
 */
export async function runExecPlugin(
  exec: ExecEntry,
  cluster: ClusterEntry,
  {env, isTerminal}: ExecSurroundings,
): Promise<ExecCredential> {
  const asks = exec.interactive === 'Always'
  if (asks && !isTerminal) throw new ExecPluginError('needs a terminal to ask for input')
  const output = await outputOf(exec, asks, {
    ...env,
    ...exec.env,
    KUBERNETES_EXEC_INFO: JSON.stringify(await execInfo(exec, cluster, {interactive: asks, env})),
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
  {interactive, env}: {readonly interactive: boolean; readonly env: ExecSurroundings['env']},
): Promise<unknown> {
  return {
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: {interactive, ...(exec.provideClusterInfo ? {cluster: await clusterInfo(cluster, env)} : {})},
  }
}

/** As client-go's `ConfigToExecCluster`: the CA as data, wherever it is kept, and the proxy, wherever it is named. */
async function clusterInfo(cluster: ClusterEntry, env: ExecSurroundings['env']): Promise<unknown> {
  const ca = cluster.caData || (cluster.caFile && (await readFile(cluster.caFile)).toString('base64'))
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

function outputOf(exec: ExecEntry, asks: boolean, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(exec.command, [...exec.args], {
      env,
      // A plugin that waits for input that nobody gives would hang until its timeout.
      stdio: [asks ? 'inherit' : 'ignore', 'pipe', asks ? 'inherit' : 'ignore'],
      timeout: asks ? interactiveTimeoutMs : timeoutMs,
      killSignal: 'SIGKILL',
    })
    const chunks: Buffer[] = []
    let size = 0
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxOutputBytes) chunks.push(chunk)
      else child.kill('SIGKILL')
    })
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(new ExecPluginError(error.code === 'ENOENT' ? 'was not found' : 'could not be started'))
    })
    child.on('close', (code, signal) => {
      if (code === 0 && size <= maxOutputBytes) resolve(Buffer.concat(chunks).toString('utf8'))
      else if (size > maxOutputBytes) reject(new ExecPluginError('printed far more than credentials'))
      else reject(new ExecPluginError(signal === null ? `failed with exit code ${code}` : 'did not end in time'))
    })
  })
}
