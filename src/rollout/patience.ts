import type {WorkloadState} from '../model/workload.ts'
import {formatDuration} from '../shared/duration.ts'

/** How long a rollout is waited for since its last progress, unless the user says so. */
const usualMs = 600_000

/** What a controller or a kubelet needs to say that a time of its own has passed, so that its word comes before ours. */
const controllerMs = 10_000
const kubeletMs = 60_000

/** For a pod whose template has no grace period. */
const usualGraceMs = 30_000

export interface Patience {
  /** Since the last progress, in milliseconds. */
  readonly limitMs: number
  /** A clause for people: what of the workload's own times has not passed by then; undefined: nothing of it. */
  readonly ownTime: string | undefined
}

/**
 * How long a rollout may go without progress. By default ten minutes, and never less than the workload's own times: its progress
 * deadline, the time a ready pod needs to count as available, and the time a pod may take to end. An explicit value is used
 * unchanged.
 *
 * @param endingMs the longest grace period of the pods that are ending now; it may be longer than that of the template
 */
export function patienceWith(
  state: Pick<WorkloadState, 'progressDeadlineMs' | 'minReadyMs' | 'gracePeriodMs' | 'ready' | 'available'>,
  timeoutMs: number | undefined,
  endingMs: number,
): Patience {
  const {progressDeadlineMs = 0, minReadyMs, gracePeriodMs, ready, available} = state
  const graceMs = Math.max(gracePeriodMs, endingMs)
  const isLong = gracePeriodMs > usualGraceMs
  const own = [
    {name: 'progressDeadlineSeconds', ms: progressDeadlineMs, slackMs: controllerMs, runs: true},
    {name: 'minReadySeconds', ms: minReadyMs, slackMs: kubeletMs, runs: ready > available},
    {name: 'terminationGracePeriodSeconds', ms: graceMs, slackMs: kubeletMs, runs: isLong || endingMs > 0},
  ]
  const limitMs = timeoutMs ?? Math.max(usualMs, ...own.filter(({ms}) => ms > 0).map(({ms, slackMs}) => ms + slackMs))
  const [longest] = own.filter(({ms, runs}) => runs && ms > limitMs).sort((a, b) => b.ms - a.ms)
  return {limitMs, ownTime: longest && `${longest.name} ${formatDuration(longest.ms)}`}
}
