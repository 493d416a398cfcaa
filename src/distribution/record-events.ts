import type {Events} from '../kube/ports/events.ts'
import {within} from '../lease/within.ts'
import type {OnEvent} from '../model/event.ts'
import {HubspokeError, toFailure} from '../model/failure.ts'
import type {Target} from '../model/target.ts'
import type {WorkloadEvent} from '../model/workload-event.ts'
import type {Clock} from '../shared/clock.ts'

/** What is told of a write: who did what, and why. */
export type EventText = Pick<WorkloadEvent, 'key' | 'reason' | 'message'>

/** Tells on the workloads themselves what was done to them: for people alone, and where that is allowed. */
export interface EventRecorder {
  /** Beside everything else: nobody waits for it, and it changes no result. */
  announce(target: Target, eventText: EventText): void
  /** Resolves when all has been told, or has had its time. */
  settled(): Promise<void>
}

export interface EventRecorderDeps {
  events(context: string): Events
  readonly host: string
  readonly clock: Clock
  readonly onEvent: OnEvent
}

/** How long one Event may take, and how long the last ones are waited for when the run is over. */
const requestMs = 10_000
const graceMs = 2_000

export function createEventRecorder({events, host, clock, onEvent}: EventRecorderDeps): EventRecorder {
  const pending = new Set<Promise<void>>()
  const over = new AbortController()
  const forbidden = new Set<string>()
  const told = new Set<string>()

  const record = async (target: Target, eventText: EventText): Promise<void> => {
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
    announce(target, eventText) {
      const recorded = record(target, eventText).finally(() => pending.delete(recorded))
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
