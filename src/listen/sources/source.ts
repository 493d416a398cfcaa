import type {PushEvent} from '../push-event.ts'

export interface SourceRequest {
  readonly method: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly path: string
  readonly body: Buffer
  readonly now: Date
}

export type Parsed = {readonly events: readonly PushEvent[]; readonly ignored?: string} | {readonly malformed: string}

export interface EventSource {
  readonly type: string
  verify(request: SourceRequest, secret: string): 'ok' | 'refused'
  parse(request: SourceRequest): Parsed
}
