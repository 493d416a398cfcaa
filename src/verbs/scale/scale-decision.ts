import type {Autoscaler} from '../../kube/ports/workloads.ts'
import type {Failure} from '../../model/failure.ts'
import {isReconciling, type Owner, ownerName} from '../../model/owner.ts'
import type {Settled} from '../../model/spoke.ts'
import type {ContainerImage, WorkloadState} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {kubectlName} from '../../rollout/kubectl-command.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import {countOf} from '../../shared/words.ts'
import type {ChangeDecision, ChangeTodo} from '../workloads/change-spoke.ts'
import {gone, recreated, unchanged} from '../workloads/obstacle.ts'
import {type Replicas, replicasFrom} from './replicas.ts'
import type {ScaleSnapshot} from './scale-snapshot.ts'
import {replicasStatus} from './scale-status.ts'

export interface ScaleAim {
  readonly replicas: Replicas
  /** Also what another controller reconciles. */
  readonly overrideOwner: boolean
  /** Those of the containers that run the image of the query. */
  runsImage(images: readonly ContainerImage[]): readonly ContainerImage[]
}

export interface ScaleTodo extends ChangeTodo {
  readonly change: ScaleSnapshot
  /** What may change the replicas again; default: the owner of the workload. */
  readonly owner?: Owner
}

/**
 * What has to be done about a target as it was just read. `watch`: it has the replicas that an earlier attempt, or an earlier
 * invocation of the run, was about to write.
 */
export type ScaleDecision = ChangeDecision<ScaleTodo>

/**
 * Decides from the target as it is now, so that deciding again after any failure is safe.
 *
 * Replicas carry no mark of the run, so the numbers are the proof. The number before and the number wanted are in the ledger
 * before the first write is sent, and a relative value is never computed a second time. Afterwards: the number wanted means
 * that the write arrived; the number before means that it did not, or was changed back, and the same number is written; any other number is that of
 * another client, and is left alone.
 *
 * @param snapshot what an earlier attempt was about to write; undefined: there was none
 */
export function decideScale(
  target: WorkloadTarget,
  state: WorkloadState | undefined,
  aim: ScaleAim,
  snapshot: ScaleSnapshot | undefined,
): ScaleDecision {
  if (target.kind === 'DaemonSet') return end(notScalable(target))
  if (state === undefined) return end(gone)
  if (state.uid !== target.uid) return end(recreated(target))
  if (aim.runsImage(state.images).length === 0) return end({outcome: 'skipped', reason: 'it no longer runs the image'})
  if (snapshot !== undefined && state.wanted === snapshot.wanted) return {todo: 'watch', state, change: snapshot}
  if (snapshot !== undefined && state.wanted !== snapshot.before) return end(scaledByOthers(target, state, snapshot))
  const wanted = snapshot?.wanted ?? replicasFrom(aim.replicas, state.wanted)
  if (typeof wanted === 'object') return end(notPossible(wanted.problem))
  if (wanted === state.wanted) {
    const reason = `it has ${countOf(wanted, 'replica')} already`
    return end(unchanged(target, state, reason, {status: replicasStatus(state), reached: 'available'}))
  }
  const {owner, deletedAt} = state
  if (deletedAt !== undefined) return end(beingDeleted(target, deletedAt))
  if (owner !== undefined && isReconciling(owner) && !aim.overrideOwner) return end(reconciled(target, owner))
  return {todo: 'write', state, change: {before: state.wanted, wanted}}
}

function end(settled: Settled): ScaleDecision {
  return {todo: 'nothing', end: settled}
}

/** A DaemonSet runs one pod on each of its nodes. */
function notScalable({kind}: WorkloadTarget): Settled {
  return skipped({
    class: 'not-scalable',
    message: `a ${kind} runs one pod on each of its nodes and has no replicas`,
    suggestions: ['--kind Deployment --kind StatefulSet  to leave DaemonSets out'],
  })
}

/** The autoscaler sets the replicas again within seconds. */
export function autoscaled(target: WorkloadTarget, {namespace, name, min, max}: Autoscaler): Settled {
  return skipped({
    class: 'owned',
    message: `HorizontalPodAutoscaler ${namespace}/${name} sets its replicas (${min} to ${max}): it was left alone`,
    suggestions: [kubectlCommand(target, 'get', `hpa/${name}`), override],
  })
}

const override = '--override-owner  to scale it nevertheless'

function reconciled(target: WorkloadTarget, owner: Owner): Settled {
  return skipped({
    class: 'owned',
    message: `${ownerName(owner)} reconciles it, and may set its replicas again: it was left alone`,
    suggestions: [kubectlCommand(target, 'get', kubectlName(target), '-o', 'yaml'), override],
  })
}

function beingDeleted(target: WorkloadTarget, deletedAt: string): Settled {
  return skipped({
    class: 'not-scalable',
    message: `it has been terminating since ${deletedAt}`,
    suggestions: [kubectlCommand(target, 'get', kubectlName(target), '-o', 'yaml')],
  })
}

function notPossible(problem: string): Settled {
  return {
    outcome: 'failed',
    reason: problem,
    failure: {class: 'not-scalable', message: problem, suggestions: ['--replicas N  for a number']},
  }
}

function scaledByOthers(target: WorkloadTarget, {wanted: now}: WorkloadState, before: ScaleSnapshot): Settled {
  const message = `another client has scaled it to ${now} since this run read ${before.before} and was about to write ${before.wanted}: it was left alone`
  const suggestions = [kubectlCommand(target, 'get', kubectlName(target))]
  return {outcome: 'failed', reason: message, failure: {class: 'conflict', message, suggestions}}
}

function skipped(failure: Failure): Settled {
  return {outcome: 'skipped', reason: failure.message, failure}
}
