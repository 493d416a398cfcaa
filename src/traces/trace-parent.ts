/** The span of another program that a trace belongs to. */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** 16 hexadecimal digits. */
  readonly spanId: string
  /** Does that program record its trace? */
  readonly isSampled: boolean
}

const pattern = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/

/**
 * Reads a `traceparent` of any version; undefined: it is invalid, and to be ignored.
 *
 * Rules: https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function parseTraceParent(text: string): TraceParent | undefined {
  const [, version, traceId = '', spanId = '', flags = '', more] = pattern.exec(text) ?? []
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return {traceId, spanId, isSampled: Number.parseInt(flags, 16) % 2 === 1}
}
