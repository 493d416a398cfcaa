import type {Attributes, Span, SpanEvent} from './span.ts'

/** What sent the spans. */
export interface Source {
  readonly resource: Attributes
  readonly version: string
}

/** A collector accepts 20 MiB by default; a span is about a kilobyte. */
const spansPerRequest = 5_000

/** The bodies of the requests that export the spans, in order. */
export function* otlpRequests(spans: readonly Span[], {resource, version}: Source): Generator<string> {
  for (let from = 0; from < spans.length; from += spansPerRequest) {
    const part = spans.slice(from, from + spansPerRequest).map(spanJson)
    const scope = {name: 'hubspoke', version}
    yield JSON.stringify({
      resourceSpans: [
        {
          resource: {attributes: attributesJson({...resource, 'service.version': version})},
          scopeSpans: [{scope, spans: part}],
        },
      ],
    })
  }
}

/** INTERNAL, and the code of an error, in the definition of OTLP. */
const [internal, errorCode] = [1, 2]

/** Form: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
function spanJson({traceId, spanId, parentSpanId, name, startedAt, endedAt, attributes, events, error}: Span) {
  return {
    traceId,
    spanId,
    ...(parentSpanId !== undefined && {parentSpanId}),
    name,
    kind: internal,
    startTimeUnixNano: nanoseconds(startedAt),
    endTimeUnixNano: nanoseconds(endedAt),
    attributes: attributesJson(attributes),
    events: events.map(eventJson),
    status: error === undefined ? {} : {code: errorCode, message: error},
  }
}

function eventJson({name, at, attributes}: SpanEvent) {
  return {timeUnixNano: nanoseconds(at), name, attributes: attributesJson(attributes)}
}

/** All numbers are whole. */
function attributesJson(attributes: Attributes) {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? {intValue: String(value)} : {stringValue: value},
  }))
}

/** More than a number holds exactly. */
function nanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms)) * 1_000_000n)
}

/** What a server has not taken although it accepted the request, as a clause; undefined: it has taken all. */
export function rejectedPart(answer: unknown): {readonly spans: number; readonly message: string} | undefined {
  const {partialSuccess} = Object(answer)
  const {rejectedSpans = 0, errorMessage = ''} = Object(partialSuccess)
  const spans = Number(rejectedSpans)
  return spans > 0 ? {spans, message: String(errorMessage)} : undefined
}
