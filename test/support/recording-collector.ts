import {createServer, type IncomingHttpHeaders, type ServerResponse} from 'node:http'
import type {AddressInfo, Socket} from 'node:net'

/** A span as it is sent, with its attributes as an object. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly kind: number
  /** Nanoseconds since 1970. */
  readonly from: bigint
  readonly to: bigint
  readonly attributes: Readonly<Record<string, string | number>>
  readonly events: readonly {readonly name: string; readonly at: bigint; readonly attributes: object}[]
  readonly status: {readonly code?: number; readonly message?: string}
}

export interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly resource: Readonly<Record<string, string | number>>
  readonly spans: readonly ReceivedSpan[]
}

/** How it answers; `silent`: not at all; `endless`: an error whose text never ends; `huge`: success, with 100 MB. */
export type CollectorAnswer =
  | {readonly status: number; readonly body?: string; readonly location?: string}
  | 'silent'
  | 'endless'
  | 'huge'

/** A server for OTLP over HTTP that records what it receives, on the loopback interface. */
export interface RecordingCollector extends AsyncDisposable {
  readonly origin: string
  readonly requests: readonly ReceivedRequest[]
  /** The number of answers that were sent to their end. */
  answered(): number
  /** Of all requests. */
  spans(): readonly ReceivedSpan[]
}

export async function startRecordingCollector(
  answer: CollectorAnswer = {status: 200, body: '{"partialSuccess":{}}'},
): Promise<RecordingCollector> {
  const requests: ReceivedRequest[] = []
  const sockets = new Set<Socket>()
  let answered = 0
  const server = createServer(async (request, response) => {
    const {method = '', url = '', headers} = request
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const isJson = headers['content-type'] === 'application/json'
    requests.push({method, path: url, headers, ...(isJson ? received(JSON.parse(body)) : {resource: {}, spans: []})})
    response.on('finish', () => {
      answered += 1
    })
    respond(response, answer)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answered: () => answered,
    spans: () => requests.flatMap(({spans}) => spans),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function respond(response: ServerResponse, answer: CollectorAnswer): void {
  if (answer === 'endless') response.writeHead(500).write('out of memory ')
  else if (answer === 'huge') writeMegabytes(response, 100)
  else if (answer !== 'silent') {
    const {status, body, location} = answer
    response.writeHead(status, location === undefined ? {} : {location}).end(body)
  }
}

function writeMegabytes(response: ServerResponse, left: number): void {
  if (left === 0) response.end()
  else if (!response.destroyed) response.write(Buffer.alloc(1_000_000, ' '), () => writeMegabytes(response, left - 1))
}

interface Wire {
  readonly resourceSpans: readonly {
    readonly resource: {readonly attributes: readonly WireAttribute[]}
    readonly scopeSpans: readonly {readonly spans: readonly WireSpan[]}[]
  }[]
}

interface WireAttribute {
  readonly key: string
  readonly value: {readonly stringValue?: string; readonly intValue?: string}
}

interface WireSpan extends Pick<ReceivedSpan, 'traceId' | 'spanId' | 'parentSpanId' | 'name' | 'kind' | 'status'> {
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly WireAttribute[]
  readonly events: readonly {
    readonly timeUnixNano: string
    readonly name: string
    readonly attributes: readonly WireAttribute[]
  }[]
}

function received({resourceSpans}: Wire): Pick<ReceivedRequest, 'resource' | 'spans'> {
  return {
    resource: valuesOf(resourceSpans.flatMap(({resource}) => resource.attributes)),
    spans: resourceSpans.flatMap(({scopeSpans}) => scopeSpans.flatMap(({spans}) => spans.map(spanOf))),
  }
}

function spanOf(span: WireSpan): ReceivedSpan {
  const {traceId, spanId, parentSpanId, name, kind, status, attributes, events} = span
  return {
    ...{traceId, spanId, parentSpanId, name, kind, status},
    from: BigInt(span.startTimeUnixNano),
    to: BigInt(span.endTimeUnixNano),
    attributes: valuesOf(attributes),
    events: events.map((event) => ({
      name: event.name,
      at: BigInt(event.timeUnixNano),
      attributes: valuesOf(event.attributes),
    })),
  }
}

function valuesOf(attributes: readonly WireAttribute[]): Readonly<Record<string, string | number>> {
  return Object.fromEntries(
    attributes.map(({key, value}) => [
      key,
      value.intValue === undefined ? (value.stringValue ?? '') : Number(value.intValue),
    ]),
  )
}
