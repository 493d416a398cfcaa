import type {RolloutReading} from '../../model/status-report.ts'
import {readStatus} from '../../rollout/read-status.ts'
import {type StatusSubject, stoppedReading, unreadReading} from '../../rollout/status-subject.ts'
import {untilStopped} from '../../shared/until-stopped.ts'

/** Reads every rollout status once, in the order of the subjects. A failure, or a bug, concerns its own subject only. */
export function readStatuses(
  subjects: readonly StatusSubject[],
  signal: AbortSignal,
): Promise<readonly RolloutReading[]> {
  return Promise.all(
    subjects.map(async (subject) => {
      try {
        return (await untilStopped(readStatus(subject, signal), signal)) ?? stoppedReading()
      } catch (error) {
        return signal.aborted ? stoppedReading() : unreadReading(error)
      }
    }),
  )
}
