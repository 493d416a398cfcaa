import type {WorkloadState} from '../../model/workload.ts'
import type {EventText} from './record-events.ts'

/** Who changes a workload, in which run, and why. */
export interface ChangeFacts {
  readonly verb: string
  readonly runId: string
  /** `ada on laptop-7` */
  readonly by: string
  /** Undefined: none was given. */
  readonly reason: string | undefined
  /** The reason is also written as the change cause, which `kubectl rollout history` shows. */
  readonly changeCause: boolean
}

export const changeCause = 'kubernetes.io/change-cause'

/** Was this change cause written by hubspoke? */
export function isOwnCause(cause: string | undefined): boolean {
  return cause !== undefined && /^hubspoke [a-z-]+: /.test(cause)
}

/**
 * The annotations of a workload that document its last change; null removes one. They are informational only: `kubectl
 * rollout undo` copies them back. The reason of an earlier change is removed, so that it is not read together with the id of
 * a later run; so is its change cause, which would otherwise label every later revision, too. A change cause that hubspoke
 * did not write is replaced only where that was asked for and there is a reason.
 */
export function changeAnnotations(
  {verb, runId, by, reason, changeCause: isWanted}: ChangeFacts,
  found: Pick<WorkloadState, 'changeCause'>,
): Readonly<Record<string, string | null>> {
  const isOurs = isOwnCause(found.changeCause)
  return {
    'hubspoke.dev/run-id': runId,
    'hubspoke.dev/by': by,
    'hubspoke.dev/reason': reason ?? null,
    ...(isOurs && {[changeCause]: null}),
    ...(isWanted && reason !== undefined && {[changeCause]: `hubspoke ${verb}: ${reason} (${by}, run ${runId})`}),
  }
}

/**
 * @param mark that of the run, which its retries have, too: a change is one event
 * @param done `Restarted`: the reason of the event, and the first word of its message
 */
export function changeEvent(
  {runId, by, reason}: Pick<ChangeFacts, 'runId' | 'by' | 'reason'>,
  {mark, done, message}: {readonly mark: string; readonly done: string; readonly message: string},
): EventText {
  const why = reason === undefined ? '' : `: ${reason}`
  return {key: mark, reason: done, message: `${message} by ${by}, hubspoke run ${runId}${why}`}
}

/** Added to the reason of a success that an earlier invocation has written. */
export const writtenBefore = 'it was written before, nothing was written now'
