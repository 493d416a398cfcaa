import type {Owner} from '../../model/owner.ts'
import type {Receipt, Spoke} from '../../model/spoke.ts'
import type {WorkloadState} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import type {VerbEnv} from '../verb.ts'
import {type ChangeTry, changeSpoke, type Nothing, type WorkloadChange} from '../workloads/change-spoke.ts'
import {createChangeWatch} from '../workloads/change-watch.ts'
import {revertScale} from './revert-scale.ts'
import {autoscaled, decideScale, type ScaleAim, type ScaleTodo} from './scale-decision.ts'
import {scaleReceipt} from './scale-receipt.ts'
import {readScaleSnapshot, takeScaleSnapshot} from './scale-snapshot.ts'
import {watchedScale} from './watch-scale.ts'

/** Sets replicas and watches until the pods are available, or gone. */
export function scaleSpoke(aim: ScaleAim, env: VerbEnv): Spoke<WorkloadTarget> {
  const watch = createChangeWatch(watchedScale, env)
  return {
    ...changeSpoke(scaleChange(aim), watch, env),
    revert: (target, receipt, attempt) => revertScale({target, receipt, attempt, env, watch}),
  }
}

function scaleChange(aim: ScaleAim): WorkloadChange<ScaleTodo> {
  return {
    decide: ({target, attempt}, state) => decideScale(target, state, aim, readScaleSnapshot(attempt.snapshot)),
    complete: (it, todo) => withAutoscaler(it, todo, aim),
    send({workloads, attempt, env}, {state, change: {wanted}}) {
      return workloads.scale(state, {replicas: wanted, dryRun: env.options.dryRun}, attempt.signal)
    },
    snapshot: (_, {change}) => takeScaleSnapshot(change),
    receipt: receiptOf,
    receiptOfFound: (_, todo) => receiptOf(todo, todo.state),
    words: {
      accepted: ({change: {before, wanted}}) => `the server accepted ${before} to ${wanted} replicas`,
      alreadyDone: ({change: {wanted}}) => `this run has scaled it to ${wanted} already`,
      event: ({change: {before, wanted}}) => ({done: 'Scaled', message: `Scaled from ${before} to ${wanted}`}),
    },
  }
}

function receiptOf({state, change: {before}, owner = state.owner, remark}: ScaleTodo, now: WorkloadState): Receipt {
  return scaleReceipt(now, {before, reverts: false, remark: remark ?? null, owner})
}

async function withAutoscaler(
  {target, workloads, attempt}: ChangeTry,
  todo: ScaleTodo,
  {overrideOwner}: ScaleAim,
): Promise<ScaleTodo | Nothing> {
  const autoscaler = await workloads.autoscalerOf(target, attempt.signal)
  if (autoscaler === undefined) return todo
  if ('notRead' in autoscaler) {
    return {...todo, remark: 'it could not be read whether a HorizontalPodAutoscaler sets its replicas'}
  }
  if (!overrideOwner) return {todo: 'nothing', end: autoscaled(target, autoscaler)}
  const {namespace, name} = autoscaler
  const owner: Owner = {tool: 'controller', kind: 'HorizontalPodAutoscaler', namespace, name}
  return {...todo, owner, remark: `HorizontalPodAutoscaler ${namespace}/${name} may set its replicas again`}
}
