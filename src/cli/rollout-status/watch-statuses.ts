import type {OnEvent} from '../../model/event.ts'
import type {SpokeResult} from '../../model/result.ts'
import type {RolloutReading} from '../../model/status-report.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {type StatusSubject, stoppedReading, unreadReading} from '../../rollout/status-subject.ts'
import {watchStatus} from '../../rollout/watch-status.ts'
import type {Clock} from '../../shared/clock.ts'

export interface StatusesWatch {
  readonly clock: Clock
  /** Aborted by a signal, and when the deadline passes. */
  readonly signal: AbortSignal
  /** End when a rollout is stuck and does not recover without a change, and each was read once. */
  readonly failFast: boolean
  readonly onEvent: OnEvent
}

/**
 * Follows all rollouts until each is rolled out, or gone, or can no longer be read: all at the same time. Ends earlier with the
 * signal, or with `failFast`. Resolves with the last status that was seen of each, in the order of the subjects.
 */
export async function watchStatuses(
  subjects: readonly StatusSubject[],
  {clock, signal, failFast, onEvent}: StatusesWatch,
): Promise<readonly RolloutReading[]> {
  const ended = new AbortController()
  const watching = AbortSignal.any([signal, ended.signal])
  const readings = new Map<StatusSubject, RolloutReading>()
  onEvent({type: 'watch-started', targets: subjects.map(({target}) => target)})
  const take = (subject: StatusSubject, reading: RolloutReading, tell: Teller) => {
    if (watching.aborted) return
    readings.set(subject, reading)
    tell(reading)
    const all = [...readings.values()]
    if (all.length < subjects.length) return
    if (all.every(isAtEnd) || (failFast && all.some(({lasting}) => lasting))) ended.abort()
  }
  await Promise.all(
    subjects.map(async (subject) => {
      const tell = createTeller(subject.target, clock, onEvent)
      try {
        await watchStatus(subject, {
          ...{clock, signal: watching, onReading: (reading) => take(subject, reading, tell)},
          onTrouble: ({reason, sentence}) =>
            onEvent({type: 'target-trouble', target: subject.target, reason, message: sentence}),
        })
      } catch (error) {
        take(subject, unreadReading(error), tell)
      }
    }),
  )
  return subjects.map((subject) => readings.get(subject) ?? stoppedReading())
}

const isAtEnd = ({status}: RolloutReading) => status === 'rolled-out' || status === 'gone' || status === 'not-readable'

type Teller = (reading: RolloutReading) => void

/** Tells progress of one rollout, when it changes. */
function createTeller(target: WorkloadTarget, clock: Clock, onEvent: OnEvent): Teller {
  const startedAt = clock.now()
  let said = ''
  let isOpen = false
  return (reading) => {
    const {status, message} = reading
    if (`${status} ${message}` === said) return
    said = `${status} ${message}`
    if (isAtEnd(reading)) {
      isOpen = false
      return onEvent({type: 'target-finished', result: endOf(target, reading, clock.now() - startedAt)})
    }
    if (!isOpen) onEvent({type: 'target-started', target, attempt: 1})
    isOpen = true
    onEvent({type: 'target-progress', target, message})
  }
}

function endOf(target: WorkloadTarget, {status, message, failure}: RolloutReading, durationMs: number): SpokeResult {
  const ended = {target, attempts: 1, durationMs, reason: message}
  if (failure !== null) return {...ended, outcome: 'failed', failure}
  return {...ended, outcome: status === 'gone' ? 'skipped' : 'succeeded'}
}
