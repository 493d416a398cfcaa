import type {PodTemplate, TemplateWrite, Workloads} from '../../kube/ports/workloads.ts'
import type {Snapshot} from '../../model/snapshot.ts'
import type {Receipt, Spoke} from '../../model/spoke.ts'
import type {ContainerImage, WorkloadState} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import type {VerbEnv} from '../verb.ts'
import {
  type ChangeDecision,
  type ChangeTodo,
  type ChangeTry,
  changeSpoke,
  type Nothing,
  type WorkloadChange,
} from './change-spoke.ts'
import {createChangeWatch} from './change-watch.ts'
import {changeAnnotations} from './change-words.ts'
import {changesOfOthers} from './changes-of-others.ts'
import {perhapsElsewhere, runElsewhere} from './obstacle.ts'
import {revertTemplate} from './revert-template.ts'
import {templateReceipt} from './template-receipt.ts'
import {readSnapshot, takeSnapshot} from './template-snapshot.ts'
import {type IsAfterOurs, watchedTemplate} from './watch-template.ts'

/** What a change has to do about a target as it was just read. `watch`: it carries the mark of the run already. */
export type TemplateDecision = ChangeDecision<TemplateTodo>

export interface TemplateTodo extends ChangeTodo {
  /** The containers whose images are set, with their new ones; default: none, the mark is all that is written. */
  readonly images?: readonly ContainerImage[]
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
  ): Promise<TemplateTodo | Nothing>
  /** The reason of the result under a dry run, where the same run wrote before. */
  readonly alreadyDone: string
}

/** A change of the pod template: the mark of the run in the template proves the write. */
export function templateSpoke(change: TemplateChange, env: VerbEnv): Spoke<WorkloadTarget> {
  const isAfterOurs = changesOfOthers({restartedAt: env.mark, resumed: env.resumed, clock: env.clock})
  const watch = createChangeWatch(watchedTemplate(env.mark, isAfterOurs), env)
  return {
    ...changeSpoke(templateChange(change, isAfterOurs), watch, env),
    revert: (target, receipt, attempt) => revertTemplate({target, receipt, attempt, env, watch}),
  }
}

function templateChange(change: TemplateChange, isAfterOurs: IsAfterOurs): WorkloadChange<TemplateTodo> {
  return {
    decide({target, attempt}, state) {
      const before = readSnapshot(attempt.snapshot)?.restartedAt
      return change.decide(target, state, (restartedAt) => isAfterOurs(target.uid, restartedAt, before))
    },
    async complete(it, found) {
      const {target, workloads, attempt} = it
      const todo = (await change.complete?.(target, found, workloads, attempt.signal)) ?? found
      return 'end' in todo ? todo : withRunner(it, todo)
    },
    send: (it, todo) => it.workloads.patchTemplate(it.target, patchOf(change, it, todo), it.attempt.signal),
    snapshot(it, todo) {
      const taken = takeSnapshot(todo.state, patchOf(change, it, todo))
      // Where the mark of the run is there already, the state before its first write is the one to restore.
      return todo.state.restartedAt === it.env.mark ? {...taken, ...it.attempt.snapshot} : taken
    },
    receipt: (todo, accepted, snapshot) =>
      templateReceipt(accepted, {reverts: false, snapshot, remark: todo.remark ?? null}),
    receiptOfFound: (it, todo) => receiptOfFound(todo, it.attempt.snapshot ?? null),
    words: {
      accepted: () => 'the server accepted it',
      alreadyDone: () => change.alreadyDone,
      event: () => ({done: change.done, message: change.done}),
    },
  }
}

/** Only for a Deployment without pods: one that has pods runs them itself. */
async function withRunner(
  {workloads, target, attempt}: ChangeTry,
  todo: TemplateTodo,
): Promise<TemplateTodo | Nothing> {
  const {kind, wanted} = todo.state
  if (kind !== 'Deployment' || wanted > 0) return todo
  const runner = await workloads.runnerOf(target, attempt.signal)
  if (runner === undefined) return todo
  if (runner !== 'unknown') return {todo: 'nothing', end: runElsewhere(target, runner)}
  return {...todo, remark: todo.remark === undefined ? perhapsElsewhere : `${todo.remark}; ${perhapsElsewhere}`}
}

/** What the template was right after the write is not known any more: the state before tells it where the write set no image. */
function receiptOfFound({state, remark}: TemplateTodo, snapshot: Snapshot | null): Receipt {
  const before = readSnapshot(snapshot)
  const template = before?.images.size === 0 ? before.template : state.templateDigest
  return {...templateReceipt(state, {reverts: false, snapshot, remark: remark ?? null}), template}
}

function patchOf({verb}: TemplateChange, {env, target, attempt}: ChangeTry, todo: TemplateTodo): TemplateWrite {
  const {state, images = [], template} = todo
  const {runId, mark, options} = env
  const facts = {verb, runId, by: env.by(target.context), reason: attempt.reason}
  const annotations = changeAnnotations({...facts, changeCause: options.changeCause}, state)
  const {resourceVersion, generation} = state
  const set = {...(images.length > 0 && {images}), ...(template && {template})}
  return {restartedAt: mark, ...set, resourceVersion, generation, annotations, dryRun: options.dryRun}
}
