import type {ClusterReading, ContextRef} from '../model/cluster.ts'
import {type ClusterTarget, clusterTarget} from '../model/cluster-target.ts'
import type {Discovery} from '../model/discovery.ts'
import type {Planned} from '../model/planned.ts'
import type {Source} from '../model/source.ts'
import type {DiscoveryDeps} from './discover.ts'
import {identifyContext} from './identify-context.ts'
import {sameClusters} from './plan/plan-targets.ts'

export interface ContextsRequest {
  /** In the order of the kubeconfig. */
  readonly contexts: readonly ContextRef[]
  readonly contextsLeftOut: readonly ContextRef[]
}

/** The clusters of the selected contexts, each once however many of the contexts lead to it. */
export function contextsSource(request: ContextsRequest, deps: DiscoveryDeps): Source {
  return {
    find: () => identifyAll(request, deps),
    plan: ({readings}) => planClusters(readings),
  }
}

/** All contexts at once. One that cannot be identified is a reading with a problem, and its cluster is in no plan. */
async function identifyAll({contexts, contextsLeftOut}: ContextsRequest, deps: DiscoveryDeps): Promise<Discovery> {
  const names = contexts.map(({name}) => name)
  deps.onEvent({type: 'discovery-started', contexts: names})
  const readings = await Promise.all(
    contexts.map(async (context) => {
      const reading = await identifyContext(context, {}, deps)
      deps.onEvent({type: 'context-read', reading})
      return reading
    }),
  )
  const scope = {kinds: [], namespaces: [], contexts: names, contextsLeftOut: contextsLeftOut.map(({name}) => name)}
  return {scope, readings}
}

/** Each through the first context that leads to it. */
function planClusters(readings: readonly ClusterReading[]): Planned {
  const targets = new Map<string, ClusterTarget>()
  for (const {context, identity} of readings) {
    if (identity === undefined || targets.has(identity.uid)) continue
    const target = clusterTarget({clusterUid: identity.uid, context: context.name, server: context.server})
    targets.set(identity.uid, target)
  }
  return {targets: [...targets.values()], traits: new Map(), excluded: [], sameCluster: sameClusters(readings)}
}
