import type {ContainerImage, WorkloadState} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {gone, obstacleOf, recreated, restartedSince} from '../workloads/obstacle.ts'
import type {TemplateDecision} from '../workloads/template-spoke.ts'

export interface RestartAim {
  /** The restartedAt annotation of the run, RFC 3339. */
  readonly restartedAt: string
  /** Those of the containers that run the image of the query. */
  runsImage(images: readonly ContainerImage[]): readonly ContainerImage[]
}

/**
 * Decides from the target as it is now, so that deciding again after any failure is safe.
 *
 * @param isAfterOurs whether the annotation that it carries is of a restart that came after ours
 */
export function decideRestart(
  target: WorkloadTarget,
  state: WorkloadState | undefined,
  aim: RestartAim,
  isAfterOurs: (restartedAt: string | undefined) => boolean,
): TemplateDecision {
  if (state === undefined) return {todo: 'nothing', end: gone}
  if (state.uid !== target.uid) return {todo: 'nothing', end: recreated(target)}
  if (aim.runsImage(state.images).length === 0) {
    return {todo: 'nothing', end: {outcome: 'skipped', reason: 'it no longer runs the image'}}
  }
  if (state.restartedAt === aim.restartedAt) return {todo: 'watch', state}
  if (isAfterOurs(state.restartedAt)) {
    return {todo: 'nothing', end: restartedSince(target, state)}
  }
  const obstacle = obstacleOf(target, state, 'a restart')
  return obstacle === undefined ? {todo: 'write', state} : {todo: 'nothing', end: obstacle}
}
