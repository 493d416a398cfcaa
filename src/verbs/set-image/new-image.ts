import {canonicalImage, effectiveTag, isImageReference, parseImageReference} from '../../image/image-ref.ts'
import {isVersion} from '../../image/version.ts'
import {HubspokeError} from '../../model/failure.ts'
import {quoted} from '../../shared/problem.ts'

/** The argument NEW: a full reference, or a tag, a digest or both of the repository that a container has already. */
export interface NewImage {
  /** As it was typed. */
  readonly text: string
  /** The domain and the path of a full reference; undefined: the repository of each container is kept. */
  readonly repository: string | undefined
  readonly tag: string | undefined
  readonly digest: string | undefined
}

/** @throws HubspokeError of class `usage` for a text that is no image, or leaves open which one */
export function newImageOf(text: string): NewImage {
  const isRelative = /^[:@]/.test(text)
  const reference = parseImageReference(isRelative ? `repository${text}` : text)
  if (!isImageReference(reference)) throw notAnImage(reference.problem.replace(`repository${text}`, text))
  const {domain, path, tag, digest} = reference
  if (/^sha(256|384|512)$/.test(path.replace(/^library\//, '')) && tag !== undefined) {
    throw notAnImage(`${quoted(text)} is a digest without its "@".`, `@${text}`)
  }
  if (tag === undefined && digest === undefined) {
    // `3.1.5` may also be a repository; a tag is what was more likely meant.
    const isLikeTag = /^v?\d[\w.-]*$/.test(text)
    throw notAnImage(
      `NEW ${quoted(text)} has no tag and no digest. ":latest" is not assumed.`,
      isLikeTag ? `:${text}` : `${text}:TAG`,
    )
  }
  return {text, repository: isRelative ? undefined : `${domain.toLowerCase()}/${path}`, tag, digest}
}

/** @throws HubspokeError of class `usage` for a new image whose tag is no version: none is newer then */
export function requireVersion({text, tag}: NewImage): void {
  if (tag !== undefined && isVersion(tag)) return
  throw new HubspokeError('usage', `--only-newer needs a NEW whose tag is a version, and ${quoted(text)} has none.`, {
    suggestions: [':1.4.2  (three numbers)'],
  })
}

/** The image of a container that has `image` now, as it is written into the template. */
export function imageFor({text, repository}: NewImage, image: string): string {
  return repository === undefined ? `${spelledRepository(image)}${text}` : text
}

/**
 * Does a container run the image? A tag is also met by that tag with any digest, which admission policies may add; a digest
 * also by that digest under any tag.
 */
export function isSameImage(wanted: string, image: string): boolean {
  const [one, other] = [parseImageReference(wanted), parseImageReference(image)]
  if (!isImageReference(one) || !isImageReference(other)) return wanted === image
  const isSameRepository = one.path === other.path && one.domain.toLowerCase() === other.domain.toLowerCase()
  if (!isSameRepository) return false
  if (one.digest === undefined) return effectiveTag(one) === effectiveTag(other)
  return one.digest === other.digest && (one.tag === undefined || one.tag === other.tag)
}

/** Equal for equal images, however they are spelled. */
export function canonicalNew({text, repository, tag, digest}: NewImage): string {
  return repository === undefined ? JSON.stringify([tag, digest]) : canonicalOf(text)
}

function canonicalOf(image: string): string {
  const reference = parseImageReference(image)
  if (!isImageReference(reference)) return image
  return canonicalImage({...reference, domain: reference.domain.toLowerCase()})
}

/** The repository as the template spells it: without the digest and without the tag. */
function spelledRepository(image: string): string {
  const [named = ''] = image.split('@', 1)
  const colon = named.lastIndexOf(':')
  return colon > named.lastIndexOf('/') ? named.slice(0, colon) : named
}

function notAnImage(message: string, ...suggestions: readonly string[]): HubspokeError {
  const forms = ['ghcr.io/acme/web:1.4.3', ':1.4.3', '@sha256:…  (any of these forms)']
  return new HubspokeError('usage', message, {suggestions: suggestions.length > 0 ? suggestions : forms})
}
