import type {PodTemplate, TemplateWrite, WorkloadFeed, Workloads} from '../../kube/ports/workloads.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {Snapshot} from '../../model/snapshot.ts'
import type {Attempt, Receipt, Settled, Spoke, Written} from '../../model/spoke.ts'
import type {ContainerImage, WorkloadState} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {rolloutStatusCommand} from '../../rollout/kubectl-command.ts'
import type {SpokeOptions, VerbEnv} from '../verb.ts'
import {changeAnnotations, changeEvent} from './change-words.ts'
import {changesOfOthers} from './changes-of-others.ts'
import {gone, perhapsElsewhere, runElsewhere} from './obstacle.ts'
import {revertTemplate} from './revert-template.ts'
import {templateReceipt} from './template-receipt.ts'
import {readSnapshot, takeSnapshot} from './template-snapshot.ts'
import {createRolloutWatch, type RolloutWatch} from './watch-template.ts'

/** What a change has to do about a target as it was just read. */
export type TemplateDecision =
  | {readonly todo: 'nothing'; readonly end: Settled}
  /** It carries the mark of the run already. */
  | {readonly todo: 'watch'; readonly state: WorkloadState}
  | TemplateTodo

/** It is to be written. */
export interface TemplateTodo {
  readonly todo: 'write'
  readonly state: WorkloadState
  /** The containers whose images are set, with their new ones; default: none, the mark is all that is written. */
  readonly images?: readonly ContainerImage[]
  /** Added to the reason of a success; default: nothing. */
  readonly remark?: string | undefined
  /** Replaces the present template; default: it is kept. */
  readonly template?: PodTemplate
}

/** What one verb changes in pod templates. */
export interface TemplateChange {
  /** The verb, for the annotations. */
  readonly verb: string
  /** `Restarted`: what is recorded as an Event on the workload. */
  readonly done: string
  /**
   * Decides from the target as it is now, so that deciding again after any failure is safe.
   *
   * @param isAfterOurs whether the restartedAt annotation that it carries was written after this run's
   */
  decide(
    target: WorkloadTarget,
    state: WorkloadState | undefined,
    isAfterOurs: (restartedAt: string | undefined) => boolean,
  ): TemplateDecision
  /** Reads what else the write needs; default: nothing. May find that there is nothing to write. */
  complete?(
    target: WorkloadTarget,
    todo: TemplateTodo,
    workloads: Workloads,
    signal: AbortSignal,
  ): Promise<TemplateTodo | Extract<TemplateDecision, {readonly todo: 'nothing'}>>
  /** The result under a dry run, and where the same run wrote before. */
  readonly alreadyDone: Settled
}

/**
 * A change of the pod template, watched to its end, and not made twice: the mark of the run in the template proves the
 * write, so every attempt reads first and writes only what is missing.
 */
export function templateSpoke(change: TemplateChange, env: VerbEnv): Spoke<WorkloadTarget> {
  const {mark, options} = env
  const isAfterOurs = changesOfOthers({restartedAt: mark, resumed: env.resumed, clock: env.clock})
  const rollouts = createRolloutWatch(env, isAfterOurs)
  const at = (target: WorkloadTarget, attempt: Attempt): Try => {
    const before = readSnapshot(attempt.snapshot)?.restartedAt
    const isAfter: Try['isAfterOurs'] = (restartedAt) => isAfterOurs(target.uid, restartedAt, before)
    const workloads = env.workloads(target)
    const decide: Try['decide'] = (state) => change.decide(target, state, isAfter)
    return {change, env, options, workloads, target, attempt, rollouts, decide, isAfterOurs: isAfter}
  }
  return {
    act: (target, attempt) => act(at(target, attempt)),
    settle: rollouts.settle,
    recheck: rollouts.recheck,
    revert: (target, receipt, attempt) => revertTemplate({target, receipt, attempt, env, rollouts}),
    inspect: (target) => [rolloutStatusCommand(target)],
  }
}

/** One attempt. */
interface Try {
  readonly change: TemplateChange
  readonly env: VerbEnv
  readonly options: SpokeOptions
  readonly workloads: Workloads
  readonly target: WorkloadTarget
  readonly attempt: Attempt
  readonly rollouts: RolloutWatch
  /** To be asked of each state in the order in which they were read. */
  decide(state: WorkloadState | undefined): TemplateDecision
  isAfterOurs(restartedAt: string | undefined): boolean
}

async function act(it: Try): Promise<Settled | Written> {
  const {options, workloads, target, attempt} = it
  const decision = it.decide(await workloads.read(target, attempt.signal))
  if (decision.todo === 'nothing') return decision.end
  if (decision.todo === 'watch') {
    if (options.dryRun) return it.change.alreadyDone
    if (attempt.sentBefore) recordEvent(it) // the answer was lost
    return watchAgain(it, decision.state)
  }
  const todo = (await it.change.complete?.(target, decision, workloads, attempt.signal)) ?? decision
  if (todo.todo === 'nothing') return todo.end
  const runner = await runnerOf(it, todo.state)
  if (typeof runner === 'object') return runElsewhere(target, runner)
  const remarks = [todo.remark, runner === 'unknown' ? perhapsElsewhere : undefined].filter((one) => one !== undefined)
  const remark = remarks.length === 0 ? null : remarks.join('; ')
  return options.dryRun ? tryOut(it, todo, remark) : write(it, todo, remark)
}

