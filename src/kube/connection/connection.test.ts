import {afterEach, expect, test} from 'vitest'
import {HubspokeError} from '../../model/failure.ts'
import {systemClock} from '../../shared/clock.ts'
import {startProxy} from '../testing/tcp-proxy.ts'
import {createCertificate, type Handler, startServer, type TestServer} from '../testing/tls-server.ts'
import {
  type Connection,
  type ConnectionOptions,
  createConnection,
  type WireAnswer,
  type WireRequest,
} from './connection.ts'

const open: {close(): Promise<unknown>}[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

const never = new AbortController().signal

async function serve(handler: Handler, options?: Parameters<typeof startServer>[1]): Promise<TestServer> {
  const server = await startServer(handler, options)
  open.push(server)
  return server
}

function connect(url: string, limits?: ConnectionOptions['limits']): Connection {
  const connection = createConnection({
    party: {context: 'prod', server: url},
    origin: new URL(url),
    clock: systemClock,
    ...(limits && {limits}),
  })
  open.push(connection)
  return connection
}

const get = (path: string, server: TestServer, more: Partial<WireRequest> = {}): WireRequest => ({
  method: 'GET',
  path,
  headers: {},
  tls: tlsOf(server),
  ...more,
})

const materials = new WeakMap<TestServer, {ca: string}>()
function tlsOf(server: TestServer): {ca: string} {
  const tls = materials.get(server) ?? {ca: server.ca}
  materials.set(server, tls)
  return tls
}

async function textOf(answer: WireAnswer): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of answer.body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

async function failureOf(promise: Promise<unknown>): Promise<HubspokeError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(HubspokeError)
  return error as HubspokeError
}

/** Watches stay open; every other path is answered with itself. */
const echo: Handler = (request, response) => {
  response.writeHead(200)
  if (request.url?.startsWith('/watch')) response.write('{"type":"BOOKMARK"}\n')
  else response.end(request.url)
}

test('a burst of 200 requests and several watches share one TLS connection, even before it is established', async () => {
  const server = await serve(echo)
  const connection = connect(server.url)
  const watches = Array.from({length: 6}, (_, index) =>
    connection.send(get(`/watch/${index}`, server, {endless: true}), never),
  )
  const reads = Array.from({length: 200}, async (_, index) =>
    textOf(await connection.send(get(`/${index}`, server), never)),
  )
  expect(await Promise.all(reads)).toEqual(reads.map((_, index) => `/${index}`))
  expect((await Promise.all(watches)).map(({status}) => status)).toEqual([200, 200, 200, 200, 200, 200])
  expect(server.connections()).toBe(1)
  expect(connection.cost()).toMatchObject({connections: 1, requests: 206})
})

test.each([
  {protocol: 'http/1.1', because: 'ALPN settles on it'},
  {protocol: 'http', because: 'there is no TLS to negotiate with'},
] as const)('over $protocol ($because) watches do not block reads', async ({protocol}) => {
  const server = await serve(echo, {protocol})
  const connection = connect(server.url)
  const watches = [0, 1, 2].map((index) => connection.send(get(`/watch/${index}`, server, {endless: true}), never))
  await Promise.all(watches)
  const reads = Array.from({length: 100}, async (_, index) =>
    textOf(await connection.send(get(`/${index}`, server), never)),
  )
  expect(await Promise.all(reads)).toEqual(reads.map((_, index) => `/${index}`))
  expect(connection.endlessLimit()).toBe(8)
  expect(server.connections()).toBeLessThanOrEqual(16)
})

test('requests beyond the server’s limit of streams wait on the one connection', async () => {
  const server = await serve(echo, {settings: {maxConcurrentStreams: 10}})
  const connection = connect(server.url)
  const reads = Array.from({length: 100}, async (_, index) =>
    textOf(await connection.send(get(`/${index}`, server), never)),
  )
  await Promise.all(reads)
  expect(server.connections()).toBe(1)
})

test('counts the bytes of bodies as received', async () => {
  const server = await serve((_request, response) => response.end('x'.repeat(1000)))
  const connection = connect(server.url)
  await textOf(await connection.send(get('/', server), never))
  expect(connection.cost()).toEqual({connections: 1, requests: 1, bytesRead: 1000})
})

test('a connection that was cut fails its requests, and the next request opens a new one', async () => {
  const server = await serve((request, response) => {
    if (request.url === '/last') response.end('here again')
    else server.cut()
  })
  const connection = connect(server.url)
  const failure = await failureOf(connection.send(get('/first', server, {method: 'PATCH', body: '{}'}), never))
  expect(failure).toMatchObject({failureClass: 'unreachable', refused: false})
  expect(failure.message).toBe(
    `The connection to ${server.url} (context "prod") was cut before the answer was complete.`,
  )
  expect(await textOf(await connection.send(get('/last', server), never))).toBe('here again')
  expect(server.connections()).toBe(2)
  expect(server.requests.map(({path}) => path)).toEqual(['/first', '/last'])
})

