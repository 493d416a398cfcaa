import type {ImageQuery} from '../../image/image-query.ts'
import type {ClusterReading, ContextRef} from '../../model/cluster.ts'
import type {Discovery} from '../../model/discovery.ts'
import type {Exclusion} from '../../model/exclusion.ts'
import type {RecordedTarget} from '../../model/recorded-run.ts'
import {workloadKinds} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {quoted} from '../../shared/problem.ts'
import type {DiscoveryDeps} from '../discover.ts'
import {identifyContext} from '../identify-context.ts'
import {otherClusters} from '../other-clusters.ts'
import {readTraits} from './read-traits.ts'
import {lostContexts, type RecordedPlace} from './refusals.ts'

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
 * Stage 1 of a retry: no workload is looked for, for the ledger names them. Asks every context of theirs which cluster it
 * leads to now. One that cannot be asked is a reading with a problem, as in every discovery. A context that is not in the
 * kubeconfig any more is stood in for by another one that leads to its cluster.
 *
 * @throws HubspokeError of class `usage` when a context leads to another cluster than it did, or when one is gone and
 * no other one leads to its cluster: names are aliases, and nothing may be written through a wrong one
 */
export async function findRecorded(request: RecordedTargets, deps: DiscoveryDeps): Promise<Discovery> {
  const places = placesOf(request.targets)
  const byName = new Map(request.contexts.map((context) => [context.name, context]))
  const present = [...new Set(places.map(({context}) => context))].flatMap((name) => byName.get(name) ?? [])
  deps.onEvent({type: 'discovery-started', contexts: present.map(({name}) => name)})
  const readings = await Promise.all(present.map((context) => identifyContext(context, told(request.runId), deps)))
  const now = new Map(readings.map((reading) => [reading.context.name, reading.identity]))
  const moved = places.flatMap((place) => {
    const identity = now.get(place.context)
    return identity === undefined || identity.uid === place.clusterUid ? [] : [{place, identity}]
  })
  if (moved.length > 0) throw otherClusters(`the run ${request.runId}`, moved)
  const replacements = await findReplacements(places, readings, request, deps)
  const all = await Promise.all([...readings, ...replacements].map((reading) => withTraits(reading, request, deps)))
  return {scope: scopeOf(request.targets, all), readings: all}
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

/** Which source answers, and why. */
const told = (runId: string) => ({tier: 'ledger', tierReason: `targets of the run ${runId}`}) as const

function placesOf(targets: readonly RecordedTarget<WorkloadTarget>[]): readonly RecordedPlace[] {
  const places = new Map<string, RecordedPlace>()
  for (const {target} of targets) {
    const {context, clusterUid, server} = target
    places.set(JSON.stringify([context, clusterUid]), {context, server, clusterUid})
  }
  return [...places.values()]
}

/** The contexts through which clusters are reached whose own context is gone; one that leads elsewhere is passed over. */
async function findReplacements(
  places: readonly RecordedPlace[],
  readings: readonly ClusterReading[],
  {runId, contexts}: RecordedTargets,
  deps: DiscoveryDeps,
): Promise<readonly ClusterReading[]> {
  const names = new Set(contexts.map(({name}) => name))
  const found: ClusterReading[] = []
  const lost: {readonly place: RecordedPlace; readonly tried: readonly ClusterReading[]}[] = []
  for (const place of places.filter(({context}) => !names.has(context))) {
    const leadsThere = ({identity}: ClusterReading) => identity?.uid === place.clusterUid
    if ([...readings, ...found].some(leadsThere)) continue
    const tried: ClusterReading[] = []
    for (const context of contexts.filter(({server}) => server === place.server)) {
      const known = readings.find((reading) => reading.context === context)
      const reading = known ?? (await identifyContext(context, told(runId), deps))
      tried.push(reading)
      if (leadsThere(reading)) break
    }
    const replacement = tried.find(leadsThere)
    if (replacement === undefined) lost.push({place, tried})
    else {
      found.push(replacement)
      deps.onEvent({type: 'notice', message: replacementSentence(place, replacement)})
    }
  }
  if (lost.length > 0) throw lostContexts(runId, lost)
  return found
}

function replacementSentence({context}: RecordedPlace, replacement: ClusterReading): string {
  return `Context ${quoted(context)} is not in the kubeconfig any more; ${quoted(replacement.context.name)} leads to the same cluster and is taken.`
}

function scopeOf(
  targets: readonly RecordedTarget<WorkloadTarget>[],
  readings: readonly ClusterReading[],
): Discovery['scope'] {
  const kinds = new Set(targets.map(({target}) => target.kind))
  return {
    kinds: workloadKinds.filter((kind) => kinds.has(kind)),
    namespaces: [...new Set(targets.map(({target}) => target.namespace))].sort(),
    contexts: readings.map(({context}) => context.name),
    contextsLeftOut: [],
  }
}
