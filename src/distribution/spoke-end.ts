import type {Failure} from '../model/failure.ts'
import type {Outcome, SpokeResult} from '../model/result.ts'
import {type StopReason, stopPhrase} from '../model/stop.ts'
import {countOf} from '../shared/words.ts'
import type {AttemptState} from './attempt-state.ts'

/** How a target ended, without what is measured around it. */
export type SpokeEnd = Pick<SpokeResult, 'outcome' | 'reason' | 'failure'>

/** A target whose end was not observed, with the commands that show its present state. */
export interface Unobserved {
  readonly state: AttemptState
  readonly inspect: readonly string[]
}

/** The end of a target whose last attempt failed for good. A write that may have arrived makes it `unverified`. */
export function failedEnd({state, inspect}: Unobserved, failure: Failure): SpokeEnd {
  if (!state.mayHaveArrived) return {outcome: 'failed', reason: failure.message, failure}
  return {
    outcome: 'unverified',
    reason: `${doubt(state)}: ${failure.message}`,
    failure: withCommands(inspect, failure),
  }
}

/** The end of a target that a stop reached before its first attempt, between two attempts, or right before a write. */
export function stoppedEnd({state, inspect}: Unobserved, reason: StopReason | undefined): SpokeEnd {
  const phrase = stopPhrase(reason)
  const {lastFailure} = state
  const lastTry = lastFailure === undefined ? '' : `; the last try failed: ${lastFailure.message}`
  if (state.mayHaveArrived) {
    const sentence = `${doubt(state)}: ${phrase}${lastTry}`
    return {
      outcome: 'unverified',
      reason: sentence,
      failure: withCommands(inspect, {class: lastFailure?.class ?? 'rollout', message: sentence, suggestions: []}),
    }
  }
  if ((state.refused || state.observed) && lastFailure !== undefined) {
    return {outcome: 'failed', reason: `${lastFailure.message} Not tried again: ${phrase}.`, failure: lastFailure}
  }
  const without = state.attempts === 0 ? 'not started' : 'nothing was written'
  return {outcome: 'not-run', reason: `${without}: ${phrase}${lastTry}`}
}

/** What is not known of a target. Of one with parts it may be known which of them were not written. */
function doubt({parts}: AttemptState): string {
  const countIn = (outcome: Outcome) => [...parts.values()].filter((part) => part.outcome === outcome).length
  const [open, left] = [countIn('unverified'), countIn('not-run')]
  if (open === 0 && left > 0)
    return `${left} of ${countOf(parts.size, 'part')} ${left === 1 ? 'was' : 'were'} not written`
  return open === 0
    ? 'it is not known whether the write arrived'
    : `it is not known whether ${countOf(open, 'write')} of ${countOf(parts.size, 'part')} arrived`
}

/** Why an accepted write was not observed to its end, and its last known progress. */
export interface Unwatched {
  readonly stop: StopReason | undefined
  readonly failure?: Failure
  readonly lastSeen: string | undefined
}

/** The end of an accepted write that was not observed to its end: because of a stop, or of `failure`. */
export function unwatchedEnd({stop, failure, lastSeen}: Unwatched, inspect: readonly string[]): SpokeEnd {
  const seen = lastSeen === undefined ? '' : `; last seen: ${lastSeen}`
  const reason = `accepted, its rollout not watched to the end: ${failure?.message ?? stopPhrase(stop)}${seen}`
  const known = failure ?? {class: 'rollout', message: reason, suggestions: []}
  return {outcome: 'unverified', reason, failure: withCommands(inspect, known)}
}

function withCommands(commands: readonly string[], failure: Failure): Failure {
  return {...failure, suggestions: [...commands, ...failure.suggestions]}
}
