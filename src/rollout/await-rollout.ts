import type {PodTrouble} from '../kube/ports/workloads.ts'
import type {PostRolloutWatch, Settled, Trouble, Watch} from '../model/spoke.ts'
import type {WorkloadState} from '../model/workload.ts'
import type {WorkloadTarget} from '../model/workload-target.ts'
import {formatDuration} from '../shared/duration.ts'
import {kubectlCommand} from '../shared/suggested-command.ts'
import {conditionTrouble} from './condition-trouble.ts'
import {kubectlName, rolloutStatusCommand} from './kubectl-command.ts'
import {patienceWith} from './patience.ts'
import type {Rollout} from './rollout.ts'
import {type Farthest, progressFrom} from './rollout-progress.ts'
import {isSeen, rolloutStatus} from './rollout-status.ts'
import {openSightings, type Sightings} from './sightings.ts'
import {mayBeTakenBack, takenBack, watchAfterRollout} from './taken-back.ts'
import {type Cause, type TroubleWatch, watchTroubles} from './watch-troubles.ts'

/** A controller that is at work sees a change within this. */
const unseenMs = 5_000

const unseen: PodTrouble = {
  pod: '',
  container: undefined,
  reason: 'no controller has seen the change',
  message: '',
  lasting: false,
  crashed: false,
  vague: true,
}

/**
 * Watches a rollout to its end: succeeded, failed (with what its pods say, or who has changed it back), or gone. A success
 * that its owner may still change back is watched further. Undefined when the watch was aborted first. Rejects when the feed does: the
 * end was not seen.
 */
export async function awaitRollout(rollout: Rollout, watch: Watch): Promise<Settled | PostRolloutWatch | undefined> {
  const over = new AbortController()
  const signal = AbortSignal.any([watch.signal, over.signal])
  const close = () => {
    over.abort()
    rollout.feed.close()
  }
  const seen = openSightings(rollout, signal)
  let goesOn = false
  try {
    const end = await watchToEnd(rollout, seen, {...watch, signal})
    goesOn = end?.outcome === 'succeeded' && mayBeTakenBack(rollout.from)
    if (end === undefined || !goesOn) return end
    return {outcome: 'post-rollout-watch', settle: () => watchAfterRollout(rollout, end, seen, watch).finally(close)}
  } catch (error) {
    if (watch.signal.aborted) return undefined
    throw error
  } finally {
    if (!goesOn) close()
  }
}

const deleted: Settled = {outcome: 'skipped', reason: 'deleted while it was rolling out'}

async function watchToEnd(rollout: Rollout, seen: Sightings, watch: Watch): Promise<Settled | undefined> {
  const {target} = rollout
  const rolling = new AbortController()
  const signal = AbortSignal.any([watch.signal, rolling.signal])
  const troubles = lookForTroubles(rollout, seen, {...watch, signal})
  const judge = createJudge(rollout, watch, troubles)
  try {
    for (;;) {
      const verdict = await verdictOn(rollout, seen, judge, signal)
      const {state} = seen
      if (verdict.state === 'ended') return verdict.end
      if (verdict.state === 'failed') return failed(target, verdict, state, await troubles.cause())
      const next = await seen.next(verdict.waitMs, troubles.unrecoverable)
      if (next === 'deleted') return deleted
      if (next === undefined && signal.aborted) return undefined
      if (next === undefined && troubles.unrecoverable.aborted) {
        const message = `given up at once (--fail-fast): ${verdict.message}`
        return failed(target, {class: 'rollout', message}, state, await troubles.cause())
      }
    }
  } finally {
    rolling.abort()
  }
}

/** A watch may be silent, and its rollout over: nothing fails for its time alone, and is undone, without a read. */
async function verdictOn(
  {target, read}: Rollout,
  seen: Sightings,
  judge: (state: WorkloadState) => Verdict,
  signal: AbortSignal,
): Promise<Verdict> {
  const verdict = judge(seen.state)
  if (verdict.state !== 'failed' || !verdict.isLate) return verdict
  const now = await read(signal)
  if (now?.uid !== target.uid) return {state: 'ended', end: deleted}
  seen.take(now)
  return judge(seen.state)
}

