import type {FailureClass} from './failure.ts'

/**
 * A server that was not reached, did not answer, asked for patience or broke may do better later. So may a command: how often it is
 * run again is for `--retries` to say.
 */
const transient: ReadonlySet<FailureClass> = new Set([
  'unreachable',
  'timeout',
  'throttled',
  'server-error',
  'command-failed',
])

/**
 * Failures that another attempt may not have. A `conflict` is not even a failure: the object was changed in between, and is read and
 * decided on again. Refusals (400, 401, 403, 404, 422) stay what they are, and a rollout is never repeated.
 */
export function isRetryable(failureClass: FailureClass): boolean {
  return failureClass === 'conflict' || transient.has(failureClass)
}
