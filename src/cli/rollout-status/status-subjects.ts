import {retryRead} from '../../discovery/retry-read.ts'
import {type ImageQuery, matchWorkload} from '../../image/image-query.ts'
import type {Workloads} from '../../kube/ports/workloads.ts'
import type {WorkloadEntry} from '../../model/workload-entry.ts'
import {workloadTarget} from '../../model/workload-target.ts'
import type {StatusSubject} from '../../rollout/status-subject.ts'
import type {Clock} from '../../shared/clock.ts'
import {createSemaphore, type Semaphore} from '../../shared/semaphore.ts'
import type {Clusters} from '../clusters.ts'

/** Simultaneous requests of one context, on its one connection: as many as a reading has. */
const requestsAtOnce = 20

export interface SubjectsDeps {
  readonly clusters: Pick<Clusters, 'open' | 'selected'>
  readonly clock: Clock
}

/** What was found, with bounded access to each: reads are retried as those of discovery, and follows are shared watches. */
export function statusSubjects(
  found: readonly WorkloadEntry[],
  query: ImageQuery,
  {clusters, clock}: SubjectsDeps,
): readonly StatusSubject[] {
  const servers = new Map(clusters.selected.map(({name, server}) => [name, server]))
  const accesses = new Map<string, StatusSubject['workloads']>()
  const accessTo = (context: string): StatusSubject['workloads'] => {
    const access = accesses.get(context) ?? bounded(clusters.open(context).workloads, clock)
    accesses.set(context, access)
    return access
  }
  return found.map((entry) => ({
    target: workloadTarget({...entry, server: servers.get(entry.context) ?? ''}),
    workloads: accessTo(entry.context),
    isWanted: (state) => matchWorkload(query, state) !== undefined,
  }))
}

function bounded(workloads: Workloads, clock: Clock): StatusSubject['workloads'] {
  const slot: Semaphore = createSemaphore(requestsAtOnce)
  return {
    read: (workload, signal) => slot(() => retryRead(() => workloads.read(workload, signal), {clock, signal})),
    podTroubles: (state, signal) => slot(() => workloads.podTroubles(state, signal)),
    // The first one opens a watch, and the others share it.
    follow: (workload, signal) => workloads.follow(workload, signal),
  }
}