test('after GOAWAY a watch continues, and the next request opens a new connection', async () => {
  const server = await serve(echo)
  const connection = connect(server.url)
  const watch = await connection.send(get('/watch', server, {endless: true}), never)
  const chunks = watch.body[Symbol.asyncIterator]()
  await chunks.next()
  for (const session of server.sessions) session.goaway(0, 2 ** 31 - 1)
  const next = async (): Promise<number> => {
    expect(await textOf(await connection.send(get('/next', server), never))).toBe('/next')
    return server.connections()
  }
  await expect.poll(next).toBe(2)
  for (const stream of server.streams) stream.end('the last event')
  expect((await chunks.next()).value?.toString()).toBe('the last event')
})

test('abort ends a request, a body and the wait for a connection at once, with the reason of the signal', async () => {
  const server = await serve((request, response) => {
    if (request.url !== '/body') return
    response.writeHead(200)
    response.write('half')
  })
  const connection = connect(server.url)
  for (const path of ['/silent', '/body']) {
    const controller = new AbortController()
    const reason = Object.assign(new Error(`no longer wanted: ${path}`), {code: 'ECONNRESET'})
    const answer = connection.send(get(path, server), controller.signal).then(textOf)
    await expect.poll(() => server.requests.at(-1)?.path).toBe(path)
    controller.abort(reason)
    await expect(answer).rejects.toBe(reason)
  }
  const aborted = AbortSignal.abort(new Error('before'))
  await expect(connection.send(get('/', server), aborted)).rejects.toThrow('before')
  expect(server.connections()).toBe(1)
})

test('after abort, a request with a body is not waited for, and not cut off', async () => {
  const server = await serve((request, response) => {
    if (request.method === 'POST') response.on('close', () => ends.push(request.url))
    if (request.url === '/half') {
      response.writeHead(200)
      response.write('half')
    }
    if (request.method === 'GET') response.end('next')
  })
  const ends: (string | undefined)[] = []
  const connection = connect(server.url)
  const post = (path: string) => get(path, server, {method: 'POST', body: 'x'.repeat(16_000)})
  const stop = new AbortController()
  const answers = Array.from({length: 5}, () => connection.send(post('/silent'), stop.signal).then(textOf))
  const half = connection.send(post('/half'), stop.signal).then(textOf)
  await expect.poll(() => server.requests.length).toBe(6)
  stop.abort(new Error('no longer wanted'))
  for (const answer of [...answers, half]) await expect(answer).rejects.toThrow('no longer wanted')
  expect(await textOf(await connection.send(get('/', server), never))).toBe('next')
  expect(ends).toEqual(['/half'])
  for (const stream of server.streams) stream.end('done')
  await expect.poll(() => ends.length).toBe(6)
  expect(server.connections()).toBe(1)
  await connection.close()
})

test('abort ends the wait for a server that does not accept the connection', async () => {
  const hole = await startProxy()
  open.push(hole)
  const connection = connect(`https://127.0.0.1:${hole.port}`)
  const controller = new AbortController()
  const answer = connection.send({method: 'GET', path: '/', headers: {}, tls: {}}, controller.signal)
  await expect.poll(() => hole.connections()).toBe(1)
  controller.abort(new Error('enough'))
  await expect(answer).rejects.toThrow('enough')
  await connection.close()
})

test('a server that accepts and sends nothing is a connect timeout', async () => {
  const hole = await startProxy()
  open.push(hole)
  const url = `https://127.0.0.1:${hole.port}`
  const connection = connect(url, {connectMs: 100})
  const failure = await failureOf(connection.send({method: 'GET', path: '/', headers: {}, tls: {}}, never))
  expect(failure).toMatchObject({failureClass: 'unreachable', refused: true})
  expect(failure.message).toContain(`Cannot reach context "prod": no answer from ${url} within 0.1 s;`)
})

test.each(['h2', 'http/1.1'] as const)('a missing answer is a timeout, over %s', async (protocol) => {
  const server = await serve(() => undefined, {protocol})
  const failure = await failureOf(connect(server.url, {responseMs: 100}).send(get('/', server), never))
  expect(failure).toMatchObject({failureClass: 'timeout', refused: false})
})

