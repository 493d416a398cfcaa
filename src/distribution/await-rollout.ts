import type {PodTrouble, WorkloadFeed} from '../kube/ports.ts'
import type {Target} from '../model/target.ts'
import type {WorkloadState} from '../model/workload.ts'
import type {Clock} from '../shared/clock.ts'
import {formatDuration} from '../shared/duration.ts'
import {kubectlCommand, kubectlName, rolloutStatusCommand} from './kubectl-command.ts'
import {type Farthest, progressFrom} from './rollout-progress.ts'
import {rolloutStatus} from './rollout-status.ts'
import {openSightings, type Sightings} from './sightings.ts'
import type {Lingering, Settled, Watch} from './spoke.ts'
import {keepVigil, mayBeTakenBack, takenBack} from './taken-back.ts'
import {type Cause, watchTroubles} from './watch-troubles.ts'

export interface Rollout {
  readonly target: Target
  /** Opened before the write; closed at the end, whatever the end is, or when it has lingered. */
  readonly feed: WorkloadFeed
  /** The object as the write returned it. States of an earlier generation are not judged. */
  readonly from: WorkloadState
  /** Since the last progress; never below the workload's own progress deadline. */
  readonly timeoutMs: number
  readonly clock: Clock
  /** Has somebody put back what was written? */
  isTakenBack(state: WorkloadState): boolean
  podTroubles(state: WorkloadState, signal: AbortSignal): Promise<readonly PodTrouble[]>
}

/** What the controller needs to say so when its own deadline has passed, so that its word comes before our timeout. */
const graceMs = 10_000

/** Timers of Node take no more than 2^31 - 1 ms and fire at once beyond. */
const longestWaitMs = 3_600_000

/**
 * Watches a rollout to its end: succeeded, failed (with what its pods say, or who has changed it back), or gone. A success
 * that its owner may still change back lingers. Undefined when the watch was aborted first. Rejects when the feed does: the
 * end was not seen.
 */
export async function awaitRollout(rollout: Rollout, watch: Watch): Promise<Settled | Lingering | undefined> {
  const over = new AbortController()
  const signal = AbortSignal.any([watch.signal, over.signal])
  const close = () => {
    over.abort()
    rollout.feed.close()
  }
  const seen = openSightings(rollout, signal)
  let lingers = false
  try {
    const end = await watchToEnd(rollout, seen, {signal, onProgress: watch.onProgress})
    lingers = end?.outcome === 'succeeded' && mayBeTakenBack(rollout.from)
    if (end === undefined || !lingers) return end
    return {outcome: 'lingering', settle: () => keepVigil(rollout, end, seen, watch).finally(close)}
  } catch (error) {
    if (watch.signal.aborted) return undefined
    throw error
  } finally {
    if (!lingers) close()
  }
}

async function watchToEnd(rollout: Rollout, seen: Sightings, watch: Watch): Promise<Settled | undefined> {
  const {target, from, clock} = rollout
  const rolling = new AbortController()
  const signal = AbortSignal.any([watch.signal, rolling.signal])
  const look = (lookSignal: AbortSignal) => rollout.podTroubles(seen.state, lookSignal)
  const troubles = watchTroubles({look, onTrouble: watch.onProgress, clock, signal})
  const judge = createJudge(rollout, watch.onProgress)
  try {
    for (;;) {
      const {state} = seen
      if (rollout.isTakenBack(state)) return takenBack(target, from, state)
      const verdict = judge(state)
      if (verdict.state === 'done') return {outcome: 'succeeded', reason: verdict.message}
      if (verdict.state === 'failed') return failed(target, verdict.message, state, await troubles.cause())
      const next = await seen.next(verdict.waitMs)
      if (next === 'deleted') return {outcome: 'skipped', reason: 'deleted while it was rolling out'}
      if (next === undefined && signal.aborted) return undefined
    }
  } finally {
    rolling.abort()
  }
}

type Verdict =
  | {readonly state: 'done'; readonly message: string}
  | {readonly state: 'failed'; readonly message: string}
  | {readonly state: 'waiting'; readonly waitMs: number}

/** Judges state after state, says how far it is when that changes, and remembers when there last was progress. */
function createJudge(
  {from, timeoutMs, clock}: Rollout,
  onProgress: Watch['onProgress'],
): (state: WorkloadState) => Verdict {
  let farthest: Farthest | undefined
  let progressAt = clock.now()
  let said = ''
  return (state) => {
    const {state: reached, message} = rolloutStatus(state, from.generation)
    if (reached === 'done' || reached === 'failed') return {state: reached, message}
    const now = clock.now()
    const step = progressFrom(farthest, state)
    farthest = step.farthest
    if (step.progressed) progressAt = now
    const sentence = replicaFailure(state) ?? message
    if (sentence !== said) onProgress(sentence)
    said = sentence
    const limitMs = Math.max(timeoutMs, state.progressDeadlineMs === undefined ? 0 : state.progressDeadlineMs + graceMs)
    const leftMs = progressAt + limitMs - now
    if (leftMs <= 0) return {state: 'failed', message: `no progress for ${formatDuration(limitMs)}: ${message}`}
    return {state: 'waiting', waitMs: Math.min(leftMs, longestWaitMs)}
  }
}

/** Pods that could not even be created (quota, admission) are a condition of the Deployment: there is no pod to ask. */
function replicaFailure({conditions}: WorkloadState): string | undefined {
  const condition = conditions.find(({type, status}) => type === 'ReplicaFailure' && status === 'True')
  return condition && `${condition.reason}: ${condition.message}`
}

function failed(target: Target, verdict: string, state: WorkloadState, cause: Cause): Settled {
  const known = cause.sentence ?? replicaFailure(state)
  const unknown = known === undefined ? cause.unknown : undefined
  const reason = [known, verdict, unknown].filter((part) => part !== undefined).join('; ')
  const culprit = cause.pod === undefined ? [kubectlName(target)] : ['pod', cause.pod]
  const suggestions = [rolloutStatusCommand(target), kubectlCommand(target, 'describe', ...culprit)]
  return {outcome: 'failed', reason, failure: {class: 'rollout', message: reason, suggestions}}
}
