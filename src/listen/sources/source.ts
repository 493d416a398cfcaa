import type {PushEvent} from '../push-event.ts'

/** One request to a hook, as it arrived: the header fields and the body are data of another party. */
export interface SourceRequest {
  readonly method: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly path: string
  /** The secret in its URL, decoded, for senders without header fields: `/hooks/NAME/TOKEN` or `/hooks/NAME?token=TOKEN`. */
  readonly token?: string
  readonly body: Buffer
  readonly now: Date
}

/** No events: `ignored` says why, as the end of a sentence. `malformed`: the body is not what this source sends, and why. */
export type Parsed = {readonly events: readonly PushEvent[]; readonly ignored?: string} | {readonly malformed: string}

/**
 * The format in which one kind of registry tells of a push. Neither method throws, whatever the bytes are. Every event has a
 * valid repository in its canonical form; tag and digest are valid where they are set.
 *
 * A `deliveryId` is the same when the sender sends an event again, and differs between two pushes. It comes from what the
 * credentials cover: of a signed body, header fields (`X-GitHub-Delivery`) are not part of it.
 */
export interface EventSource {
  readonly type: string
  /** Compares in a time that does not depend on the content of the secret. An empty secret is always refused. */
  verify(request: SourceRequest, secret: string): 'ok' | 'refused'
  parse(request: SourceRequest): Parsed
}
