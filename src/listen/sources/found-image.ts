import {createHash} from 'node:crypto'
import {digestProblem, isImageReference, parseImageReference} from '../../image/image-ref.ts'
import {quoted} from '../../shared/problem.ts'
import type {PushEvent} from '../push-event.ts'
import {isImage} from './media-types.ts'
import {jsonOf} from './payload.ts'
import type {Parsed} from './source.ts'

/** One event of a payload: the push of an image, or why it is none. `ignored` and `malformed` end a sentence. */
export type Found = {readonly event: PushEvent} | {readonly ignored: string} | {readonly malformed: string}

/** What a payload says of an image. Texts of the payload, not looked at yet. */
export interface SaidImage {
  /** With its port, as clients name it. */
  readonly host: string | undefined
  /** Without the host. */
  readonly path: string | undefined
  readonly tag: string | undefined
  readonly digest?: string | undefined
  readonly pushedAt?: string | undefined
  readonly deliveryId?: string | undefined
  /** Of the manifest and of its configuration, where the payload says them. */
  readonly mediaTypes?: readonly (string | undefined)[]
}

/** No sender puts more into one body. */
const maxEvents = 1_000

/**
 * What a body holds, by a function that finds the events in its JSON. Equal events count once; of several that are told by
 * one body, each has a `deliveryId` of its own.
 */
export function parsedBody(body: Buffer, findAll: (json: unknown) => readonly Found[]): Parsed {
  const json = jsonOf(body)
  if ('malformed' in json) return json
  const found = findAll(json.value)
  if (found.length > maxEvents) return {malformed: `it has more than ${maxEvents} events`}
  const events = found.flatMap((one) => ('event' in one ? [one.event] : []))
  if (events.length > 0) return {events: distinct(events)}
  const malformed = found.find((one) => 'malformed' in one)
  if (malformed !== undefined) return malformed
  const ignored = found.find((one) => 'ignored' in one)
  return {events: [], ignored: ignored?.ignored ?? 'it names no image'}
}

/** The event of a pushed image, if a registry tells of it: an image with a tag, no chart, no signature, no attestation. */
export function taggedImage(said: SaidImage): Found {
  const {host, path, tag, digest, mediaTypes = []} = said
  const other = mediaTypes.find((type) => type !== undefined && !isImage(type))
  if (other !== undefined) return {ignored: `its media type ${quoted(other)} is not that of an image`}
  if (host === undefined) return {malformed: 'it names no registry'}
  if (path === undefined) return {malformed: 'it names no repository'}
  // The manifest of one platform is pushed by digest before the index that names it; it is not run by itself.
  if (tag === undefined || tag === digest || /^sha\d{3}:/.test(tag)) return {ignored: 'it was pushed without a tag'}
  if (isAttached(tag)) return {ignored: `its tag ${quoted(tag)} is that of a signature or an attestation`}
  return imageEvent({...said, host, path, tag})
}

/** The event of an image, with valid parts in their canonical form. */
export function imageEvent(said: SaidImage & {readonly host: string; readonly path: string}): Found {
  const {path, tag, digest, pushedAt, deliveryId} = said
  const host = said.host.toLowerCase()
  const reference = parseImageReference(`${host}/${path}${tag === undefined ? '' : `:${tag}`}`)
  if (!isImageReference(reference)) return {malformed: reference.problem}
  if (reference.domain !== canonicalHost(host)) return {malformed: `the registry ${quoted(host)} has no full host name`}
  const problem = digest === undefined ? undefined : digestProblem(digest)
  if (problem !== undefined) return {malformed: problem}
  return {
    event: {
      repository: `${reference.domain}/${reference.path}`,
      ...(tag !== undefined && {tag}),
      ...(digest !== undefined && {digest}),
      ...(pushedAt !== undefined && {pushedAt}),
      ...(deliveryId !== undefined && {deliveryId: boundedId(deliveryId)}),
    },
  }
}

function canonicalHost(host: string): string {
  return host === 'index.docker.io' ? 'docker.io' : host
}

/** Tags under which cosign and the OCI referrers fallback attach something to a digest: `sha256-….sig`, `.att`, `.sbom`, none. */
function isAttached(tag: string): boolean {
  return /^sha256-[0-9a-f]{64}(\.\w+)?$/.test(tag)
}

/** An identifier of any length and content is kept as its hash. */
function boundedId(id: string): string {
  if (/^[\w.:/@+=-]{1,128}$/.test(id)) return id
  return `sha256:${createHash('sha256').update(id).digest('hex')}`
}

function distinct(events: readonly PushEvent[]): readonly PushEvent[] {
  const unlike = [...new Map(events.map((event) => [JSON.stringify(event), event])).values()]
  const seen = new Map<string, number>()
  return unlike.map((event) => {
    if (event.deliveryId === undefined) return event
    const before = seen.get(event.deliveryId) ?? 0
    seen.set(event.deliveryId, before + 1)
    return before === 0 ? event : {...event, deliveryId: `${event.deliveryId}/${before}`}
  })
}
