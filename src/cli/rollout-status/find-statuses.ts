import {discover} from '../../discovery/discover.ts'
import type {ImageQuery} from '../../image/image-query.ts'
import type {Discovery} from '../../model/discovery.ts'
import type {RolloutReading} from '../../model/status-report.ts'
import type {StopReason} from '../../model/stop.ts'
import type {WorkloadEntry} from '../../model/workload-entry.ts'
import {workloadEntries} from '../../summary/entries.ts'
import type {Clusters} from '../clusters.ts'
import type {Runtime} from '../process/runtime.ts'
import type {Session} from '../process/session.ts'
import {readingDeps, type Selection} from '../run/selection.ts'
import {readStatuses} from './read-statuses.ts'
import {statusSubjects} from './status-subjects.ts'
import {watchStatuses} from './watch-statuses.ts'

export interface StatusRequest {
  readonly selection: Selection
  readonly query: ImageQuery
  readonly watch: boolean
  /** With `watch`: end at the first rollout that does not recover without a change. */
  readonly failFast: boolean
}

export interface StatusDeps {
  readonly runtime: Runtime
  readonly clusters: Clusters
  readonly session: Session
}

/** What was found, and the rollout status of each workload. */
export interface FoundStatuses extends Discovery {
  readonly statuses: readonly (WorkloadEntry & RolloutReading)[]
  readonly stoppedBy: StopReason | undefined
}

/** Finds what runs the image as `find` does, and reads or follows the rollout of each workload. Nothing is written. */
export async function findStatuses(request: StatusRequest, deps: StatusDeps): Promise<FoundStatuses> {
  const {selection, query} = request
  const {runtime, clusters, session} = deps
  const contexts = {contexts: clusters.selected, contextsLeftOut: clusters.leftOut}
  const {scope, readings} = await discover(
    {...selection, ...contexts, query, writes: false},
    readingDeps(runtime, clusters, session),
  )
  const found = workloadEntries(readings)
  const subjects = statusSubjects(found, query, {clusters, clock: runtime.clock})
  const {stop, onEvent} = session
  const statuses = request.watch
    ? await watchStatuses(subjects, {
        ...{clock: runtime.clock, failFast: request.failFast},
        ...{signal: stop.signal, onEvent},
      })
    : await readStatuses(subjects, stop.signal)
  return {
    scope,
    // What it cost to find them, and to read each.
    readings: readings.map((reading) => ({...reading, cost: clusters.costOf(reading.context.name)})),
    statuses: found.flatMap((entry, index) => {
      const reading = statuses[index]
      return reading === undefined ? [] : [{...entry, ...reading}]
    }),
    stoppedBy: stop.reason,
  }
}
