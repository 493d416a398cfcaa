import {matchWorkload} from '../../image/image-query.ts'
import type {DroppedMatch, WorkloadMatch} from '../../model/cluster.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {ListedWorkload, WorkloadKind} from '../../model/workload.ts'
import {atMost} from '../cache/at-most.ts'
import type {ImageCache} from '../cache/image-cache.ts'
import {retryRead} from '../retry-read.ts'
import {answerByScan} from './answer-by-scan.ts'
import {countIn} from './answer-from-cache.ts'
import type {Answer, Reader} from './reader.ts'

/** Simultaneous requests, on the one connection. */
const requestsAtOnce = 20

/**
 * One object has its status and managed fields and is not compressed: it costs as much as so many workloads of a list
 * (measured: 2 to 6 KB, and 90 to 300 bytes of a compressed page).
 */
const workloadsPerRead = 20

/** Workloads of one kind and namespace that a cache has named. */
interface Group {
  readonly kind: WorkloadKind
  readonly namespace: string
  readonly named: readonly WorkloadMatch[]
  /** Undefined: each of them is read. Otherwise their namespace is listed, which has so many workloads of the kind. */
  readonly listed: number | undefined
}

/**
 * The answer for a verb that writes: the present state of each workload that a cache has named, with its UID. One that is
 * gone, or runs another image, is dropped and reported. Each is read, or its namespace is listed, whichever costs less; the
 * whole cluster is listed instead where that costs less than both, or where one of the requests fails.
 */
export async function readNamed(reader: Reader, answer: Answer): Promise<Answer> {
  const named = answer.matches.filter(({uid}) => uid === '')
  if (named.length === 0) return answer
  const groups = groupNamed(named, answer.cache)
  const effort = groups.reduce((sum, group) => sum + (group.listed ?? group.named.length * workloadsPerRead), 0)
  if (effort > answer.workloadsRead) {
    return answerByScan(reader, `${named.length} targets take more to read than a list of ${answer.workloadsRead}`)
  }
  try {
    const read = (await atMost(requestsAtOnce, toTasks(reader, groups), (task) => task())).flat()
    return {
      ...answer,
      matches: [...answer.matches.filter(({uid}) => uid !== ''), ...read.filter((one) => 'matched' in one)],
      dropped: read.filter((one) => 'why' in one),
    }
  } catch (error) {
    if (!(error instanceof HubspokeError)) throw error
    return answerByScan(reader, `a target could not be read: ${error.message.replace(/\.$/, '')}`)
  }
}

function groupNamed(named: readonly WorkloadMatch[], cache: ImageCache | undefined): readonly Group[] {
  const places = Map.groupBy(named, ({kind, namespace}) => `${kind}/${namespace}`)
  return [...places.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const {kind, namespace} = first
    const count = cache && countIn(cache, kind, namespace)
    const isListed = group.length > 1 && count !== undefined && count < group.length * workloadsPerRead
    return [{kind, namespace, named: group, listed: isListed ? count : undefined}]
  })
}

type Task = () => Promise<readonly (WorkloadMatch | DroppedMatch)[]>

function toTasks(reader: Reader, groups: readonly Group[]): readonly Task[] {
  return groups.flatMap((group): readonly Task[] =>
    group.listed === undefined
      ? group.named.map((one) => async () => [await readOne(reader, one)])
      : [() => listGroup(reader, group)],
  )
}

async function readOne(reader: Reader, {kind, namespace, name}: WorkloadMatch) {
  const {cluster, deps} = reader
  const found = await retryRead(() => cluster.workloads.readListed({kind, namespace, name}, deps.signal), deps)
  return judge(reader, {kind, namespace, name}, found)
}

async function listGroup(reader: Reader, {kind, namespace, named}: Group) {
  const found = await retryRead(() => listNamed(reader, kind, namespace, named), reader.deps)
  return named.map((one) => judge(reader, one, found.get(one.name)))
}

async function listNamed(
  {cluster, deps}: Reader,
  kind: WorkloadKind,
  namespace: string,
  named: readonly WorkloadMatch[],
): Promise<ReadonlyMap<string, ListedWorkload>> {
  const names = new Set(named.map(({name}) => name))
  const found = new Map<string, ListedWorkload>()
  for await (const page of cluster.workloads.list(kind, {namespace, traits: true}, deps.signal)) {
    if (page.restarted) found.clear()
    for (const workload of page.workloads) if (names.has(workload.name)) found.set(workload.name, workload)
  }
  return found
}

function judge(
  {request}: Reader,
  {kind, namespace, name}: Pick<WorkloadMatch, 'kind' | 'namespace' | 'name'>,
  found: ListedWorkload | undefined,
): WorkloadMatch | DroppedMatch {
  if (found === undefined) return {kind, namespace, name, why: 'gone'}
  return matchWorkload(request.query, found) ?? {kind, namespace, name, why: 'runs another image'}
}
