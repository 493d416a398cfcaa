import type {RestartWrite, WorkloadFeed, Workloads} from '../../kube/ports/workloads.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {LogTail} from '../../model/log-tail.ts'
import type {Snapshot} from '../../model/snapshot.ts'
import type {Target} from '../../model/target.ts'
import type {WorkloadState} from '../../model/workload.ts'
import type {Clock} from '../../shared/clock.ts'
import type {EventRecorder} from '../record-events.ts'
import {awaitRollout} from '../rollout/await-rollout.ts'
import {recheckRollout} from '../rollout/recheck-rollout.ts'
import type {Rollout} from '../rollout/rollout.ts'
import type {Attempt, Settled, Spoke, Written} from '../spoke.ts'
import {
  decideRestart,
  gone,
  perhapsElsewhere,
  type RestartAim,
  type RestartDecision,
  runElsewhere,
} from './restart-decision.ts'
import {beforeRestart, recordedBefore} from './restart-snapshot.ts'
import {type RestartFacts, restartAnnotations, restartEvent} from './restart-words.ts'
import {restartsOfOthers} from './restarts-of-others.ts'
import {undoRestart} from './undo-restart.ts'

export interface RestartOptions extends RestartAim, Omit<RestartFacts, 'reason' | 'by'> {
  /** Who restarts, as far as the cluster that the context leads to is concerned. */
  by(context: string): string
  /** The run may have begun in an earlier invocation. */
  readonly resumed: boolean
  /** What an earlier invocation found before it wrote, by the UID of the workload. */
  readonly before: ReadonlyMap<string, Snapshot>
  /** Of the cluster that the target is in. */
  workloads(target: Target): Workloads
  /** False: an accepted write is the end. */
  readonly wait: boolean
  /** Since the last progress of a rollout; undefined: it is not said. */
  readonly timeoutMs: number | undefined
  readonly clock: Clock
  /** A trouble that does not heal by itself ends the wait. */
  readonly failFast: boolean
  /** Hears what crashed containers wrote last; undefined: nobody wants to know, and nobody is asked. */
  readonly onLogTail?: (target: Target, words: LogTail) => void
  /** Hears of each write of ours that was accepted. */
  readonly announce: EventRecorder['announce']
  /** The server checks the write and does not make it. */
  readonly dryRun: boolean
}

/**
 * `kubectl rollout restart`, watched to its end, and not done twice: the stamp in the pod template is one for the run,
 * so every try reads first and writes only what is not there yet.
 */
export function restartSpoke(options: RestartOptions): Spoke {
  const befores = new Map(options.before)
  const stampBefore = (uid: string) => recordedBefore(options.before.get(uid))?.restartedAt
  const isAfterOurs = restartsOfOthers({...options, stampBefore})
  const sent = new Set<string>()
  return {
    verb: 'restart',
    act(target, attempt) {
      const isAfter: Try['isAfterOurs'] = (stamp) => isAfterOurs(target.uid, stamp)
      const decide: Try['decide'] = (state) => decideRestart(target, state, options, isAfter)
      const workloads = options.workloads(target)
      return act({options, workloads, target, attempt, sent, befores, decide, isAfterOurs: isAfter})
    },
  }
}

/** One try: what is asked for, and where. */
interface Try {
  readonly options: RestartOptions
  readonly workloads: Workloads
  readonly target: Target
  readonly attempt: Attempt
  /** UIDs of the workloads to which a write of ours was sent. */
  readonly sent: Set<string>
  /** To be asked of each state in the order in which they were read. */
  decide(state: WorkloadState | undefined): RestartDecision
  isAfterOurs(stamp: string | undefined): boolean
  /** What stood there before the last write of each workload, by its UID. */
  readonly befores: Map<string, Snapshot>
}

async function act(it: Try): Promise<Settled | Written> {
  const {options, workloads, target, attempt} = it
  const decision = it.decide(await workloads.read(target, attempt.signal))
  if (decision.todo === 'nothing') return decision.end
  if (decision.todo === 'watch') {
    if (options.dryRun) return alreadyRestarted
    if (it.sent.has(target.uid)) announce(it) // the reply was lost
    return watchAgain(it, decision.state)
  }
  const runner = await runnerOf(it, decision.state)
  if (typeof runner === 'object') return runElsewhere(target, runner)
  const done = await (options.dryRun ? tryOut(it, decision.state) : write(it, decision.state))
  return runner === 'unknown' ? withRemark(done, perhapsElsewhere) : done
}

/** Only of a Deployment without pods: what has pods is run by itself. */
async function runnerOf({workloads, target, attempt}: Try, {kind, wanted}: WorkloadState) {
  return kind === 'Deployment' && wanted === 0 ? workloads.runnerOf(target, attempt.signal) : undefined
}

