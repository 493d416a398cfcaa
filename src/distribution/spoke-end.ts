import type {Failure} from '../model/failure.ts'
import type {FailedTry, SpokeResult} from '../model/result.ts'
import type {StopReason} from '../model/stop.ts'
import type {Target} from '../model/target.ts'
import {rolloutStatusCommand} from './kubectl-command.ts'
import {stopPhrase} from './pace/stop-controller.ts'
import type {Written} from './spoke.ts'

/** How a target ended, without what is measured around it. */
export type SpokeEnd = Pick<SpokeResult, 'outcome' | 'reason' | 'failure'>

/** What is known of a target's writes while it is being tried. */
export interface Story {
  /** Tries made. */
  attempts: number
  /** A write was sent, and neither its acceptance nor its refusal was seen. */
  mayHaveArrived: boolean
  /** A write was sent and refused. */
  refused: boolean
  lastFailure: Failure | undefined
  /** Tries that failed and were followed by another one. */
  readonly failedTries: FailedTry[]
  /** The write that was accepted. */
  written: Written | undefined
}

/** The end of a target whose last try failed for good: what may have been written was not seen to its end. */
export function failedEnd(target: Target, story: Story, failure: Failure): SpokeEnd {
  if (!story.mayHaveArrived) return {outcome: 'failed', reason: failure.message, failure}
  return {
    outcome: 'unverified',
    reason: `it is not known whether the write arrived: ${failure.message}`,
    failure: withStatusCommand(target, failure),
  }
}

/** The end of a target that the run's stop found before its first try, asleep between two, or on its way to a write. */
export function stoppedEnd(target: Target, story: Story, reason: StopReason | undefined): SpokeEnd {
  const phrase = stopPhrase(reason)
  const {lastFailure} = story
  const lastTry = lastFailure === undefined ? '' : `; the last try failed: ${lastFailure.message}`
  if (story.mayHaveArrived) {
    const sentence = `it is not known whether the write arrived: ${phrase}${lastTry}`
    return {
      outcome: 'unverified',
      reason: sentence,
      failure: withStatusCommand(target, {class: lastFailure?.class ?? 'rollout', message: sentence, suggestions: []}),
    }
  }
  if (story.refused && lastFailure !== undefined) {
    return {outcome: 'failed', reason: `${lastFailure.message} Not tried again: ${phrase}.`, failure: lastFailure}
  }
  const without = story.attempts === 0 ? 'not started' : 'nothing was written'
  return {outcome: 'not-run', reason: `${without}: ${phrase}${lastTry}`}
}

/** Why a rollout was not watched to its end, and what was seen of it last. */
export interface Unwatched {
  readonly stop: StopReason | undefined
  readonly failure?: Failure
  /** How far it was, or what kept it from getting on. */
  readonly lastSeen: string | undefined
}

/** The end of an accepted write whose rollout was not watched to its end: because of a stop, or of `failure`. */
export function unwatchedEnd(target: Target, {stop, failure, lastSeen}: Unwatched): SpokeEnd {
  const seen = lastSeen === undefined ? '' : `; last seen: ${lastSeen}`
  const reason = `accepted, its rollout not watched to the end: ${failure?.message ?? stopPhrase(stop)}${seen}`
  const known = failure ?? {class: 'rollout', message: reason, suggestions: []}
  return {outcome: 'unverified', reason, failure: withStatusCommand(target, known)}
}

function withStatusCommand(target: Target, failure: Failure): Failure {
  return {...failure, suggestions: [rolloutStatusCommand(target), ...failure.suggestions]}
}
