import type {Target} from '../../model/target.ts'
import type {WorkloadState} from '../../model/workload.ts'
import {formatDuration} from '../../shared/duration.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import {kubectlName, rolloutStatusCommand} from '../kubectl-command.ts'
import type {Lingering, Settled, Trouble, Watch} from '../spoke.ts'
import type {Rollout} from './rollout.ts'
import {type Farthest, progressFrom} from './rollout-progress.ts'
import {rolloutStatus} from './rollout-status.ts'
import {openSightings, type Sightings} from './sightings.ts'
import {keepVigil, mayBeTakenBack, takenBack} from './taken-back.ts'
import {type Cause, type TroubleWatch, watchTroubles} from './watch-troubles.ts'

/** What the controller needs to say so when its own deadline has passed, so that its word comes before our timeout. */
const graceMs = 10_000

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
    const end = await watchToEnd(rollout, seen, {...watch, signal})
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
  const {target} = rollout
  const rolling = new AbortController()
  const signal = AbortSignal.any([watch.signal, rolling.signal])
  const troubles = lookForTroubles(rollout, seen, {...watch, signal})
  const judge = createJudge(rollout, watch)
  try {
    for (;;) {
      const {state} = seen
      const verdict = judge(state)
      if (verdict.state === 'ended') return verdict.end
      if (verdict.state === 'failed') return failed(target, verdict.message, state, await troubles.cause())
      const next = await seen.next(verdict.waitMs, troubles.hopeless)
      if (next === 'deleted') return {outcome: 'skipped', reason: 'deleted while it was rolling out'}
      if (next === undefined && signal.aborted) return undefined
      if (next === undefined && troubles.hopeless.aborted) {
        return failed(target, `given up at once (--fail-fast): ${verdict.message}`, state, await troubles.cause())
      }
    }
  } finally {
    rolling.abort()
  }
}

/** What the pods say meanwhile; `hopeless` is aborted when they are not to be waited for any more. */
function lookForTroubles(
  {podTroubles, onCrash, failFast, clock}: Rollout,
  seen: Sightings,
  {signal, onTrouble}: Watch,
): TroubleWatch & {readonly hopeless: AbortSignal} {
  const hopeless = new AbortController()
  const {cause} = watchTroubles({
    look: (lookSignal) => podTroubles(seen.state, lookSignal),
    onTrouble,
    onCrash: async (trouble) => onCrash?.(trouble, signal),
    onLasting: () => failFast && hopeless.abort(),
    clock,
    signal,
  })
  return {cause, hopeless: hopeless.signal}
}

type Verdict =
  | {readonly state: 'ended'; readonly end: Settled}
  | {readonly state: 'failed'; readonly message: string}
  | {readonly state: 'waiting'; readonly message: string; readonly waitMs: number}

/** Judges state after state, says how far it is when that changes, and remembers when there last was progress. */
function createJudge(
  {target, from, timeoutMs, clock, isTakenBack}: Rollout,
  watch: Watch,
): (state: WorkloadState) => Verdict {
  let farthest: Farthest | undefined
  let progressAt = clock.now()
  const tell = createTeller(watch)
  return (state) => {
    const {state: reached, message} = rolloutStatus(state, from.generation)
    if (isTakenBack(state)) return {state: 'ended', end: takenBack(target, from, state)}
    if (reached === 'done') return {state: 'ended', end: {outcome: 'succeeded', reason: message}}
    if (reached === 'failed') return {state: 'failed', message}
    const now = clock.now()
    const step = progressFrom(farthest, state)
    farthest = step.farthest
    if (step.progressed) progressAt = now
    tell(message, replicaFailure(state))
    const limitMs = Math.max(timeoutMs, state.progressDeadlineMs === undefined ? 0 : state.progressDeadlineMs + graceMs)
    const leftMs = progressAt + limitMs - now
    if (leftMs <= 0) return {state: 'failed', message: `no progress for ${formatDuration(limitMs)}: ${message}`}
    return {state: 'waiting', message, waitMs: leftMs}
  }
}

/** Says how far it is, or what keeps it from getting on, when that changes. */
function createTeller({onProgress, onTrouble}: Watch): (message: string, trouble: Trouble | undefined) => void {
  let said = ''
  return (message, trouble) => {
    const sentence = trouble?.sentence ?? message
    if (sentence === said) return
    said = sentence
    if (trouble) onTrouble(trouble)
    else onProgress(message)
  }
}

/** Pods that could not even be created (quota, admission) are a condition of the Deployment: there is no pod to ask. */
function replicaFailure({conditions}: WorkloadState): Trouble | undefined {
  const condition = conditions.find(({type, status}) => type === 'ReplicaFailure' && status === 'True')
  return condition && {reason: condition.reason, sentence: `${condition.reason}: ${condition.message}`}
}

function failed(target: Target, verdict: string, state: WorkloadState, cause: Cause): Settled {
  const known = cause.sentence ?? replicaFailure(state)?.sentence
  const unknown = known === undefined ? cause.unknown : undefined
  const reason = [known, verdict, unknown].filter((part) => part !== undefined).join('; ')
  const culprit = cause.pod === undefined ? [kubectlName(target)] : ['pod', cause.pod]
  const suggestions = [rolloutStatusCommand(target), kubectlCommand(target, 'describe', ...culprit)]
  return {outcome: 'failed', reason, failure: {class: 'rollout', message: reason, suggestions}}
}