/** The same end, with a remark in the reason of a success. */
function withRemark(end: Settled | Written, remark: string): Settled | Written {
  if (end.outcome === 'written') {
    const settle: Written['settle'] = async (watch) => {
      const settled = await end.settle(watch)
      if (settled?.outcome !== 'post-rollout-watch') return settled && remarked(settled, remark)
      return {...settled, settle: async () => remarked(await settled.settle(), remark)}
    }
    return {...end, settle}
  }
  return remarked(end, remark)
}

const remarked = (end: Settled, remark: string): Settled =>
  end.outcome === 'succeeded' ? {...end, reason: `${end.reason}; ${remark}`} : end

const writtenBefore = 'it was written before, nothing was written now'

const alreadyRestarted: Settled = {outcome: 'unchanged', reason: 'this run has restarted it already'}

async function tryOut({options, workloads, target, attempt}: Try, state: WorkloadState): Promise<Settled> {
  const accepted = await workloads.restart(target, patchOf(options, target, attempt, state), attempt.signal)
  return accepted === undefined ? gone : {outcome: 'succeeded', reason: 'the server accepted it (dry run)'}
}

/** Followed from before the write on: a rollout of milliseconds is not missed. */
async function write(it: Try, state: WorkloadState): Promise<Settled | Written> {
  const {options, workloads, target, attempt} = it
  const feed = options.wait ? await workloads.follow(target, attempt.signal) : undefined
  try {
    const patch = patchOf(options, target, attempt, state)
    const before = beforeRestart(state, patch.annotations)
    await attempt.writing(before)
    it.sent.add(target.uid)
    it.befores.set(target.uid, before)
    const accepted = await workloads.restart(target, patch, attempt.signal)
    if (accepted === undefined) {
      feed?.close()
      return gone
    }
    announce(it)
    return written(it, accepted, feed)
  } catch (error) {
    feed?.close()
    throw error
  }
}

/** Written by an earlier try, or by an earlier invocation of the run. It may have been rolled out before we followed. */
async function watchAgain(it: Try, state: WorkloadState): Promise<Settled | Written> {
  const {options, workloads, target, attempt} = it
  const found = !it.sent.has(target.uid)
  const watched = (from: WorkloadState, feed?: WorkloadFeed) => {
    const done = written(it, from, feed)
    return found ? withRemark({...done, found}, writtenBefore) : done
  }
  if (!options.wait) return watched(state)
  const feed = await workloads.follow(target, attempt.signal)
  try {
    const now = it.decide(await workloads.read(target, attempt.signal))
    if (now.todo === 'watch') return watched(now.state, feed)
    if (now.todo === 'write') throw new HubspokeError('conflict', 'The restart was taken back while it was looked at.')
    feed.close()
    return now.end
  } catch (error) {
    feed.close()
    throw error
  }
}

function written(it: Try, from: WorkloadState, feed: WorkloadFeed | undefined): Written {
  if (feed === undefined) {
    return {outcome: 'written', settle: async () => ({outcome: 'succeeded', reason: 'accepted, not waited for'})}
  }
  const {options, workloads, target} = it
  const {timeoutMs, clock, failFast, onLogTail} = options
  const read = (signal: AbortSignal) => workloads.read(target, signal)
  const podTroubles: Rollout['podTroubles'] = (state, signal) => workloads.podTroubles(state, signal)
  const isTakenBack: Rollout['isTakenBack'] = ({restartedAt}) =>
    restartedAt !== options.restartedAt && !it.isAfterOurs(restartedAt)
  const onCrash: Rollout['onCrash'] = async (trouble, signal) => {
    const {pod, container = ''} = trouble
    const lines = onLogTail && (await workloads.logTail(target.namespace, trouble, signal))
    if (lines?.length) onLogTail?.(target, {pod, container, lines})
  }
  const rollout = {target, feed, from, timeoutMs, clock, failFast, isTakenBack, podTroubles, onCrash}
  return {
    outcome: 'written',
    settle: (watch) => awaitRollout(rollout, watch),
    recheck: (signal) => recheckRollout({target, from, isTakenBack, read, podTroubles}, signal),
    undo: undoRestart({
      ...{target, workloads, timeoutMs, clock, failFast, restartedAt: options.restartedAt},
      before: recordedBefore(it.befores.get(target.uid)),
    }),
  }
}

function patchOf(
  {runId, changeCause, restartedAt, dryRun, by}: RestartOptions,
  {context}: Target,
  {reason}: Attempt,
  state: WorkloadState,
): RestartWrite {
  const annotations = restartAnnotations({runId, by: by(context), reason, changeCause}, state)
  const {resourceVersion, generation} = state
  return {restartedAt, resourceVersion, generation, annotations, dryRun}
}

function announce({options, target, attempt: {reason}}: Try): void {
  const {runId, restartedAt, announce: tell} = options
  const by = options.by(target.context)
  tell(target, restartEvent({runId, by, reason}, restartedAt))
}
