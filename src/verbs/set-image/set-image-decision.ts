import {type ImageQuery, matchingContainers} from '../../image/image-query.ts'
import {isNewerImage} from '../../image/version.ts'
import {isReconciling} from '../../model/owner.ts'
import type {ContainerImage, WorkloadState} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {listOf} from '../../shared/words.ts'
import {gone, obstacleOf, recreated, unchanged} from '../workloads/obstacle.ts'
import type {TemplateDecision} from '../workloads/template-spoke.ts'
import {imageFor, isSameImage, type NewImage} from './new-image.ts'
import {leftToOwner, ownerRemark} from './owned-images.ts'

export interface SetImageAim {
  /** The mark of the run. */
  readonly mark: string
  readonly query: ImageQuery
  readonly newImage: NewImage
  /** Also what another controller reconciles. */
  readonly overrideOwner: boolean
  /** Containers that run the same or a newer version, or no version, stay as they are. */
  readonly onlyNewer: boolean
}

/** Decides from the target as it is now, so that deciding again after any failure is safe. */
export function decideSetImage(
  target: WorkloadTarget,
  state: WorkloadState | undefined,
  aim: SetImageAim,
): TemplateDecision {
  const {mark, query, newImage, overrideOwner} = aim
  if (state === undefined) return {todo: 'nothing', end: gone}
  if (state.uid !== target.uid) return {todo: 'nothing', end: recreated(target)}
  const containers = matchingContainers(query, state.images)
  const images = imagesToSet(aim, containers)
  if (images.length > 0) {
    const {owner} = state
    if (owner && isReconciling(owner) && !overrideOwner) return {todo: 'nothing', end: leftToOwner(target, owner)}
    const obstacle = obstacleOf(target, state, 'a new image')
    if (obstacle !== undefined) return {todo: 'nothing', end: obstacle}
    return {todo: 'write', state, images, remark: owner && ownerRemark(owner)}
  }
  if (state.restartedAt === mark) return {todo: 'watch', state}
  const set = alreadySet(newImage, target.matched, state.images)
  if (set.length === 0 && containers.length > 0) {
    const left = listOf([...new Set(containers.map(({image}) => image))])
    return {todo: 'nothing', end: unchanged(target, state, `it runs ${left}, which is no older version`)}
  }
  if (set.length === 0) return {todo: 'nothing', end: {outcome: 'skipped', reason: 'it no longer runs the image'}}
  return {todo: 'nothing', end: unchanged(target, state, `it runs ${listOf(set)} already`)}
}

/** The containers that do not have the new image, with the new one. */
function imagesToSet(
  {newImage, onlyNewer}: SetImageAim,
  containers: readonly ContainerImage[],
): readonly ContainerImage[] {
  return containers.flatMap((one) => {
    const image = imageFor(newImage, one.image)
    if (isSameImage(image, one.image) || (onlyNewer && !isNewerImage(image, one.image))) return []
    return [{...one, image}]
  })
}

/** The images of the planned containers that have the new one. */
function alreadySet(
  newImage: NewImage,
  matched: readonly ContainerImage[],
  images: readonly ContainerImage[],
): readonly string[] {
  const set = matched.flatMap((planned) =>
    images
      .filter(({container}) => container === planned.container)
      .map(({image}) => image)
      .filter((image) => isSameImage(imageFor(newImage, planned.image), image)),
  )
  return [...new Set(set)]
}
