import type {Events} from '../../kube/ports/events.ts'
import {within} from '../../lease/within.ts'
import type {OnEvent} from '../../model/event.ts'
import {HubspokeError, toFailure} from '../../model/failure.ts'
import type {WorkloadEvent} from '../../model/workload-event.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import type {Clock} from '../../shared/clock.ts'

/** Who wrote what, and why. */
export type EventText = Pick<WorkloadEvent, 'key' | 'reason' | 'message'>

/** Records Events on the workloads that were changed, where that is permitted. They are informational only. */
export interface EventRecorder {
  /** Returns at once: no spoke waits for it, and it changes no result. */
  record(target: WorkloadTarget, eventText: EventText): void
  /** Resolves when all Events are recorded, or after two seconds. */
  settled(): Promise<void>
}

export interface EventRecorderDeps {
  events(context: string): Events
  readonly host: string
  readonly clock: Clock
  readonly onEvent: OnEvent
}

/** The limit of one request, and of the wait for the last ones when the run is over. */
const requestMs = 10_000
const graceMs = 2_000

export function createEventRecorder({events, host, clock, onEvent}: EventRecorderDeps): EventRecorder {
  const pending = new Set<Promise<void>>()
  const over = new AbortController()
  const forbidden = new Set<string>()
  const told = new Set<string>()

  const send = async (target: WorkloadTarget, eventText: EventText): Promise<void> => {
    const {context, clusterUid, namespace} = target
    const place = `${clusterUid}/${namespace}`
    if (forbidden.has(place)) return
    try {
      const event = {...eventText, workload: target, at: clock.date(), host}
      const limit = {ms: requestMs, sentence: `Context "${context}" took too long.`, clock, signal: over.signal}
      await within(limit, (signal) => events(context).record(event, signal))
    } catch (error) {
      if (error instanceof HubspokeError && error.failureClass === 'forbidden') forbidden.add(place)
      if (told.has(clusterUid)) return
      told.add(clusterUid)
      const {message} = toFailure(error)
      onEvent({type: 'detail', message: `${context}  no Event on the workloads: ${message}`})
    }
  }

  return {
    record(target, eventText) {
      const recorded = send(target, eventText).finally(() => pending.delete(recorded))
      pending.add(recorded)
    },
    async settled() {
      const done = new AbortController()
      await Promise.race([Promise.all(pending), clock.sleep(graceMs, done.signal)])
      done.abort()
      over.abort(new HubspokeError('timeout', 'The run is over.'))
    },
  }
}
