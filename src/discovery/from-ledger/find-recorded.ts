import type {ImageQuery} from '../../image/image-query.ts'
import type {ClusterReading, ContextRef} from '../../model/cluster.ts'
import type {Discovery} from '../../model/discovery.ts'
import type {Exclusion} from '../../model/exclusion.ts'
import type {RecordedTarget} from '../../model/recorded-run.ts'
import {workloadKinds} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import type {DiscoveryDeps} from '../discover.ts'
import {identifyRecorded} from './identify-recorded.ts'
import {readTraits} from './read-traits.ts'

/** The targets of a recorded run that are looked for again. */
export interface RecordedTargets {
  readonly runId: string
  /** What the run was about: which images of the targets are its own is read again. */
  readonly query: ImageQuery
  readonly targets: readonly RecordedTarget<WorkloadTarget>[]
  /** What the run left unfinished and is not looked for. */
  readonly excluded: readonly Exclusion[]
  /** What each is changed to, for the plan, by key; default: nothing to add. */
  readonly changes?: ReadonlyMap<string, string>
  /** Of the kubeconfig: those that bear a recorded name, and those that point at a recorded server. */
  readonly contexts: readonly ContextRef[]
}

/**
 * Stage 1 of a retry: no workload is looked for, for the ledger names them. Their clusters are identified, and what the
 * workloads are now is read.
 *
 * @throws HubspokeError of class `usage` where `identifyRecorded` does
 */
export async function findRecorded(request: RecordedTargets, deps: DiscoveryDeps): Promise<Discovery> {
  const {runId, contexts, targets} = request
  const readings = await identifyRecorded({runId, contexts, targets: targets.map(({target}) => target)}, deps)
  const all = await Promise.all(readings.map((reading) => withTraits(reading, request, deps)))
  return {scope: scopeOf(runId, targets, all), readings: all}
}

/** Only now that no context leads elsewhere. */
async function withTraits(
  reading: ClusterReading,
  {targets, query}: RecordedTargets,
  deps: DiscoveryDeps,
): Promise<ClusterReading> {
  const of = targets.map(({target}) => target).filter(({clusterUid}) => clusterUid === reading.identity?.uid)
  const cluster = of.length === 0 ? undefined : deps.open(reading.context.name)
  const whole =
    cluster === undefined
      ? reading
      : {...reading, ...(await readTraits(cluster, of, {query, signal: deps.signal})), cost: cluster.cost()}
  deps.onEvent({type: 'context-read', reading: whole})
  return whole
}

function scopeOf(
  runId: string,
  targets: readonly RecordedTarget<WorkloadTarget>[],
  readings: readonly ClusterReading[],
): Discovery['scope'] {
  const kinds = new Set(targets.map(({target}) => target.kind))
  return {
    targetsOf: {type: 'run', name: runId},
    kinds: workloadKinds.filter((kind) => kinds.has(kind)),
    namespaces: [...new Set(targets.map(({target}) => target.namespace))].sort(),
    contexts: readings.map(({context}) => context.name),
    contextsLeftOut: [],
  }
}