test('a body that stalls is a timeout, except for a watch', async () => {
  const server = await serve((request, response) => {
    response.writeHead(200)
    response.write('half')
    if (request.url === '/watch') setTimeout(() => response.end(' and half'), 300)
  })
  const connection = connect(server.url, {responseMs: 100})
  const [read, watch] = await Promise.all([
    failureOf(connection.send(get('/', server), never).then(textOf)),
    connection.send(get('/watch', server, {endless: true}), never).then(textOf),
  ])
  expect(read.failureClass).toBe('timeout')
  expect(watch).toBe('half and half')
})

test('a connection that no longer answers pings is closed, watches included', async () => {
  const server = await serve(echo)
  const proxy = await startProxy(server.port)
  open.push(proxy)
  const connection = connect(`https://127.0.0.1:${proxy.port}`, {pingMs: 50})
  const watch = await connection.send(get('/watch', server, {endless: true}), never)
  const rest = textOf(watch)
  proxy.freeze()
  const failure = await failureOf(rest)
  expect(failure.failureClass).toBe('unreachable')
})

test.each([
  {because: 'expired', options: {from: new Date('2020-01-01'), until: new Date('2021-01-01')}, says: 'it has expired'},
  {
    because: 'not valid yet',
    options: {from: new Date('2090-01-01'), until: new Date('2091-01-01')},
    says: 'it is not valid yet',
  },
  {
    because: 'wrong name',
    options: {names: [{type: 2 as const, value: 'elsewhere.test'}]},
    says: 'it is made out to another name',
  },
])('a certificate that cannot be trusted is named: $because', async ({options, says}) => {
  const server = await serve(echo, {certificate: await createCertificate(options)})
  const failure = await failureOf(connect(server.url).send(get('/', server), never))
  expect(failure).toMatchObject({failureClass: 'unreachable', refused: true})
  expect(failure.message).toContain(`The certificate of ${server.url} (context "prod") cannot be trusted: ${says}`)
})

test('a damaged certificate, an unknown authority, a plain HTTP port and a closed port have their own messages', async () => {
  const server = await serve(echo)
  const plain = await serve(echo, {protocol: 'http'})
  const broken = await failureOf(
    connect(server.url).send(get('/', server, {tls: {cert: 'no PEM', key: 'no PEM'}}), never),
  )
  expect(broken).toMatchObject({failureClass: 'unauthenticated', refused: true})
  const unknown = await failureOf(connect(server.url).send(get('/', server, {tls: {}}), never))
  expect(unknown.message).toMatch(/the kubeconfig names no certificate authority, and this machine does not trust/)
  const notTls = await failureOf(connect(plain.url.replace('http:', 'https:')).send(get('/', plain, {tls: {}}), never))
  expect(notTls.message).toContain('answered with something other than TLS')
  await server.close()
  const refused = await failureOf(connect(server.url).send(get('/', server), never))
  expect(refused.message).toContain(`Cannot reach context "prod": nothing accepts connections at ${server.url};`)
  expect(refused.refused).toBe(true)
})

test('new credentials get a connection of their own', async () => {
  const server = await serve(echo)
  const connection = connect(server.url)
  await textOf(await connection.send(get('/', server), never))
  await textOf(await connection.send(get('/', server, {tls: {ca: server.ca}}), never))
  expect(connection.cost().connections).toBe(2)
})

test('a server that is gone when the connection is reopened has written nothing', async () => {
  const server = await serve(echo)
  const connection = connect(server.url)
  await textOf(await connection.send(get('/', server), never))
  await server.close()
  const outcomes = async (): Promise<boolean> =>
    (await failureOf(connection.send(get('/', server, {method: 'PATCH', body: '{}'}), never))).refused
  // The first request may still use the dying connection.
  await expect.poll(outcomes).toBe(true)
})

test('close also ends requests that wait for a seat, and opens no connection for them', async () => {
  const server = await serve(echo, {settings: {maxConcurrentStreams: 1}})
  const connection = connect(server.url)
  const watch = failureOf(connection.send(get('/watch', server, {endless: true}), never).then(textOf))
  await expect.poll(() => server.streams.size).toBe(1)
  const waiting = failureOf(connection.send(get('/', server), never))
  await connection.close()
  expect((await watch).failureClass).toBe('unreachable')
  expect((await waiting).failureClass).toBe('unreachable')
  expect(server.connections()).toBe(1)
})

test('close ends running requests, cuts the connection and refuses later requests', async () => {
  const server = await serve(echo)
  const connection = connect(server.url)
  const watch = textOf(await connection.send(get('/watch', server, {endless: true}), never))
  const ended = failureOf(watch)
  await connection.close()
  expect((await ended).failureClass).toBe('unreachable')
  const after = await failureOf(connection.send(get('/', server), never))
  expect(after).toMatchObject({refused: true, message: 'The connection to context "prod" was closed.'})
  await expect.poll(() => server.sessions.size).toBe(0)
})
