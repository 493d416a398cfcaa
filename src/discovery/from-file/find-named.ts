import type {ClusterReading} from '../../model/cluster.ts'
import type {Discovery} from '../../model/discovery.ts'
import {workloadKinds} from '../../model/workload.ts'
import {quoted} from '../../shared/problem.ts'
import type {DiscoveryDeps} from '../discover.ts'
import {identifyContext} from '../identify-context.ts'
import {otherClusters} from '../other-clusters.ts'
import type {NamedTarget, NamedTargets} from './named-target.ts'
import {readTargets} from './read-targets.ts'
import {lostTargets} from './refusals.ts'
import {wayTo} from './way-to.ts'

/**
 * Stage 1 of a run whose targets are in a file: nothing is searched. Asks every context of the file which cluster it leads to
 * now, then reads each target once. A context that cannot be asked is a reading with a problem, as in every discovery.
 *
 * @throws HubspokeError of class `usage` when a context leads to another cluster than the file says, or when a context is
 * not in the kubeconfig and no other one leads to its cluster
 */
export async function findNamed(request: NamedTargets, deps: DiscoveryDeps): Promise<Discovery> {
  const {targets, contexts, file} = request
  const names = new Set(targets.map(({context}) => context))
  const present = contexts.filter(({name}) => names.has(name))
  deps.onEvent({type: 'discovery-started', contexts: present.map(({name}) => name)})
  const told = toldBy(file)
  const readings = await Promise.all(present.map((context) => identifyContext(context, told, deps)))
  refuseOtherClusters(request, readings)
  const all = [...readings, ...(await findReplacements(request, readings, deps))]
  const byWay = Map.groupBy(targets, (target) => wayTo(target, all)?.context.name)
  const whole = await Promise.all(
    all.map(async (reading) => {
      const own = byWay.get(reading.context.name) ?? []
      const read = own.length === 0 ? reading : await readTargets(reading, own, {...request, deps})
      deps.onEvent({type: 'context-read', reading: read})
      return read
    }),
  )
  return {scope: scopeOf(request, whole), readings: whole}
}

/** Which source answers, and why. */
const toldBy = (file: string) => ({tier: 'file', tierReason: `targets of ${file}`}) as const

/** Names are aliases: nothing may be written through a wrong one. */
function refuseOtherClusters({targets, file}: NamedTargets, readings: readonly ClusterReading[]): void {
  const identities = new Map(readings.map(({context, identity}) => [context.name, identity]))
  const moved = placesOf(targets).flatMap((place) => {
    const identity = identities.get(place.context)
    return identity === undefined || identity.uid === place.clusterUid ? [] : [{place, identity}]
  })
  if (moved.length > 0) throw otherClusters(file, moved)
}

interface NamedPlace {
  readonly context: string
  readonly clusterUid: string
}

/** The clusters of the targets, as far as the file tells their UIDs. */
function placesOf(targets: readonly NamedTarget[]): readonly NamedPlace[] {
  const places = new Map<string, NamedPlace>()
  for (const {context, clusterUid} of targets) {
    if (clusterUid !== undefined) places.set(JSON.stringify([context, clusterUid]), {context, clusterUid})
  }
  return [...places.values()]
}

/** The contexts that lead to the clusters of contexts that are not in the kubeconfig. */
async function findReplacements(
  {targets, known, others, contextsSelected, file}: NamedTargets,
  readings: readonly ClusterReading[],
  deps: DiscoveryDeps,
): Promise<readonly ClusterReading[]> {
  const missing = targets.filter(({context}) => !known.has(context))
  const wanted = missing.filter((target) => wayTo(target, readings) === undefined)
  const uids = new Set(wanted.flatMap(({clusterUid}) => clusterUid ?? []))
  const asked = new Set(readings.map(({context}) => context.name))
  const untried = uids.size === 0 ? [] : others.filter(({name}) => !asked.has(name))
  const tried = await Promise.all(untried.map((context) => identifyContext(context, toldBy(file), deps)))
  const found = [...uids].flatMap((uid) => tried.find(({identity}) => identity?.uid === uid) ?? [])
  const all = [...readings, ...found]
  const lost = missing.filter((target) => wayTo(target, all) === undefined)
  if (lost.length > 0 && !contextsSelected) throw lostTargets(file, lost, tried)
  for (const [context, of] of Map.groupBy(missing, (target) => target.context)) {
    const way = of.map((target) => wayTo(target, all)).find((one) => one !== undefined)
    if (way !== undefined) deps.onEvent({type: 'notice', message: replacementSentence(context, way)})
  }
  return found
}

function replacementSentence(context: string, {context: {name}}: ClusterReading): string {
  return `Context ${quoted(context)} is not in the kubeconfig; ${quoted(name)} leads to the same cluster and is used.`
}

function scopeOf({file, targets}: NamedTargets, readings: readonly ClusterReading[]): Discovery['scope'] {
  const kinds = new Set(targets.map(({kind}) => kind))
  return {
    targetsOf: {type: 'file', name: file},
    kinds: workloadKinds.filter((kind) => kinds.has(kind)),
    namespaces: [...new Set(targets.map(({namespace}) => namespace))].sort(),
    contexts: readings.map(({context}) => context.name),
    contextsLeftOut: [],
  }
}
