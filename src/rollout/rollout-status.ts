import type {WorkloadCondition, WorkloadKind, WorkloadState} from '../model/workload.ts'
import {formatDuration} from '../shared/duration.ts'

/**
 * How far a rollout is. `stale`: the object is older than the write and says nothing about it. `message` is a clause
 * for people; of `done` it says what was reached.
 */
export interface RolloutStatus {
  readonly state: 'stale' | 'progressing' | 'done' | 'failed'
  readonly message: string
}

/** Has its controller seen the change that the write made, and every later one? */
export function isSeen({generation, observedGeneration}: WorkloadState, minGeneration: number): boolean {
  return observedGeneration >= Math.max(generation, minGeneration)
}

/** Is it the condition with which the Deployment controller gives up? */
export function isDeadlineExceeded({type, reason}: WorkloadCondition): boolean {
  return type === 'Progressing' && reason === 'ProgressDeadlineExceeded'
}

/**
 * The verdict of `kubectl rollout status` on one object (k8s.io/kubectl, pkg/polymorphichelpers/rollout_status.go), and
 * stricter where that looks away: pods of a StatefulSet must be available and not only ready, a StatefulSet without
 * a partition must have adopted the new revision, and an object from before the write is not judged at all.
 *
 * @param minGeneration `metadata.generation` as the write returned it
 */
export function rolloutStatus(state: WorkloadState, minGeneration: number): RolloutStatus {
  if (state.generation < minGeneration) return {state: 'stale', message: 'waiting to see the change'}
  if (!isSeen(state, minGeneration)) return progressing('waiting for the controller to see the change')
  if (state.strategy === 'OnDelete') {
    return {
      state: 'failed',
      message: 'its update strategy is OnDelete: pods are replaced only when they are deleted',
    }
  }
  const status = statusOf[state.kind](state)
  if (!state.paused || status.state !== 'progressing') return status
  return progressing(`paused; ${status.message}`)
}

const statusOf: Readonly<Record<WorkloadKind, (state: WorkloadState) => RolloutStatus>> = {
  Deployment(state) {
    const {wanted, current, updated, available, conditions} = state
    if (conditions.some(isDeadlineExceeded)) {
      return {state: 'failed', message: 'the rollout exceeded its progress deadline'}
    }
    if (updated < wanted) return progressing(`${updated} of ${wanted} pods updated`)
    if (current > updated) return progressing(`${current - updated} old ${pods(current - updated)} still to end`)
    if (available < updated) return progressing(`${available} of ${updated} updated pods available${warming(state)}`)
    return done(updated)
  },

  StatefulSet(state) {
    const {wanted, updated, ready, available, partition} = state
    if (ready < wanted) return progressing(`${ready} of ${wanted} pods ready`)
    const due = Math.max(0, wanted - partition)
    if (updated < due) return progressing(`${updated} of ${due} pods updated${warming(state)}`)
    if (available < wanted) return progressing(`${available} of ${wanted} pods available${warming(state)}`)
    if (partition > 0 && wanted > 0) {
      return {state: 'done', message: `${updated} of ${wanted} pods updated: the partition keeps the others`}
    }
    if (state.currentRevision !== state.updateRevision) return progressing('waiting for the controller to finish')
    return done(updated)
  },

  DaemonSet(state) {
    const {wanted, updated, available} = state
    if (updated < wanted) return progressing(`${updated} of ${wanted} pods updated${warming(state)}`)
    if (available < wanted) return progressing(`${available} of ${wanted} pods available${warming(state)}`)
    return done(wanted)
  },
}

/** Pods that are ready and do not count as available yet: nothing is wrong with them. */
function warming({ready, available, minReadyMs}: WorkloadState): string {
  if (minReadyMs === 0 || ready <= available) return ''
  return `; ${ready - available} ready for less than ${formatDuration(minReadyMs)} (minReadySeconds)`
}

function progressing(message: string): RolloutStatus {
  return {state: 'progressing', message}
}

function done(count: number): RolloutStatus {
  return {state: 'done', message: count === 0 ? 'no pods to replace' : `${count} new ${pods(count)} available`}
}

function pods(count: number): string {
  return count === 1 ? 'pod' : 'pods'
}