/** Only for a Deployment without pods: one that has pods runs them itself. */
async function runnerOf({workloads, target, attempt}: Try, {kind, wanted}: WorkloadState) {
  return kind === 'Deployment' && wanted === 0 ? workloads.runnerOf(target, attempt.signal) : undefined
}

async function tryOut(it: Try, todo: TemplateTodo, remark: string | null): Promise<Settled> {
  const {workloads, target, attempt} = it
  const accepted = await workloads.patchTemplate(target, patchOf(it, todo), attempt.signal)
  if (accepted === undefined) return gone
  const reason = 'the server accepted it (dry run)'
  return {outcome: 'succeeded', reason: remark === null ? reason : `${reason}; ${remark}`}
}

/** Followed from before the write on: a rollout of milliseconds is not missed. */
async function write(it: Try, todo: TemplateTodo, remark: string | null): Promise<Settled | Written> {
  const {options, workloads, target, attempt, rollouts} = it
  const feed = options.wait ? await workloads.follow(target, attempt.signal) : undefined
  return closingOnEnd(feed, async () => {
    const patch = patchOf(it, todo)
    const snapshot = snapshotOf(it, todo, patch)
    await attempt.writing(snapshot)
    const accepted = await workloads.patchTemplate(target, patch, attempt.signal)
    if (accepted === undefined) return gone
    recordEvent(it)
    if (feed) rollouts.hand(target, {feed, state: accepted})
    return {outcome: 'written', receipt: templateReceipt(accepted, {reverts: false, snapshot, remark})}
  })
}

/** Where the mark of the run is there already, the state before its first write is the one to restore. */
function snapshotOf({env, attempt}: Try, {state}: TemplateTodo, patch: TemplateWrite): Snapshot {
  const taken = takeSnapshot(state, patch)
  return state.restartedAt === env.mark ? {...taken, ...attempt.snapshot} : taken
}

/** Written by an earlier attempt, or by an earlier invocation of the run. It may have been rolled out before we followed. */
async function watchAgain(it: Try, state: WorkloadState): Promise<Settled | Written> {
  const {options, workloads, target, attempt, rollouts} = it
  const found = !attempt.sentBefore
  const watched = (from: WorkloadState, feed?: WorkloadFeed): Written => {
    if (feed) rollouts.hand(target, {feed, state: from})
    return {outcome: 'written', receipt: foundReceipt(it, from, found), ...(found && {found})}
  }
  if (!options.wait) return watched(state)
  const feed = await workloads.follow(target, attempt.signal)
  return closingOnEnd(feed, async () => {
    const now = it.decide(await workloads.read(target, attempt.signal))
    if (now.todo === 'watch') return watched(now.state, feed)
    if (now.todo === 'nothing') return now.end
    throw new HubspokeError('conflict', `The ${it.change.verb} was reverted while it was looked at.`)
  })
}

const writtenBefore = 'it was written before, nothing was written now'

/** What the template was right after the write is not known any more: the state before tells it where the write set no image. */
function foundReceipt({attempt}: Try, state: WorkloadState, found: boolean): Receipt {
  const snapshot = attempt.snapshot ?? null
  const before = readSnapshot(snapshot)
  const template = before?.images.size === 0 ? before.template : state.templateDigest
  const remark = found ? writtenBefore : null
  return {...templateReceipt(state, {reverts: false, snapshot, remark}), template}
}

/** Closes the feed unless the write was accepted: then it is handed over. */
async function closingOnEnd(
  feed: WorkloadFeed | undefined,
  work: () => Promise<Settled | Written>,
): Promise<Settled | Written> {
  try {
    const end = await work()
    if (end.outcome !== 'written') feed?.close()
    return end
  } catch (error) {
    feed?.close()
    throw error
  }
}

function patchOf({change, env, options, target, attempt}: Try, todo: TemplateTodo): TemplateWrite {
  const {state, images = [], template} = todo
  const facts = {verb: change.verb, runId: env.runId, by: env.by(target.context), reason: attempt.reason}
  const annotations = changeAnnotations({...facts, changeCause: options.changeCause}, state)
  const {resourceVersion, generation} = state
  const set = {...(images.length > 0 && {images}), ...(template && {template})}
  return {restartedAt: env.mark, ...set, resourceVersion, generation, annotations, dryRun: options.dryRun}
}

function recordEvent({change, env, target, attempt: {reason}}: Try): void {
  const {runId, mark, events} = env
  const {done} = change
  events.record(target, changeEvent({runId, by: env.by(target.context), reason}, {mark, done, message: done}))
}
