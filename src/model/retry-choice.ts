import type {RecordedTarget} from './recorded-run.ts'
import {isInDesiredState} from './result.ts'

/** Which of the unfinished targets of a run are retried. */
export type RetryChoice = 'all' | 'failed' | 'not-run'

/**
 * What a run left of a target; undefined: it is in the desired state. Every other target is exactly one of the two.
 *
 * `not-run`: no write was ever sent to it, and no try of it failed. `failed`: all else that is not in the desired state: it failed, is
 * unverified, was skipped for a reason that needs attention, or has no result although it was begun.
 */
export function leftOpen({state, wrote, result}: RecordedTarget): Exclude<RetryChoice, 'all'> | undefined {
  if (result !== undefined && isInDesiredState(result)) return undefined
  const neverBegun = state === 'planned' || result?.outcome === 'not-run'
  return neverBegun && wrote === 'no' ? 'not-run' : 'failed'
}

/** Those that the choice takes, in plan order. */
export function chooseTargets(targets: readonly RecordedTarget[], choice: RetryChoice): readonly RecordedTarget[] {
  return targets.filter((target) => {
    const open = leftOpen(target)
    return open !== undefined && (choice === 'all' || choice === open)
  })
}
