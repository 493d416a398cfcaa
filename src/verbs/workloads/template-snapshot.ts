import type {TemplateWrite} from '../../kube/ports/workloads.ts'
import type {Snapshot} from '../../model/snapshot.ts'
import type {ContainerImage, WorkloadState} from '../../model/workload.ts'
import {changeCause, isOwnCause} from './change-words.ts'

/** The state before a change of a pod template: what a revert restores. */
export interface TemplateSnapshot {
  /** The restartedAt annotation before; null: there was none. */
  readonly restartedAt: string | null
  /** The digest of the pod template without that annotation. */
  readonly template: string
  /** The digest without images, where the change sets images. */
  readonly imageless: string | undefined
  /** The images that the change replaces, by name of the container. */
  readonly images: ReadonlyMap<string, string>
  /** The annotations of the workload itself that the change sets or removes; null: there was none. */
  readonly annotations: TemplateWrite['annotations']
}

type Found = Pick<
  WorkloadState,
  'restartedAt' | 'templateDigest' | 'imagelessDigest' | 'images' | 'ownAnnotations' | 'changeCause'
>

/** `image/app`: the image of the container `app`. No annotation that a change writes has this prefix. */
const imagePrefix = 'image/'

/** The workload right before its change, for the ledger. */
export function takeSnapshot(
  found: Found,
  {annotations, images = []}: Pick<TemplateWrite, 'annotations' | 'images'>,
): Snapshot {
  const {restartedAt = null, templateDigest, ownAnnotations, changeCause: cause = null} = found
  const present: TemplateWrite['annotations'] = {...ownAnnotations, [changeCause]: cause}
  const replaced = Object.keys(annotations).map((name) => [name, present[name] ?? null] as const)
  return {
    restartedAt,
    template: templateDigest,
    ...(images.length > 0 && {imageless: found.imagelessDigest}),
    ...Object.fromEntries(replaced),
    ...Object.fromEntries(
      withImagesOf(images, found).map(({container, image}) => [`${imagePrefix}${container}`, image]),
    ),
  }
}

/** These containers with the images that they have in a state; those that it does not have are left out. */
function withImagesOf(
  containers: readonly Pick<ContainerImage, 'container'>[],
  {images}: Pick<WorkloadState, 'images'>,
): readonly ContainerImage[] {
  return images.filter((one) => containers.some(({container}) => container === one.container))
}

/** The same, from a ledger or a receipt; undefined where it is not complete. */
export function readSnapshot(snapshot: Snapshot | null | undefined): TemplateSnapshot | undefined {
  const {restartedAt, template, imageless, ...others} = snapshot ?? {}
  if (restartedAt === undefined || typeof template !== 'string') return undefined
  const entries = Object.entries(others)
  const images = entries.flatMap(([name, value]): [string, string][] =>
    name.startsWith(imagePrefix) && value !== null ? [[name.slice(imagePrefix.length), value]] : [],
  )
  const annotations = Object.fromEntries(entries.filter(([name]) => !name.startsWith(imagePrefix)))
  return {restartedAt, template, imageless: imageless ?? undefined, images: new Map(images), annotations}
}

/** The containers of a state whose images a revert sets, with the images before. */
export function imagesBefore(
  {images: before}: TemplateSnapshot,
  {images}: Pick<WorkloadState, 'images'>,
): readonly ContainerImage[] {
  return images.flatMap((one) => {
    const image = before.get(one.container)
    return image === undefined ? [] : [{...one, image}]
  })
}

/** The annotations that a revert writes: a change cause that another client has written since is kept. */
export function annotationsBefore(
  {annotations}: TemplateSnapshot,
  {changeCause: cause}: Found,
): TemplateSnapshot['annotations'] {
  if (cause === undefined || isOwnCause(cause)) return annotations
  const {[changeCause]: _, ...others} = annotations
  return others
}
