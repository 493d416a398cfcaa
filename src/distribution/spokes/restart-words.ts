import type {WorkloadState} from '../../model/workload.ts'
import type {EventText} from '../record-events.ts'

/** Who restarts, in which run, and why. */
export interface RestartFacts {
  readonly runId: string
  /** `ada on laptop-7` */
  readonly by: string
  /** Undefined: none was given. */
  readonly reason: string | undefined
  /** The reason is also written as the change cause, which \`kubectl rollout history\` shows. */
  readonly changeCause: boolean
}

export const changeCause = 'kubernetes.io/change-cause'
const ownCause = 'hubspoke restart: '

/** Is it the change cause of a restart of ours? */
export function isOwnCause(cause: string | undefined): boolean {
  return cause?.startsWith(ownCause) === true
}

/**
 * The annotations of a workload that tell the next person about its restart; null takes one away. For people alone:
 * `kubectl rollout undo` copies them back, so they prove nothing. What an earlier restart said does not stand beside the
 * id of a later one, nor does its change cause, which stays on the workload and would label every later revision, too. A
 * change cause that is not ours is replaced only where that was asked for and there is a reason.
 */
export function restartAnnotations(
  {runId, by, reason, changeCause: isWanted}: RestartFacts,
  found: Pick<WorkloadState, 'changeCause'>,
): Readonly<Record<string, string | null>> {
  const isOurs = isOwnCause(found.changeCause)
  return {
    'hubspoke.dev/run-id': runId,
    'hubspoke.dev/by': by,
    'hubspoke.dev/reason': reason ?? null,
    ...(isOurs && {[changeCause]: null}),
    ...(isWanted && reason !== undefined && {[changeCause]: `${ownCause}${reason} (${by}, run ${runId})`}),
  }
}

/** @param stamp that of the run, which its retries have, too: a restart is told once */
export function restartEvent({runId, by, reason}: Omit<RestartFacts, 'changeCause'>, stamp: string): EventText {
  const why = reason === undefined ? '' : `: ${reason}`
  return {key: stamp, reason: 'Restarted', message: `Restarted by ${by}, hubspoke run ${runId}${why}`}
}
