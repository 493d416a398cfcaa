import type {WorkloadRevision} from '../../kube/ports/workloads.ts'
import type {Settled} from '../../model/spoke.ts'
import type {ContainerImage, WorkloadState} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {kubectlName} from '../../rollout/kubectl-command.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import {unchanged} from '../workloads/obstacle.ts'

/** The revision that a workload returns to, or why it returns to none. */
export type ChosenRevision =
  | {readonly revision: WorkloadRevision; readonly end?: never}
  | {readonly end: Settled; readonly revision?: never}

/**
 * As `kubectl rollout undo` chooses it: the revision of this number, or the one before the present one. Where it has the images of
 * the present one, there is nothing to undo.
 *
 * @param revisions newest first
 * @param wanted undefined: the previous one
 */
export function chooseRevision(
  target: WorkloadTarget,
  state: WorkloadState,
  revisions: readonly WorkloadRevision[],
  wanted: number | undefined,
): ChosenRevision {
  const [present, previous] = revisions
  const revision = wanted === undefined ? previous : revisions.find((one) => one.revision === wanted)
  if (revision === undefined) return {end: missing(target, revisions, wanted)}
  if (revision === present) return {end: unchanged(target, state, `revision ${wanted} is the present one`)}
  if (changedImages(state, revision).length === 0) {
    return {end: {outcome: 'skipped', reason: `revision ${revision.revision} has the same images`}}
  }
  return {revision}
}

/** The containers whose images the revision changes, as they are in it. */
function changedImages(
  {images}: Pick<WorkloadState, 'images'>,
  revision: Pick<WorkloadRevision, 'images'>,
): readonly ContainerImage[] {
  const now = new Map(images.map(({container, image}) => [container, image]))
  const changed = revision.images.filter(({container, image}) => now.get(container) !== image)
  const kept = new Set(revision.images.map(({container}) => container))
  const removed = images.filter(({container}) => !kept.has(container)).map((one) => ({...one, image: 'removed'}))
  return [...changed, ...removed]
}

/** `revision 1, app ghcr.io/acme/web:1.0`: for the plan and the Event. */
export function revisionWords(state: Pick<WorkloadState, 'images'>, revision: WorkloadRevision): string {
  const images = changedImages(state, revision).map(({container, image}) => `${container} ${image}`)
  return [`revision ${revision.revision}`, ...images].join(', ')
}

function missing(target: WorkloadTarget, revisions: readonly WorkloadRevision[], wanted: number | undefined): Settled {
  const known = revisions.map(({revision}) => revision).sort((a, b) => a - b)
  const message =
    wanted === undefined
      ? 'it has no previous revision'
      : `it has no revision ${wanted}${known.length === 0 ? '' : `, only ${known.join(', ')}`}`
  const suggestions = [kubectlCommand(target, 'rollout', 'history', kubectlName(target))]
  return {outcome: 'skipped', reason: message, failure: {class: 'not-found', message, suggestions}}
}
