import {type SelectedContexts, selectContexts} from '../discovery/select/select-contexts.ts'
import type {ClusterAccess, Kubeconfig} from '../kube/ports/cluster-access.ts'
import type {ClusterReading, ContextRef} from '../model/cluster.ts'
import {chosenGroups} from './config/chosen-groups.ts'
import type {ConfigFile, Protection} from './config/config-file.ts'
import type {Runtime} from './process/runtime.ts'
import type {Session} from './process/session.ts'

export interface ContextFlags {
  readonly kubeconfig?: string | undefined
  readonly context?: readonly string[] | undefined
  readonly group?: readonly string[] | undefined
  readonly 'all-contexts'?: boolean
}

/** What is done in the clusters, and which of them it concerns. */
export interface Reach {
  readonly writes: boolean
  /** What says the value of a flag, where it was not typed. */
  originOf?(flag: string): string | undefined
  /** The contexts are known already, and no flag chooses them. */
  only?(context: ContextRef): boolean
}

/** The selected contexts of a kubeconfig, and the way into each. */
export interface Clusters extends SelectedContexts {
  /** Every context of the kubeconfig. */
  readonly all: readonly ContextRef[]
  /** What the config files protect. */
  readonly protections: readonly Protection[]
  open(context: string): ClusterAccess
  costOf(context: string): ClusterReading['cost']
  /** The one context is the service account of this pod. */
  readonly isInCluster: boolean
  /** Contexts with the same endpoint reach the same server. Not for people. */
  endpointOf(context: string): string
  /** The text of a kubeconfig in which this context is the only one. It holds credentials. */
  minified(context: string): string
  /** More contexts than these take turns. */
  readonly connectedAtOnce: number
}

export interface ClustersDeps {
  readonly runtime: Runtime
  readonly file: ConfigFile
  /** Lends the terminal to exec plugins that prompt. */
  readonly session: Pick<Session, 'lendTerminal'>
}

/**
 * Reads the kubeconfig, selects its contexts, and closes every connection when `use` is done with them.
 *
 * @throws HubspokeError of class `usage` when there is no kubeconfig, or the selection is wrong
 */
export async function withClusters<Result>(
  flags: ContextFlags,
  {writes, only, originOf, runtime, file, session}: Reach & ClustersDeps,
  use: (clusters: Clusters) => Promise<Result>,
): Promise<Result> {
  const groups = chosenGroups(flags.group, file, originOf?.('group'))
  const {loadKubeconfig} = await import('../kube/kubeconfig.ts')
  const {env, homeDir, clock} = runtime
  const kubeconfig = await loadKubeconfig({
    path: flags.kubeconfig,
    env,
    homeDir,
    clock,
    isTerminal: runtime.terminal !== undefined,
    withTerminal: session.lendTerminal,
  })
  const {contexts, connectedAtOnce, isInCluster} = kubeconfig
  const choice = {
    contexts,
    patterns: flags.context ?? [],
    patternsFrom: originOf?.('context'),
    groups,
    knownGroups: [...file.groups.keys()],
    allContexts: flags['all-contexts'] ?? false,
    writes,
  }
  const opened = rememberOpened(kubeconfig)
  try {
    return await use({
      ...(only === undefined ? selectContexts(choice) : takeOnly(contexts, only)),
      all: contexts,
      protections: file.protections,
      open: opened.open,
      costOf: opened.costOf,
      endpointOf: kubeconfig.endpointOf,
      minified: kubeconfig.minified,
      connectedAtOnce,
      isInCluster,
    })
  } finally {
    await opened.close()
  }
}

function takeOnly(contexts: readonly ContextRef[], only: (context: ContextRef) => boolean): SelectedContexts {
  return {selected: contexts.filter(only), leftOut: contexts.filter((context) => !only(context))}
}

function rememberOpened(kubeconfig: Kubeconfig) {
  const opened = new Map<string, ClusterAccess>()
  return {
    open(context: string): ClusterAccess {
      const access = opened.get(context) ?? kubeconfig.open(context)
      opened.set(context, access)
      return access
    },
    costOf: (context: string) => opened.get(context)?.cost() ?? {connections: 0, requests: 0, bytesRead: 0},
    close: () => Promise.all([...opened.values()].map((access) => access.close())),
  }
}
