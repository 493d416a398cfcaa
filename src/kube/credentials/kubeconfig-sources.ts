import {readFile, stat} from 'node:fs/promises'
import {delimiter, join, resolve} from 'node:path'
import {HubspokeError} from '../../model/failure.ts'
import {systemClock} from '../../shared/clock.ts'
import {externalText} from '../../shared/external-text.ts'
import {codeOf, onFileError} from '../../shared/file-error.ts'
import {printable} from '../../shared/printable.ts'
import {type ReadBounds, readBounded} from '../../shared/read-bounded.ts'
import {shellWord} from '../../shared/shell-word.ts'
import type {ClusterEntry, KubeconfigEntries, UserEntry} from './kubeconfig-file.ts'

export interface KubeconfigFile {
  /** Absolute. */
  readonly path: string
  readonly text: string
}

export interface SourceRequest {
  /** `--kubeconfig`: the only file that is read; it must exist. */
  readonly path?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly homeDir: string
  /** The clock for pipes that are still being filled. */
  readonly clock?: ReadBounds['clock']
}

/** More than the kubeconfig of a thousand clusters with their certificates. */
const largestBytes = 16 * 1024 * 1024

/**
 * The files that kubectl would read: the one that was named, else those of `KUBECONFIG`, of which missing ones are
 * skipped, else `~/.kube/config`.
 *
 * @throws HubspokeError `usage` where a named file is missing, or one cannot be read
 */
export async function readKubeconfigFiles({
  path,
  env,
  homeDir,
  clock = systemClock,
}: SourceRequest): Promise<readonly KubeconfigFile[]> {
  if (path !== undefined) {
    const file = await readOne(path, clock)
    if (file === undefined) throw missing(path)
    return [file]
  }
  const files = await Promise.all(implicitPaths(env, homeDir).map((one) => readOne(one, clock)))
  return files.filter((file) => file !== undefined)
}

/** The paths of the kubeconfig when none was named. */
export function implicitPaths(env: SourceRequest['env'], homeDir: string): readonly string[] {
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '')
  return listed.length > 0 ? [...new Set(listed)] : [join(homeDir, '.kube', 'config')]
}

async function readOne(path: string, clock: ReadBounds['clock']): Promise<KubeconfigFile | undefined> {
  try {
    return {path: resolve(path), text: (await readBounded(path, {maxBytes: largestBytes, clock})).toString('utf8')}
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    const why = new Map<unknown, string>(problems).get(code) ?? 'cannot be read'
    throw new HubspokeError('usage', `The kubeconfig file ${printable(path)} ${why}.`, {
      suggestions: [`ls -l ${shellWord(externalText(path))}`],
    })
  }
}

const problems = [
  ['EISDIR', 'is a folder'],
  ['EFBIG', 'is larger than 16 MiB'],
  ['ETIMEDOUT', 'is a pipe that nothing was written to'],
] as const

function missing(path: string): HubspokeError {
  return new HubspokeError('usage', `The kubeconfig file ${printable(path)} does not exist.`, {
    suggestions: ['--kubeconfig PATH  of a file that exists', 'leave it out, to use KUBECONFIG or ~/.kube/config'],
  })
}

/** Where Kubernetes puts the credentials of a pod's service account. */
const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * The cluster that this process runs in, as a context `in-cluster`; undefined outside of a pod.
 *
 * https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
 */
export async function readInCluster(
  env: SourceRequest['env'],
  folder: string = serviceAccountFolder,
): Promise<KubeconfigEntries | undefined> {
  const host = env.KUBERNETES_SERVICE_HOST
  const tokenFile = join(folder, 'token')
  if (!host || !(await isFile(tokenFile))) return undefined
  const name = 'in-cluster'
  const port = env.KUBERNETES_SERVICE_PORT ?? '443'
  const namespace = await readFile(join(folder, 'namespace'), 'utf8').catch(onFileError(''))
  return {
    clusters: new Map([[name, inCluster(`https://${host.includes(':') ? `[${host}]` : host}:${port}`, folder)]]),
    users: new Map([[name, inClusterUser(tokenFile)]]),
    contexts: new Map([[name, {cluster: name, user: name, namespace: namespace.trim() || 'default'}]]),
    currentContext: name,
  }
}

function inCluster(server: string, folder: string): ClusterEntry {
  return {server, caData: '', caFile: join(folder, 'ca.crt'), skipTlsVerify: false, tlsServerName: '', proxyUrl: ''}
}

function inClusterUser(tokenFile: string): UserEntry {
  const nothing = {certData: '', certFile: '', keyData: '', keyFile: '', token: '', username: '', password: ''}
  return {...nothing, tokenFile, exec: undefined, authProvider: undefined, impersonate: undefined}
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(onFileError(undefined)))?.isFile() ?? false
}
