import type {WorkloadMatch} from '../model/cluster.ts'
import {HubspokeError} from '../model/failure.ts'
import type {ContainerImage, ListedWorkload} from '../model/workload.ts'
import {isProblem, type Problem, quoted} from '../shared/problem.ts'
import {globMatches, isGlob} from './glob.ts'
import {digestProblem, effectiveTag, type ImageReference, isImageReference, parseImageReference} from './image-ref.ts'

/**
 * The images of a query: every given part must match. `web` is any tag and digest of the repository, `web:1.0`
 * also `web:1.0@sha256:…`, `web:1.*` a glob over the tag, `web@sha256:…` a digest, `sha256:…` a digest in any repository.
 */
export interface ImageQuery {
  /** As it was typed. */
  readonly text: string
  readonly repository?: Pick<ImageReference, 'domain' | 'path'>
  /** A tag, or a glob over tags. */
  readonly tag?: string
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
  const split = isGlob(text) ? splitTagGlob(text) : {rest: text}
  if ('problem' in split) return split
  const reference = parseImageReference(split.rest)
  if (!isImageReference(reference)) return reference
  const {domain, path, tag, digest} = reference
  const wantedTag = split.tag ?? tag
  return {
    text,
    repository: {domain, path},
    ...(wantedTag !== undefined && {tag: wantedTag}),
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
  if (query.tag === undefined) return true
  const tag = effectiveTag(reference)
  return tag !== undefined && globMatches(query.tag, tag)
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

function splitTagGlob(text: string): {rest: string; tag?: string} | ImageQueryProblem {
  const [, name, tag, digest = ''] = text.length > 1024 ? [] : (tagGlob.exec(text) ?? [])
  if (name === undefined || tag === undefined) {
    return {problem: `In ${quoted(text)} a "*" or "?" is allowed only in the tag, as in "ghcr.io/acme/web:1.4.*".`}
  }
  return {rest: name + digest, tag}
}

/** @throws HubspokeError of class `usage` for a text that names no image */
export function imageQueryOf(text: string): ImageQuery {
  const query = parseImageQuery(text)
  if (!isProblem(query)) return query
  throw new HubspokeError('usage', query.problem, {
    suggestions: ['nginx', 'ghcr.io/acme/web:1.4.2', "'ghcr.io/acme/web:1.4.*'", 'sha256:…  (any of these forms)'],
  })
}

/** The same text for every spelling of one query. */
export function canonicalQuery({repository, tag, digest}: ImageQuery): string {
  return JSON.stringify([repository?.domain, repository?.path, tag, digest])
}
