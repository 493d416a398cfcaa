import type {ContextRef} from '../../model/cluster.ts'
import {type ClusterTarget, clusterTarget} from '../../model/cluster-target.ts'
import type {Exclusion} from '../../model/exclusion.ts'
import type {RecordedTarget} from '../../model/recorded-run.ts'
import type {SpokeResult} from '../../model/result.ts'
import type {Source} from '../../model/source.ts'
import type {DiscoveryDeps} from '../discover.ts'
import {sameClusters} from '../plan/plan-targets.ts'
import {identifyRecorded} from './identify-recorded.ts'
import {unreachedResult, wayTo} from './recorded-ways.ts'

/** The clusters of an earlier run that are targets again. */
export interface RecordedClusters {
  readonly runId: string
  readonly targets: readonly RecordedTarget<ClusterTarget>[]
  /** What the run left unfinished and is not retried. */
  readonly excluded: readonly Exclusion[]
  /** Of the kubeconfig: those that bear a recorded name, and those that point at a recorded server. */
  readonly contexts: readonly ContextRef[]
}

/**
 * The clusters that the ledger of an earlier run names, each identified again. `find` rejects where `identifyRecorded` does:
 * nothing is done in another cluster than the recorded one.
 */
export function recordedClustersSource(request: RecordedClusters, deps: DiscoveryDeps): Source {
  const {runId, targets, excluded, contexts} = request
  return {
    async find() {
      const readings = await identifyRecorded({runId, contexts, targets: targets.map(({target}) => target)}, deps)
      for (const reading of readings) deps.onEvent({type: 'context-read', reading})
      const names = readings.map(({context}) => context.name)
      const targetsOf = {type: 'run', name: runId} as const
      return {scope: {targetsOf, kinds: [], namespaces: [], contexts: names, contextsLeftOut: []}, readings}
    },
    plan({readings}) {
      const planned: ClusterTarget[] = []
      const unreached: SpokeResult[] = []
      for (const recorded of targets) {
        const {clusterUid} = recorded.target
        const way = wayTo(recorded.target, readings)
        if (way === undefined) unreached.push(unreachedResult(recorded, readings, runId))
        else planned.push(clusterTarget({clusterUid, context: way.name, server: way.server}))
      }
      return {targets: planned, unreached, traits: new Map(), excluded, sameCluster: sameClusters(readings)}
    },
  }
}
