import type {NearImage} from '../model/near-image.ts'
import {nearNames} from '../shared/near-names.ts'
import type {ImageQuery} from './image-query.ts'
import {effectiveTag, type ImageReference, isImageReference, parseImageReference} from './image-ref.ts'

/** A suggested image, and its distance from the query. */
type Near = Pick<NearImage, 'image' | 'distance'>

/** If there are more distinct images than these, the rest is not compared: suggestions need not be complete. */
const mostImages = 10_000
const mostKept = 5
const distances = {tag: 0, otherTag: 1, path: 2, name: 3, typing: 4, part: 5} as const

/** The suggestions among the images of a workload; each distinct image is compared once. */
export function createNearImages(query: ImageQuery): (images: Iterable<string>) => readonly Near[] {
  const known = new Map<string, Near | undefined>()
  const nearTo = (image: string): Near | undefined => {
    if (known.has(image) || known.size >= mostImages) return known.get(image)
    const near = compare(query, image)
    known.set(image, near)
    return near
  }
  return (images) => {
    const near = new Map([...images].flatMap((image) => nearTo(image) ?? []).map((each) => [each.image, each]))
    return [...near.values()]
  }
}

/** The nearest images of the workloads, with how many run each. */
export function countNear(ofWorkloads: Iterable<readonly Near[]>): readonly NearImage[] {
  const counts = new Map<string, NearImage>()
  for (const near of ofWorkloads) {
    for (const {image, distance} of near) {
      counts.set(image, {image, distance, workloads: (counts.get(image)?.workloads ?? 0) + 1})
    }
  }
  return nearest(counts.values())
}

/** The same of several answers, whose workloads are distinct. */
export function mergeNear(answers: readonly (readonly NearImage[])[]): readonly NearImage[] {
  const counts = new Map<string, NearImage>()
  for (const near of answers.flat()) {
    counts.set(near.image, {...near, workloads: near.workloads + (counts.get(near.image)?.workloads ?? 0)})
  }
  return nearest(counts.values())
}

function nearest(images: Iterable<NearImage>): readonly NearImage[] {
  return [...images]
    .sort((a, b) => a.distance - b.distance || b.workloads - a.workloads || (a.image < b.image ? -1 : 1))
    .slice(0, mostKept)
}

function compare(query: ImageQuery, image: string): Near | undefined {
  const {repository} = query
  const reference = parseImageReference(image)
  if (repository === undefined || !isImageReference(reference)) return undefined
  const isSameHost = repository.domain.toLowerCase() === reference.domain.toLowerCase()
  if (isSameHost && repository.path === reference.path) return {image, distance: tagDistance(query, reference)}
  const distance = pathDistance(repository.path, reference.path)
  return distance === undefined ? undefined : {image: repositoryOf(image), distance}
}

function tagDistance({tags = []}: ImageQuery, reference: ImageReference): number {
  const isNear = tags.some((tag) => nearNames(tag, [effectiveTag(reference) ?? '']).length > 0)
  return isNear ? distances.tag : distances.otherTag
}

function pathDistance(wanted: string, path: string): number | undefined {
  if (wanted === path) return distances.path
  const [wantedName, name] = [nameOf(wanted), nameOf(path)]
  if (wantedName === name) return distances.name
  if (nearNames(wanted, [path]).length === 0 && nearNames(wantedName, [name]).length === 0) return undefined
  return Math.abs(wantedName.length - name.length) <= 2 ? distances.typing : distances.part
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)

/** As it is spelled, without tag and digest. */
function repositoryOf(image: string): string {
  const [named = ''] = image.split('@')
  const colon = named.lastIndexOf(':')
  return colon > named.lastIndexOf('/') ? named.slice(0, colon) : named
}
