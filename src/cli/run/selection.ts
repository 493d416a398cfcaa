import type {Freshness} from '../../discovery/cache/freshness.ts'
import type {DiscoveryDeps, DiscoveryRequest} from '../../discovery/discover.ts'
import {type WorkloadKind, workloadKinds} from '../../model/workload.ts'
import type {Clusters} from '../clusters.ts'
import type {Runtime} from '../process/runtime.ts'
import type {Session} from '../process/session.ts'

export interface WorkloadFlags {
  readonly namespace?: readonly string[] | undefined
  readonly selector?: string | undefined
  readonly kind?: readonly WorkloadKind[] | undefined
  readonly fresh: Freshness
  readonly 'small-cluster'?: number | undefined
  readonly 'cache-namespace': string
}

/** Among which workloads discovery searches, and how current its answer must be. */
export type Selection = Omit<DiscoveryRequest, 'query' | 'contexts' | 'contextsLeftOut' | 'writes'>

export function selectionOf(flags: WorkloadFlags): Selection {
  const {namespace = [], selector, kind = [], 'small-cluster': smallCluster} = flags
  return {
    kinds: kind.length === 0 ? workloadKinds : workloadKinds.filter((known) => kind.includes(known)),
    namespaces: namespace,
    ...(selector !== undefined && {selector}),
    fresh: flags.fresh,
    ...(smallCluster !== undefined && {smallCluster}),
    cacheNamespace: flags['cache-namespace'],
  }
}

/** What discovery reads with. */
export function readingDeps({clock}: Runtime, {open, endpointOf}: Clusters, {onEvent, stop}: Session): DiscoveryDeps {
  return {open, endpointOf, clock, onEvent, signal: stop.signal}
}
