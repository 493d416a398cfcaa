import type {ContextRef} from '../model/cluster.ts'
import {HubspokeError} from '../model/failure.ts'
import type {Clock} from '../shared/clock.ts'
import {printable} from '../shared/printable.ts'
import {createClusterAccess} from './cluster-access.ts'
import type {ConnectionLimits} from './connection.ts'
import {type Credentials, createCredentials, type ResolvedContext} from './credentials.ts'
import {goOnWithout, quoted, shellWord} from './errors.ts'
import {createExecCredentials, type ExecCredentials} from './exec-credentials.ts'
import {type KubeconfigEntries, mergeKubeconfigs, parseKubeconfig} from './kubeconfig-file.ts'
import {implicitPaths, readInCluster, readKubeconfigFiles, type SourceRequest} from './kubeconfig-sources.ts'
import type {ClusterAccess, Kubeconfig} from './ports.ts'

export interface KubeconfigRequest extends SourceRequest {
  readonly clock: Clock
  /** May an exec plugin ask somebody: are stdin and stderr a terminal? Default: no. */
  readonly isTerminal?: boolean
  /** Where a pod's credentials are looked for; only tests have others than `/var/run/secrets/…`. */
  readonly serviceAccountFolder?: string
  readonly limits?: Partial<ConnectionLimits>
}

/**
 * Reads the kubeconfig that kubectl would read, or the credentials of the pod that this process runs in.
 *
 * @throws HubspokeError `usage` when there is none, or a file of it is broken
 */
export async function loadKubeconfig(request: KubeconfigRequest): Promise<Kubeconfig> {
  const files = await readKubeconfigFiles(request)
  if (files.length > 0) {
    const parsed = await Promise.all(files.map(({text, path}) => parseKubeconfig(text, path)))
    return toKubeconfig(
      mergeKubeconfigs(parsed),
      files.map(({path}) => path),
      request,
    )
  }
  const inCluster = await readInCluster(request.env, request.serviceAccountFolder)
  if (inCluster !== undefined) return toKubeconfig(inCluster, ['the service account of this pod'], request)
  throw noKubeconfig(implicitPaths(request.env, request.homeDir))
}

function noKubeconfig(paths: readonly string[]): HubspokeError {
  const message = `There is no kubeconfig: ${paths.map(printable).join(', ')} ${paths.length === 1 ? 'does' : 'do'} not exist.`
  return new HubspokeError('usage', message, {
    suggestions: ['--kubeconfig PATH', 'export KUBECONFIG=PATH', 'hubspoke sandbox  to try it without a cluster'],
  })
}

function toKubeconfig(entries: KubeconfigEntries, sources: readonly string[], request: KubeconfigRequest): Kubeconfig {
  const {clock, env, isTerminal = false, limits} = request
  const exec = createExecCredentials({env, isTerminal}, () => clock.date().getTime())
  const contexts = [...entries.contexts].map(
    ([name, {cluster, namespace}]): ContextRef => ({
      name,
      namespace,
      server: entries.clusters.get(cluster)?.server ?? '',
    }),
  )
  const opened = new Map<string, ClusterAccess>()
  return {
    contexts,
    currentContext: entries.currentContext,
    sources,
    open(name) {
      const context = contexts.find((one) => one.name === name)
      if (context === undefined) throw noSuchContext(name)
      const access =
        opened.get(name) ??
        createClusterAccess({...target(entries, context, {exec, clock}), clock, ...(limits && {limits})})
      opened.set(name, access)
      return access
    },
  }
}

function noSuchContext(name: string): HubspokeError {
  return new HubspokeError('usage', `There is no context ${quoted(name)} in the kubeconfig.`, {
    suggestions: ['kubectl config get-contexts'],
  })
}

interface CredentialSources {
  readonly exec: ExecCredentials
  readonly clock: Clock
}

/** A context that cannot be used is opened all the same: it fails with its first request, and no other context with it. */
function target(
  entries: KubeconfigEntries,
  context: ContextRef,
  {exec, clock}: CredentialSources,
): {context: ContextRef; credentials: Credentials; url: URL} {
  const resolved = resolveContext(entries, context)
  if (resolved instanceof HubspokeError) {
    return {context, credentials: refusing(resolved), url: new URL('https://unusable.invalid')}
  }
  return {context, credentials: createCredentials(resolved, {exec, now: clock.now}), url: new URL(context.server)}
}

function refusing(problem: HubspokeError): Credentials {
  return {current: () => Promise.reject(problem), renewed: () => Promise.reject(problem)}
}

function resolveContext(entries: KubeconfigEntries, {name, server}: ContextRef): ResolvedContext | HubspokeError {
  const entry = entries.contexts.get(name)
  const cluster = entries.clusters.get(entry?.cluster ?? '')
  if (entry === undefined || cluster === undefined) {
    return unusable(name, `names the cluster ${quoted(entry?.cluster ?? '')}, which the kubeconfig does not have`)
  }
  const user = entries.users.get(entry.user)
  if (entry.user !== '' && user === undefined) {
    return unusable(name, `names the user ${quoted(entry.user)}, which the kubeconfig does not have`)
  }
  if (!/^https?:$/.test(URL.parse(server)?.protocol ?? '')) {
    return unusable(name, `has no server that can be reached: ${quoted(server)} is no URL`)
  }
  if (cluster.proxyUrl !== '') {
    return unusable(name, 'is reached through a proxy (proxy-url), which hubspoke does not support yet')
  }
  return {name, cluster, userName: entry.user, user}
}

function unusable(name: string, why: string): HubspokeError {
  return new HubspokeError('usage', `The context ${quoted(name)} ${why}.`, {
    refused: true,
    suggestions: [`kubectl config view --minify --context ${shellWord(name)}`, goOnWithout(shellWord(name))],
  })
}
