import type {HubEvent, OnEvent} from '../model/event.ts'
import type {FailureClass} from '../model/failure.ts'
import type {Counts} from '../model/report.ts'
import type {SpokeResult} from '../model/result.ts'

/** What a run adds up to, as its events tell it. */
export interface RunTotals {
  /** From `hub-started` to `hub-ended`; 0 for a run that did not begin. */
  readonly durationMs: number
  /** All are 0 for a run that ended before it had a report. */
  readonly counts: Counts
  /** The number of targets that need attention, by the class of their failure. */
  readonly failures: ReadonlyMap<FailureClass, number>
  /** Contexts that were not read in full. */
  readonly clustersUnreadable: number
}

/** A listener of run events that adds them up. It keeps no names of targets beyond the run. */
export interface RunTally {
  readonly onEvent: OnEvent
  totals(): RunTotals
}

const none: Counts = {total: 0, succeeded: 0, unchanged: 0, failed: 0, skipped: 0, notRun: 0, unverified: 0}

/** For one run. */
export function createRunTally(): RunTally {
  const classes = new Map<string, FailureClass>()
  const unreadable = new Set<string>()
  let end: Extract<HubEvent, {readonly type: 'hub-ended'}> | undefined
  const keep = ({target, failure}: SpokeResult) => {
    if (failure === undefined) classes.delete(target.key)
    else classes.set(target.key, failure.class)
  }
  return {
    onEvent(event) {
      switch (event.type) {
        case 'context-read': {
          const {context, problem, unread} = event.reading
          if (problem === undefined && unread.length === 0) unreadable.delete(context.name)
          else unreadable.add(context.name)
          break
        }
        case 'target-finished':
        case 'target-regressed':
        case 'target-undone':
          keep(event.result)
          break
        case 'hub-ended':
          end = event
      }
    },
    totals() {
      const failures = new Map<FailureClass, number>()
      for (const one of classes.values()) failures.set(one, (failures.get(one) ?? 0) + 1)
      return {
        durationMs: end?.durationMs ?? 0,
        counts: end?.ended?.counts ?? none,
        failures,
        clustersUnreadable: unreadable.size,
      }
    },
  }
}
