import {gzipSync} from 'node:zlib'
import {afterEach, describe, expect, test} from 'vitest'
import {createVirtualClock, type VirtualClock} from '../../test/support/virtual-clock.ts'
import {systemClock} from '../shared/clock.ts'
import {bodyLimits} from './answer-limits.ts'
import {createApi} from './api.ts'
import {createConnection} from './connection/connection.ts'
import {readBeginning, readBody} from './read-body.ts'
import {anyAnswer} from './testing/any-answer.ts'
import {type Handler, startServer} from './testing/tls-server.ts'

const party = {context: 'prod', server: 'https://prod.test'}
const open: {close(): Promise<unknown>}[] = []
const never = new AbortController().signal

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

interface Pace {
  readonly clock: VirtualClock
  readonly everyMs?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer whose body arrives chunk by chunk; `taken` counts what was read of it. */
function answerOf(chunks: Iterable<Buffer>, {clock, everyMs = 0, headers = {}}: Pace) {
  const given = new AbortController()
  let taken = 0
  async function* body() {
    for (const chunk of chunks) {
      if (everyMs > 0) await clock.sleep(everyMs, given.signal)
      given.signal.throwIfAborted()
      taken += chunk.length
      yield chunk
    }
  }
  const answer = {status: 200, headers, body: body(), cut: (reason: unknown) => given.abort(reason)}
  return {answer, taken: () => taken}
}

const mib = Buffer.alloc(1024 * 1024, ' ')

function* endless(chunk: Buffer): Iterable<Buffer> {
  for (;;) yield chunk
}

function setUp() {
  const clock = createVirtualClock({autoAdvance: true, loopback: false})
  return {clock, reader: {party, clock, limits: bodyLimits}}
}

describe('time', () => {
  test.each([
    {because: 'one byte every three seconds', chunk: Buffer.from(' '), everyMs: 3_000, endsAt: 30_000},
    {because: 'a kilobyte a second', chunk: Buffer.alloc(1024, ' '), everyMs: 1_000, endsAt: 32_600},
    {
      because: 'at exactly the minimum rate, without an end',
      chunk: Buffer.alloc(12_288, ' '),
      everyMs: 990,
      endsAt: 300_000,
    },
  ])('a body that trickles is aborted: $because', async ({chunk, everyMs, endsAt}) => {
    const {clock, reader} = setUp()
    const {answer} = answerOf(endless(chunk), {clock, everyMs})
    await expect(readBody(answer, reader)).rejects.toMatchObject({failureClass: 'timeout', refused: false})
    expect(clock.now()).toBeGreaterThanOrEqual(endsAt)
    expect(clock.now()).toBeLessThan(endsAt + 4_000)
    expect(clock.sleepers).toBe(0)
  })

  test('28 MB at 10 Mbit/s are read to their end', async () => {
    const {clock, reader} = setUp()
    const {answer} = answerOf(Array<Buffer>(28).fill(mib), {clock, everyMs: 800})
    expect(await readBody(answer, reader)).toHaveLength(28 * mib.length)
  })

  test('2 MB over a link that fifty clusters share are read to their end', async () => {
    const {clock, reader} = setUp()
    const {answer} = answerOf(Array<Buffer>(80).fill(Buffer.alloc(25_000, ' ')), {clock, everyMs: 1_000})
    expect(await readBody(answer, reader)).toHaveLength(2_000_000)
  })
})

describe('size', () => {
  test('a body without an end is read up to the limit, and no further', async () => {
    const {clock, reader} = setUp()
    const {answer, taken} = answerOf(endless(mib), {clock})
    await expect(readBody(answer, reader)).rejects.toMatchObject({
      failureClass: 'server-error',
      message: 'The server of context "prod" at https://prod.test answered with more than 32 MiB.',
    })
    expect(taken()).toBe(bodyLimits.maxBytes + mib.length)
  })

  test.each([
    {
      because: 'exceeds the limit when unpacked',
      packed: gzipSync(Buffer.alloc(bodyLimits.maxBytes + 1, ' ')),
      says: /more than 32 MiB/,
    },
    {because: 'is not compressed', packed: Buffer.from('no gzip'), says: /not the JSON of Kubernetes/},
    {because: 'was cut', packed: gzipSync(mib).subarray(0, 500), says: /not the JSON of Kubernetes/},
  ])('a compressed body that $because is refused', async ({packed, says}) => {
    const {clock, reader} = setUp()
    const {answer} = answerOf([packed], {clock, headers: {'content-encoding': 'gzip'}})
    await expect(readBody(answer, reader)).rejects.toMatchObject({failureClass: 'server-error', message: says})
  })

  test.each(['[', '{},', '[],', '"a":1,'])('a body of nothing but %s would take forty times its size', async (part) => {
    const {clock, reader} = setUp()
    const {answer} = answerOf([Buffer.alloc(bodyLimits.maxBytes, part)], {clock})
    await expect(readBody(answer, reader)).rejects.toMatchObject({failureClass: 'server-error'})
  })

  test('of a body that may be long the beginning is read', async () => {
    const {clock, reader} = setUp()
    const {answer, taken} = answerOf(endless(Buffer.from('abcd')), {clock})
    expect(await readBeginning(answer, {...reader, limits: {...bodyLimits, maxBytes: 10}})).toBe('abcdabcdab')
    expect(taken()).toBe(12)
  })
})

const trickling: Handler = (_request, response) => {
  response.writeHead(200)
  response.write('{')
}

const trickledError: Handler = (_request, response) => {
  response.writeHead(503)
  response.write('{')
}

describe.each(['h2', 'http/1.1', 'http'] as const)('over %s', (protocol) => {
  async function connected(handler: Handler) {
    const server = await startServer(handler, {protocol})
    const connection = createConnection({party, origin: new URL(server.url), clock: systemClock})
    open.push(connection, server)
    const clock = createVirtualClock({autoAdvance: true})
    const credential = {headers: {}, tls: {ca: server.ca}}
    const credentials = {current: async () => credential, renewed: async () => credential}
    return {server, connection, clock, api: createApi({party, connection, credentials, clock, basePath: ''})}
  }

  test('aborting an answer ends its request', async () => {
    const {api, server, clock} = await connected(trickling)
    await expect(api.get(anyAnswer('/'), never)).rejects.toMatchObject({failureClass: 'timeout'})
    await expect(api.write({method: 'PATCH', question: anyAnswer('/'), body: {}}, never)).rejects.toMatchObject({
      failureClass: 'timeout',
    })
    await expect.poll(() => server.streams.size).toBe(0)
    expect(clock.now()).toBeLessThan(70_000)
  })

  test('a refusal whose body trickles is reported by its status', async () => {
    const {api, clock} = await connected(trickledError)
    await expect(api.get(anyAnswer('/'), never)).rejects.toMatchObject({failureClass: 'server-error', status: 503})
    expect(clock.now()).toBe(10_000)
  })

  test('of an answer without an end only a bounded amount is received', async () => {
    const {api, connection} = await connected((_request, response) => {
      response.writeHead(200)
      const more = setInterval(() => response.write(mib), 1)
      response.on('close', () => clearInterval(more))
    })
    await expect(api.get(anyAnswer('/'), never)).rejects.toMatchObject({failureClass: 'server-error'})
    expect(connection.cost().bytesRead).toBeLessThan(bodyLimits.maxBytes + 2 * mib.length)
  })
})
