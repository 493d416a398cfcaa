import type {WorkloadMatch} from '../model/cluster.ts'
import {HubspokeError} from '../model/failure.ts'
import type {ContainerImage, ListedWorkload} from '../model/workload.ts'
import {isProblem, type Problem, quoted} from '../shared/problem.ts'
import {globMatches, isGlob} from './glob.ts'
import {digestProblem, effectiveTag, type ImageReference, isImageReference, parseImageReference} from './image-ref.ts'

/**
 * The images of a query: every given part must match. `web` is any tag and digest of the repository, `web:1.0`
 * also `web:1.0@sha256:…`, `web:1.*` a glob over the tag, `web:{1.0,2.*}` any of several, `web@sha256:…` a digest, `sha256:…` a
 * digest in any repository.
 */
export interface ImageQuery {
  /** As it was typed. */
  readonly text: string
  readonly repository?: Pick<ImageReference, 'domain' | 'path'>
  /** Tags, or globs over tags: one of them must match. */
  readonly tags?: readonly string[]
  readonly digest?: string
}

/** Why a text is not a valid query. */
export type ImageQueryProblem = Problem

/**
 * Parses the argument IMAGE. In a query, unlike in a pod template, no tag and no digest means any tag;
 * `nginx:latest` is the exact reference. Never throws.
 */
export function parseImageQuery(text: string): ImageQuery | ImageQueryProblem {
  if (/^sha(256|384|512):/.test(text) && !text.includes('/')) {
    const problem = digestProblem(text)
    return problem === undefined ? {text, digest: text} : {problem}
  }
  const split = splitTags(text)
  if ('problem' in split) return split
  const reference = parseImageReference(split.rest)
  if (!isImageReference(reference)) return reference
  const {domain, path, tag, digest} = reference
  const tags = split.tags ?? (tag === undefined ? undefined : [tag])
  return {
    text,
    repository: {domain, path},
    ...(tags !== undefined && {tags}),
    ...(digest !== undefined && {digest}),
  }
}

/**
 * Does the image, as spelled in a pod template, match the query? A kubelet never starts an invalid reference; it matches
 * only a query of exactly the same text.
 */
export function matches(query: ImageQuery, image: string): boolean {
  const reference = parseImageReference(image)
  if (!isImageReference(reference)) return image === query.text
  if (query.digest !== undefined && query.digest !== reference.digest) return false
  if (query.repository && !isSameRepository(query.repository, reference)) return false
  if (query.tags === undefined) return true
  const tag = effectiveTag(reference)
  return tag !== undefined && query.tags.some((wanted) => globMatches(wanted, tag))
}

/** The containers that run an image of the query. */
export function matchingContainers(query: ImageQuery, images: readonly ContainerImage[]): readonly ContainerImage[] {
  return images.filter(({image}) => matches(query, image))
}

/** The workload with the containers that run an image of the query; undefined when none does. */
export function matchWorkload(query: ImageQuery, workload: ListedWorkload): WorkloadMatch | undefined {
  const matched = matchingContainers(query, workload.images)
  return matched.length === 0 ? undefined : {...workload, matched}
}

/** Every matched image as spelled in the pod templates, once each and sorted. */
export function matchedImages(found: Iterable<{readonly matched: readonly ContainerImage[]}>): string[] {
  const images = new Set<string>()
  for (const {matched} of found) for (const {image} of matched) images.add(image)
  return [...images].sort()
}

function isSameRepository(a: Pick<ImageReference, 'domain' | 'path'>, b: ImageReference): boolean {
  return a.path === b.path && a.domain.toLowerCase() === b.domain.toLowerCase()
}

const tagGlob = /^([^*?@]*[^*?@/:]):([\w.*?-]{1,128})(@[^*?]*)?$/
const tagList = /^([^*?{}@]*[^*?{}@/:]):\{([\w.*?-]{1,128}(?:,[\w.*?-]{1,128})*)\}(@[^*?{}]*)?$/

/** More are longer than any command line. */
const longestList = 16_384

/** Undefined `tags`: the rest may have a tag as every reference may. */
function splitTags(text: string): {rest: string; tags?: readonly string[]} | ImageQueryProblem {
  if (text.includes('{')) {
    const [, name, tags, digest = ''] = text.length > longestList ? [] : (tagList.exec(text) ?? [])
    if (name === undefined || tags === undefined) {
      return {problem: `In ${quoted(text)} a "{" is allowed only around tags, as in "ghcr.io/acme/web:{1.4,latest}".`}
    }
    return {rest: name + digest, tags: [...new Set(tags.split(','))].sort()}
  }
  if (!isGlob(text)) return {rest: text}
  const [, name, tag, digest = ''] = text.length > 1024 ? [] : (tagGlob.exec(text) ?? [])
  if (name === undefined || tag === undefined) {
    return {problem: `In ${quoted(text)} a "*" or "?" is allowed only in the tag, as in "ghcr.io/acme/web:1.4.*".`}
  }
  return {rest: name + digest, tags: [tag]}
}

/** @throws HubspokeError of class `usage` for a text that names no image */
export function imageQueryOf(text: string): ImageQuery {
  const query = parseImageQuery(text)
  if (!isProblem(query)) return query
  throw new HubspokeError('usage', query.problem, {
    suggestions: [
      'nginx',
      'ghcr.io/acme/web:1.4.2',
      "'ghcr.io/acme/web:1.4.*'",
      "'ghcr.io/acme/web:{1.4,latest}'",
      'sha256:…  (any of these forms)',
    ],
  })
}

/** The same text for every spelling of one query. */
export function canonicalQuery({repository, tags, digest}: ImageQuery): string {
  return JSON.stringify([repository?.domain, repository?.path, tags, digest])
}
