import {afterEach, expect, test} from 'vitest'
import {systemClock} from '../../shared/clock.ts'
import {type Handler, startServer, type TestServer} from '../testing/tls-server.ts'
import {type Connection, createConnection} from './connection.ts'
import {type ConnectionBudget, createConnectionBudget} from './connection-budget.ts'

const open: {close(): Promise<unknown>}[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

const instant = {...systemClock, sleep: async () => undefined}
const never = new AbortController().signal

async function serve(handler: Handler, protocol: 'h2' | 'http/1.1' = 'h2'): Promise<TestServer> {
  const server = await startServer(handler, {protocol})
  open.push(server)
  return server
}

function connect(server: TestServer, budget: ConnectionBudget): Connection {
  const connection = createConnection({
    party: {context: 'prod', server: server.url},
    origin: new URL(server.url),
    clock: systemClock,
    budget,
  })
  open.push(connection)
  return connection
}

async function get(connection: Connection, server: TestServer, path = '/', signal = never): Promise<string> {
  const {body} = await connection.send({method: 'GET', path, headers: {}, tls: tlsOf(server)}, signal)
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const materials = new WeakMap<TestServer, {ca: string}>()
function tlsOf(server: TestServer): {ca: string} {
  const tls = materials.get(server) ?? {ca: server.ca}
  materials.set(server, tls)
  return tls
}

test.each([
  {openFiles: 256, contexts: 32, because: 'half of them, four per context'},
  {openFiles: 1024, contexts: 128, because: 'half of them, four per context'},
  {openFiles: 7, contexts: 1, because: 'at least one'},
])('$openFiles descriptors connect $contexts contexts at a time: $because', ({openFiles, contexts}) => {
  expect(createConnectionBudget(openFiles, instant).contexts).toBe(contexts)
})

test.each([
  {known: 1, each: 16},
  {known: 16, each: 8},
  {known: 500, each: 4},
])('$known contexts of a server without HTTP/2 have $each sockets each, of 256 descriptors', ({known, each}) => {
  const budget = createConnectionBudget(256, instant)
  for (let count = 0; count < known; count++) budget.seat(async () => undefined)
  expect(budget.socketsEach()).toBe(each)
})

test('forty contexts take turns: all are answered, and two are connected at a time', async () => {
  const seen: number[] = []
  const server = await serve((_request, response) => {
    seen.push(server.sessions.size)
    response.end('yes')
  })
  const budget = createConnectionBudget(16, instant)
  const answers = await Promise.all([...Array(40)].map(() => get(connect(server, budget), server)))
  expect(answers).toEqual(Array(40).fill('yes'))
  expect(Math.max(...seen)).toBeLessThanOrEqual(2)
})

test('a retired context is connected again for its next request, and counts both connections', async () => {
  const server = await serve((_request, response) => response.end('yes'))
  const budget = createConnectionBudget(8, instant)
  const [first, second] = [connect(server, budget), connect(server, budget)]
  for (const connection of [first, second, first]) expect(await get(connection, server)).toBe('yes')
  expect(first.cost()).toMatchObject({connections: 2, requests: 2})
})

test('a context with a request in flight keeps its connection, one whose request was aborted loses it', async () => {
  const server = await serve((request, response) => {
    if (request.url === '/watch') response.write('event\n')
    else response.end('yes')
  })
  const budget = createConnectionBudget(8, instant)
  const [watcher, other] = [connect(server, budget), connect(server, budget)]
  const stop = new AbortController()
  const watch = {method: 'GET', path: '/watch', headers: {}, tls: tlsOf(server), endless: true} as const
  await watcher.send(watch, stop.signal)
  let answered = false
  const answer = get(other, server).then((text) => {
    answered = true
    return text
  })
  for (let round = 0; round < 20; round++) await new Promise((resolve) => setImmediate(resolve))
  expect(answered).toBe(false)
  stop.abort()
  expect(await answer).toBe('yes')
  expect(watcher.cost().connections).toBe(1)
})

test('a wait can be aborted, and closing one context connects the others', async () => {
  const server = await serve((request, response) => {
    if (request.url !== '/never') response.end('yes')
  })
  const budget = createConnectionBudget(8, instant)
  const [holder, impatient, closed, last] = [...Array(4)].map(() => connect(server, budget)) as [
    Connection,
    Connection,
    Connection,
    Connection,
  ]
  const held = get(holder, server, '/never').catch(() => 'closed')
  const stop = new AbortController()
  const given = get(impatient, server, '/', stop.signal).catch(() => 'given up')
  const shut = get(closed, server).catch(() => 'closed')
  const answer = get(last, server)
  stop.abort()
  expect(await given).toBe('given up')
  void closed.close()
  await holder.close()
  expect(await held).toBe('closed')
  expect(await answer).toBe('yes')
  expect(await shut).toBe('closed')
})
