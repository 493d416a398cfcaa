import type {ContextRef} from '../model/cluster.ts'
import {HubspokeError} from '../model/failure.ts'
import {canonicalServer} from '../shared/canonical-server.ts'
import type {Clock} from '../shared/clock.ts'
import {externalText, shownUrl} from '../shared/external-text.ts'
import {printable} from '../shared/printable.ts'
import {createClusterAccess} from './cluster-access.ts'
import {chooseProxy, type ProxyServer} from './connection/choose-proxy.ts'
import {type ConnectionBudget, createConnectionBudget} from './connection/connection-budget.ts'
import {createMachineTrust} from './connection/machine-trust.ts'
import {openFilesLimit} from './connection/open-files.ts'
import type {ConnectionLimits} from './connection/open-line.ts'
import {type Credentials, createCredentials} from './credentials/credentials.ts'
import {createExecCredentials, type ExecCredentials} from './credentials/exec-credentials.ts'
import type {KubeconfigEntries} from './credentials/kubeconfig-file.ts'
import {implicitPaths} from './credentials/kubeconfig-sources.ts'
import {minifiedKubeconfig} from './credentials/minified-kubeconfig.ts'
import {
  type EntriesRequest,
  type ReadEntries,
  readEntries,
  resolveContext,
  unusable,
} from './credentials/resolve-context.ts'
import {quoted} from './errors.ts'
import type {ClusterAccess, Kubeconfig} from './ports/cluster-access.ts'

export interface KubeconfigRequest extends EntriesRequest {
  readonly clock: Clock
  /** May an exec plugin prompt the user: are stdin and stderr a terminal? Default: no. */
  readonly isTerminal?: boolean
  /** Clears the terminal for an exec plugin that prompts, and restores it afterwards. Default: it is used as it is. */
  withTerminal?<Result>(ask: () => Promise<Result>): Promise<Result>
  readonly limits?: Partial<ConnectionLimits>
  /** How many files this process may open; default: the system's limit. */
  readonly openFiles?: number
}

/**
 * Reads the kubeconfig that kubectl would read, or the credentials of the pod in which this process runs.
 *
 * @throws HubspokeError `usage` when there is none, or a file of it is broken
 */
export async function loadKubeconfig(request: KubeconfigRequest): Promise<Kubeconfig> {
  const read = await readEntries(request)
  if (read !== undefined) return toKubeconfig(read, request, await budgetFor(read.entries.contexts.size, request))
  throw noKubeconfig(implicitPaths(request.env, request.homeDir))
}

function noKubeconfig(paths: readonly string[]): HubspokeError {
  const message = `There is no kubeconfig: ${paths.map(printable).join(', ')} ${paths.length === 1 ? 'does' : 'do'} not exist.`
  return new HubspokeError('usage', message, {
    suggestions: ['--kubeconfig PATH', 'export KUBECONFIG=PATH', 'hubspoke sandbox  to try it without a cluster'],
  })
}

/** So few contexts cannot exceed the limit of any system. */
const fewContexts = 8

async function budgetFor(contexts: number, request: KubeconfigRequest): Promise<ConnectionBudget | undefined> {
  if (contexts <= fewContexts) return undefined
  const openFiles = request.openFiles ?? (await openFilesLimit())
  return openFiles === undefined ? undefined : createConnectionBudget(openFiles, request.clock)
}

function toKubeconfig(
  {entries, sources, isInCluster}: ReadEntries,
  request: KubeconfigRequest,
  budget: ConnectionBudget | undefined,
): Kubeconfig {
  const {clock, env, isTerminal = false, withTerminal, limits} = request
  const exec = createExecCredentials({env, isTerminal, clock, ...(withTerminal && {withTerminal})}, () =>
    clock.date().getTime(),
  )
  const machine = createMachineTrust(env)
  const contexts = [...entries.contexts].map(
    ([name, {cluster, namespace}]): ContextRef => ({
      name,
      namespace,
      server: shownServer(entries.clusters.get(cluster)?.server ?? ''),
    }),
  )
  const named = (name: string): ContextRef => {
    const context = contexts.find((one) => one.name === name)
    if (context === undefined) throw noSuchContext(name)
    return context
  }
  const opened = new Map<string, ClusterAccess>()
  return {
    contexts,
    currentContext: entries.currentContext,
    sources,
    isInCluster,
    connectedAtOnce: budget?.contexts ?? Number.POSITIVE_INFINITY,
    endpointOf(name) {
      const cluster = entries.clusters.get(entries.contexts.get(name)?.cluster ?? '')
      return JSON.stringify([canonicalServer(cluster?.server ?? ''), cluster?.proxyUrl, cluster?.tlsServerName])
    },
    minified(name) {
      const context = named(name)
      const resolved = resolveContext(entries, context)
      if (resolved instanceof HubspokeError) throw resolved
      return minifiedKubeconfig(resolved, context.namespace)
    },
    open(name) {
      const context = named(name)
      const access =
        opened.get(name) ??
        createClusterAccess({
          ...target(entries, context, {exec, clock, env}),
          clock,
          machine,
          ...(limits && {limits}),
          ...(budget && {budget}),
        })
      opened.set(name, access)
      return access
    },
  }
}

/** Without a possible password. A server that is not a URL is shown as external text. */
function shownServer(server: string): string {
  const shown = shownUrl(server).replace(/\/+$/, '')
  if (shown.length > maxServerLength) return `(a server of ${server.length} characters)`
  return URL.canParse(shown) ? shown : externalText(shown)
}

/** No server accepts a longer one. */
const maxServerLength = 2_048

function noSuchContext(name: string): HubspokeError {
  return new HubspokeError('usage', `There is no context ${quoted(name)} in the kubeconfig.`, {
    suggestions: ['kubectl config get-contexts'],
  })
}

interface TargetSources extends Pick<KubeconfigRequest, 'clock' | 'env'> {
  readonly exec: ExecCredentials
}

interface AccessTarget {
  readonly context: ContextRef
  readonly credentials: Credentials
  readonly url: URL
  readonly proxy?: ProxyServer
}

/** A context that cannot be used is opened all the same: its first request fails, and no other context is affected. */
function target(entries: KubeconfigEntries, context: ContextRef, {exec, clock, env}: TargetSources): AccessTarget {
  const resolved = resolveContext(entries, context)
  if (resolved instanceof HubspokeError) return refused(context, resolved)
  const url = new URL(context.server)
  const proxy = chooseProxy(url, resolved.cluster.proxyUrl, env)
  if (typeof proxy === 'string') return refused(context, unusable('unreachable', context.name, proxy))
  return {context, credentials: createCredentials(resolved, {exec, clock}), url, ...(proxy && {proxy})}
}

function refused(context: ContextRef, problem: HubspokeError): AccessTarget {
  return {context, credentials: refusing(problem), url: new URL('https://unusable.invalid')}
}

function refusing(problem: HubspokeError): Credentials {
  return {current: () => Promise.reject(problem), renewed: () => Promise.reject(problem)}
}