/** What the pods say meanwhile; `unrecoverable` is aborted when they are not to be waited for any more. */
function lookForTroubles(
  {podTroubles, onCrash, failFast, clock, from}: Rollout,
  seen: Sightings,
  {signal, onTrouble}: Watch,
): TroubleWatch & {readonly unrecoverable: AbortSignal} {
  const unrecoverable = new AbortController()
  const startedAt = clock.now()
  const watch = watchTroubles({
    look: async (lookSignal) => {
      // Until its controller has seen the change, its pods are those of the revision before.
      if (isSeen(seen.state, from.generation)) return podTroubles(seen.state, lookSignal)
      return clock.now() - startedAt < unseenMs ? [] : [unseen]
    },
    onTrouble,
    onCrash: async (trouble) => onCrash?.(trouble, signal),
    onLasting: () => failFast && unrecoverable.abort(),
    clock,
    signal,
  })
  return {...watch, unrecoverable: unrecoverable.signal}
}

type Verdict =
  | {readonly state: 'ended'; readonly end: Settled}
  | ({readonly state: 'failed'} & Why)
  | {readonly state: 'waiting'; readonly message: string; readonly waitMs: number}

interface Why {
  readonly class: 'rollout' | 'timeout'
  readonly message: string
  /** Nothing says that it failed, but it took too long. */
  readonly isLate?: boolean
}

/** Judges state after state, says how far it is when that changes, and remembers when there last was progress. */
function createJudge(
  {target, from, timeoutMs, clock, isTakenBack, kind}: Rollout,
  watch: Watch,
  troubles: Pick<TroubleWatch, 'progressed' | 'endingMs'>,
): (state: WorkloadState) => Verdict {
  let farthest: Farthest | undefined
  let progressAt = clock.now()
  const tell = createTeller(watch)
  return (state) => {
    const {state: reached, message} = (kind?.status ?? rolloutStatus)(state, from.generation)
    if (isTakenBack(state)) return {state: 'ended', end: takenBack(target, from, state, kind)}
    if (reached === 'done') return {state: 'ended', end: {outcome: 'succeeded', reason: message}}
    if (reached === 'failed') return {state: 'failed', class: 'rollout', message}
    const now = clock.now()
    const step = progressFrom(farthest, state)
    farthest = step.farthest
    if (step.progressed) {
      progressAt = now
      troubles.progressed()
    }
    tell(message, conditionTrouble(state))
    const {limitMs, ownTime} = patienceWith(state, timeoutMs, troubles.endingMs())
    const leftMs = progressAt + limitMs - now
    if (leftMs > 0) return {state: 'waiting', message, waitMs: leftMs}
    return {
      state: 'failed',
      isLate: true,
      ...outOfPatience({message, limitMs, ownTime, isExplicit: timeoutMs !== undefined}),
    }
  }
}

/** The end of the wait. An explicit one says nothing about the rollout, which may still end well. */
function outOfPatience(wait: {
  readonly message: string
  readonly limitMs: number
  readonly ownTime: string | undefined
  readonly isExplicit: boolean
}): Why {
  const {message, limitMs, ownTime, isExplicit} = wait
  const lasted = `no progress for ${formatDuration(limitMs)}`
  if (!isExplicit) return {class: 'rollout', message: `${lasted}: ${message}`}
  const own = ownTime === undefined ? '' : `; the rollout's own deadline has not passed (${ownTime})`
  return {class: 'timeout', message: `${lasted} (--timeout): ${message}${own}`}
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

function failed(target: WorkloadTarget, why: Why, state: WorkloadState, cause: Cause): Settled {
  const own = conditionTrouble(state)?.sentence
  const known = state.deletedAt === undefined ? (cause.sentence ?? own) : own
  const unknown = known === undefined ? cause.unknown : undefined
  const reason = [known, why.message, unknown].filter((part) => part !== undefined).join('; ')
  const culprit = cause.pod === undefined ? [kubectlName(target)] : ['pod', cause.pod]
  const suggestions = [
    ...(cause.blocking.length === 0 ? [] : [kubectlCommand(target, 'delete', 'pod', ...cause.blocking)]),
    ...(state.paused ? [kubectlCommand(target, 'rollout', 'resume', kubectlName(target))] : []),
    rolloutStatusCommand(target),
    kubectlCommand(target, 'describe', ...culprit),
  ]
  return {outcome: 'failed', reason, failure: {class: why.class, message: reason, suggestions}}
}
