import type {WorkloadFeed} from '../kube/ports/workloads.ts'
import type {Trouble} from '../model/spoke.ts'
import type {RolloutReading} from '../model/status-report.ts'
import type {WorkloadState} from '../model/workload.ts'
import type {WorkloadTarget} from '../model/workload-target.ts'
import type {Clock} from '../shared/clock.ts'
import {assessRollout, mayExplain, nothingFound, type PodFindings} from './assess-rollout.ts'
import {followWorkload} from './follow-workload.ts'
import {type Farthest, progressFrom} from './rollout-progress.ts'
import {deletedMessage, findInPods, goneReading, otherImageMessage, type StatusSubject} from './status-subject.ts'
import {type TroubleWatch, watchTroubles} from './watch-troubles.ts'

export interface StatusWatch {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** The first status, and every other one; not called after the signal was aborted. */
  onReading(reading: RolloutReading): void
  /** What keeps the rollout from getting on, when it is first seen and whenever it changes. */
  onTrouble(trouble: Trouble): void
}

/**
 * Follows the rollout status of a workload until the signal is aborted, or it is gone or runs another image. Its pods are
 * looked at as those of a run's rollout are. Rejects with a `HubspokeError` when it can no longer be followed.
 */
export async function watchStatus(subject: StatusSubject, watch: StatusWatch): Promise<void> {
  const {workloads, target} = subject
  const {signal, onReading} = watch
  const known = await identified(subject, signal)
  const followed = known === undefined ? 'gone' : await followWorkload(workloads, known, signal)
  if (followed === undefined || signal.aborted) return
  if (followed === 'gone') return onReading(goneReading(deletedMessage))
  const over = new AbortController()
  try {
    await watchStates({...subject, target: known ?? target}, followed, {
      ...watch,
      signal: AbortSignal.any([signal, over.signal]),
    })
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    over.abort()
    followed.feed.close()
  }
}

/** An image cache knows no UIDs, and changes are delivered by UID. */
async function identified(
  {target, workloads}: StatusSubject,
  signal: AbortSignal,
): Promise<WorkloadTarget | undefined> {
  if (target.uid !== '') return target
  const state = await workloads.read(target, signal)
  return state && {...target, uid: state.uid}
}

async function watchStates(
  subject: StatusSubject,
  {feed, state: first}: {readonly feed: WorkloadFeed; readonly state: WorkloadState},
  {clock, signal, onReading, onTrouble}: StatusWatch,
): Promise<void> {
  let state = first
  let farthest: Farthest | undefined
  let findings: PodFindings = mayExplain(first) ? await findInPods(subject, first, signal) : nothingFound
  const tell = () => {
    if (!signal.aborted) onReading(assessRollout(subject.target, state, mayExplain(state) ? findings : nothingFound))
  }
  const troubles: TroubleWatch = watchTroubles({
    async look(lookSignal) {
      findings = mayExplain(state) ? await findInPods(subject, state, lookSignal) : nothingFound
      tell()
      return findings.troubles
    },
    onTrouble,
    clock,
    signal,
  })
  for (;;) {
    if (!subject.isWanted(state)) return onReading(goneReading(otherImageMessage))
    const step = progressFrom(farthest, state)
    // What was found concerns the revision before.
    if (farthest !== undefined && step.farthest.generation !== farthest.generation) findings = nothingFound
    farthest = step.farthest
    if (step.progressed) troubles.progressed()
    tell()
    const next = await feed.next(signal)
    if (next === 'deleted') return onReading(goneReading(deletedMessage))
    state = next
  }
}
