import {isProblem, type Problem, quoted} from '../shared/problem.ts'
import {countOf} from '../shared/words.ts'

/**
 * An image reference, `domain/path[:tag][@digest]`, with the parts that may be omitted on Docker Hub filled in (`nginx` is
 * `docker.io/library/nginx`). Tag and digest are set only where they were written.
 */
export interface ImageReference {
  /** As it was spelled. Host names are case-insensitive, so compare them in lower case. */
  readonly domain: string
  readonly path: string
  readonly tag?: string
  readonly digest?: string
}

/** Why a text is not an image reference. */
export type ImageReferenceProblem = Problem

// The longest name, path (255), tag (128) and digest (136) that can be written, with room for a long host.
const maxLength = 1024
const maxPathLength = 255
const maxTagLength = 128
const digestLengths: Readonly<Record<string, number>> = {sha256: 64, sha384: 96, sha512: 128}

const hostPattern =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])$/
const pathComponentPattern = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/
const tagPattern = /^\w[\w.-]*$/

/**
 * Parses an image reference by the grammar of https://github.com/distribution/reference, which Docker, containerd and the
 * kubelet share, and expands it as that package's `ParseNormalizedNamed` does. Stricter in one point: the registry must be a
 * valid host (`a_b.c/x` is refused). Digests are those of go-digest: sha256, sha384, sha512, lower case.
 *
 * Never throws; the time is linear in the length, and a text longer than any reference is refused unread.
 */
export function parseImageReference(text: string): ImageReference | ImageReferenceProblem {
  const unreadable = unreadableText(text)
  if (unreadable !== undefined) return {problem: unreadable}
  const [named, digest] = cut(text, '@')
  const {domain, rest} = splitDomain(named)
  const [name, tag] = cut(rest, ':')
  const path = domain === 'docker.io' && !name.includes('/') ? `library/${name}` : name
  const problem =
    domainProblem(text, domain) ??
    pathProblem(text, name, path) ??
    (tag === undefined ? undefined : tagProblem(text, tag)) ??
    (digest === undefined ? undefined : digestProblem(digest))
  if (problem !== undefined) return {problem}
  return {domain, path, ...(tag !== undefined && {tag}), ...(digest !== undefined && {digest})}
}

/** The tag that a pod template means: its own, or `latest` where it names neither tag nor digest. */
export function effectiveTag(reference: ImageReference): string | undefined {
  return reference.tag ?? (reference.digest === undefined ? 'latest' : undefined)
}

/** The full form of the reference in a pod template: `nginx` is `docker.io/library/nginx:latest`. */
export function canonicalImage(reference: ImageReference): string {
  const tag = effectiveTag(reference)
  const name = `${reference.domain}/${reference.path}`
  return `${name}${tag === undefined ? '' : `:${tag}`}${reference.digest === undefined ? '' : `@${reference.digest}`}`
}

/** Why the text is not a digest such as `sha256:` and 64 hexadecimal digits; undefined when it is one. */
export function digestProblem(text: string): string | undefined {
  const [algorithm, hex = ''] = cut(text, ':')
  const length = Object.hasOwn(digestLengths, algorithm) ? digestLengths[algorithm] : undefined
  if (length === undefined) return `The digest ${quoted(text)} must start with sha256:, sha384: or sha512:.`
  if (hex.length !== length) {
    return `The digest ${quoted(text)} has ${countOf(hex.length, 'character')} after "${algorithm}:", not ${length}.`
  }
  return /^[0-9a-f]*$/.test(hex) ? undefined : `The digest ${quoted(text)} has characters other than 0-9 and a-f.`
}

/** Is it an image reference, not a problem? */
export function isImageReference(parsed: ImageReference | ImageReferenceProblem): parsed is ImageReference {
  return !isProblem(parsed)
}

function unreadableText(text: string): string | undefined {
  if (text === '') return 'An image reference must not be empty.'
  if (text.length > maxLength) return `The image reference ${quoted(text)} is longer than ${maxLength} characters.`
  if (/[\s\p{Cc}]/u.test(text)) return `The image reference ${quoted(text)} holds white space or a control character.`
  if (text.includes('://'))
    return `The image reference ${quoted(text)} must not start with a scheme such as "https://".`
  if (/^[0-9a-f]{64}$/.test(text)) {
    return `${quoted(text)} is a bare identifier, not an image reference; a digest is written sha256:….`
  }
  return undefined
}

/** The text before the first slash is a registry only if it looks like a host; otherwise the name is one of Docker Hub. */
function splitDomain(named: string): {domain: string; rest: string} {
  const [first, rest] = cut(named, '/')
  if (rest === undefined) return {domain: 'docker.io', rest: named}
  if (first === 'index.docker.io') return {domain: 'docker.io', rest}
  const isDomain = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase()
  return isDomain ? {domain: first, rest} : {domain: 'docker.io', rest: named}
}

function domainProblem(text: string, domain: string): string | undefined {
  const [, host = domain, port] = /^(.*?\]|[^:]*)(?::(.*))?$/.exec(domain) ?? []
  if (!hostPattern.test(host)) return `The image reference ${quoted(text)} has no valid registry host: ${quoted(host)}.`
  if (port !== undefined && !/^[0-9]+$/.test(port)) {
    return `The image reference ${quoted(text)} has no valid registry port: ${quoted(port)}.`
  }
  return undefined
}

function pathProblem(text: string, name: string, path: string): string | undefined {
  if (name === '') return `The image reference ${quoted(text)} has no repository.`
  if (name !== name.toLowerCase()) return `The repository in ${quoted(text)} must be in lower case.`
  const broken = name.split('/').find((component) => !pathComponentPattern.test(component))
  if (broken === '') return `The repository in ${quoted(text)} has an empty part between two slashes or at its end.`
  if (broken !== undefined) return `The repository in ${quoted(text)} has an invalid part: ${quoted(broken)}.`
  if (path.length > maxPathLength) {
    return `The repository in ${quoted(text)} is longer than ${maxPathLength} characters.`
  }
  return undefined
}

function tagProblem(text: string, tag: string): string | undefined {
  if (tag === '') return `The image reference ${quoted(text)} ends its name with a colon but has no tag.`
  if (tag.length > maxTagLength) return `The tag in ${quoted(text)} is longer than ${maxTagLength} characters.`
  if (!tagPattern.test(tag)) return `The image reference ${quoted(text)} has an invalid tag: ${quoted(tag)}.`
  return undefined
}

/** The text before the first separator, and the text after it; undefined when there is none. */
function cut(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)]
}
