export type Attributes = Readonly<Record<string, string | number>>

export interface SpanEvent {
  readonly name: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly attributes: Attributes
}

/** A part of a trace. All its text is safe to show. */
export interface Span {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** 16 hexadecimal digits. */
  readonly spanId: string
  /** Undefined: it is the root of a trace. */
  readonly parentSpanId: string | undefined
  readonly name: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly endedAt: number
  readonly attributes: Attributes
  readonly events: readonly SpanEvent[]
  /** A sentence, which may be empty; undefined: it is no error. */
  readonly error: string | undefined
}
