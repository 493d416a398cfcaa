import type {ClusterReading, ContextRef} from '../../model/cluster.ts'
import {quoted} from '../../shared/problem.ts'
import type {DiscoveryDeps} from '../discover.ts'
import {identifyContext} from '../identify-context.ts'
import {otherClusters} from '../other-clusters.ts'
import {lostContexts, type RecordedPlace} from './refusals.ts'

/** Where the targets of a recorded run are. */
export interface RecordedPlaces {
  readonly runId: string
  readonly targets: readonly RecordedPlace[]
  /** Of the kubeconfig: those that bear a recorded name, and those that point at a recorded server. */
  readonly contexts: readonly ContextRef[]
}

/**
 * Asks every context of the recorded targets which cluster it leads to now. One that cannot be asked is a reading with a
 * problem, as in every discovery. A context that is no longer in the kubeconfig is replaced by another one that leads to its
 * cluster.
 *
 * @throws HubspokeError of class `usage` when a context leads to another cluster than it did, or when one is gone and
 * no other one leads to its cluster: names are aliases, and nothing may be written through a wrong one
 */
export async function identifyRecorded(
  request: RecordedPlaces,
  deps: DiscoveryDeps,
): Promise<readonly ClusterReading[]> {
  const places = placesOf(request.targets)
  const byName = new Map(request.contexts.map((context) => [context.name, context]))
  const present = [...new Set(places.map(({context}) => context))].flatMap((name) => byName.get(name) ?? [])
  deps.onEvent({type: 'discovery-started', contexts: present.map(({name}) => name)})
  const readings = await Promise.all(present.map((context) => identify(context, request.runId, deps)))
  const now = new Map(readings.map((reading) => [reading.context.name, reading.identity]))
  const moved = places.flatMap((place) => {
    const identity = now.get(place.context)
    return identity === undefined || identity.uid === place.clusterUid ? [] : [{place, identity}]
  })
  if (moved.length > 0) throw otherClusters(`the run ${request.runId}`, moved)
  return [...readings, ...(await findReplacements(places, readings, request, deps))]
}

function placesOf(targets: readonly RecordedPlace[]): readonly RecordedPlace[] {
  const places = new Map<string, RecordedPlace>()
  for (const {context, clusterUid, server} of targets) {
    places.set(JSON.stringify([context, clusterUid]), {context, server, clusterUid})
  }
  return [...places.values()]
}

function identify(context: ContextRef, runId: string, deps: DiscoveryDeps): Promise<ClusterReading> {
  return identifyContext(context, {tier: 'ledger', tierReason: `targets of the run ${runId}`}, deps)
}

/** The contexts through which clusters are reached whose own context is gone; one that leads elsewhere is passed over. */
async function findReplacements(
  places: readonly RecordedPlace[],
  readings: readonly ClusterReading[],
  {runId, contexts}: RecordedPlaces,
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
      const reading = known ?? (await identify(context, runId, deps))
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
