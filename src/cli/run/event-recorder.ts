import {createEventRecorder, type EventRecorder} from '../../distribution/record-events.ts'
import type {Clusters} from '../clusters.ts'
import type {Runtime} from '../process/runtime.ts'
import type {Session} from '../process/session.ts'

/** Tells of writes in the clusters that they were made in. */
export function openEventRecorder(
  {user, clock}: Pick<Runtime, 'user' | 'clock'>,
  clusters: Pick<Clusters, 'open'>,
  {onEvent}: Pick<Session, 'onEvent'>,
): EventRecorder {
  return createEventRecorder({events: (context) => clusters.open(context).events, host: user.host, clock, onEvent})
}
