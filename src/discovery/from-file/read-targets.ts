import {matchWorkload} from '../../image/image-query.ts'
import type {ClusterAccess} from '../../kube/ports/cluster-access.ts'
import type {ClusterReading, DroppedMatch, Unread, WorkloadMatch} from '../../model/cluster.ts'
import {toFailure} from '../../model/failure.ts'
import {untilStopped} from '../../shared/until-stopped.ts'
import {atMost} from '../cache/at-most.ts'
import type {DiscoveryDeps} from '../discover.ts'
import {retryRead} from '../retry-read.ts'
import type {NamedTarget, NamedTargets} from './named-target.ts'

/** Simultaneous requests, on the one connection. */
const requestsAtOnce = 20

/**
 * The reading with the present state of these targets, one request each: what still is what the file names is a match,
 * everything else is dropped with its reason, and what could not be read is unread.
 */
export async function readTargets(
  reading: ClusterReading,
  targets: readonly NamedTarget[],
  {query, deps}: Pick<NamedTargets, 'query'> & {readonly deps: DiscoveryDeps},
): Promise<ClusterReading> {
  const cluster = deps.open(reading.context.name)
  const read = await atMost(requestsAtOnce, targets, (target) => tryRead(cluster, target, query, deps))
  return {
    ...reading,
    cost: cluster.cost(),
    workloadsRead: read.filter((one) => !('failure' in one)).length,
    matches: read.filter((one) => 'matched' in one),
    dropped: read.filter((one) => 'why' in one),
    unread: oncePerPart(read.filter((one) => 'failure' in one)),
  }
}

/** Whatever goes wrong, a bug too, is this target's alone. */
async function tryRead(
  cluster: ClusterAccess,
  target: NamedTarget,
  query: NamedTargets['query'],
  deps: DiscoveryDeps,
): Promise<WorkloadMatch | DroppedMatch | Unread> {
  const {kind, namespace} = target
  try {
    const reading = readOne(cluster, target, query, deps)
    return (await untilStopped(reading, deps.signal)) ?? {kind, namespace, failure: stopped}
  } catch (error) {
    return {kind, namespace, failure: toFailure(error)}
  }
}

const stopped: Unread['failure'] = {class: 'timeout', message: 'Stopped before it was read.', suggestions: []}

async function readOne(
  cluster: ClusterAccess,
  {kind, namespace, name, uid}: NamedTarget,
  query: NamedTargets['query'],
  deps: DiscoveryDeps,
): Promise<WorkloadMatch | DroppedMatch> {
  const identity = {kind, namespace, name}
  const found = await retryRead(() => cluster.workloads.readListed(identity, deps.signal), deps)
  if (found === undefined) return {...identity, why: 'gone'}
  if (uid !== undefined && found.uid !== uid) return {...identity, why: 'recreated'}
  return matchWorkload(query, found) ?? {...identity, why: 'runs another image'}
}

/** One namespace that may not be read is one problem, however many targets are in it. */
function oncePerPart(unread: readonly Unread[]): readonly Unread[] {
  return [...new Map(unread.map((part) => [`${part.kind}/${part.namespace}`, part])).values()]
}
