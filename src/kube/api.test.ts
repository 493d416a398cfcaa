import {Readable} from 'node:stream'
import {gzipSync} from 'node:zlib'
import {afterEach, expect, test} from 'vitest'
import {systemClock} from '../shared/clock.ts'
import {apiPath} from './answers/api-path.ts'
import {forms} from './answers/forms.ts'
import {onePage} from './answers/list-question.ts'
import {deletedObject, oneObject, replacedObject} from './answers/object-question.ts'
import {leases} from './answers/resource.ts'
import {type Api, createApi} from './api.ts'
import {type Connection, createConnection} from './connection/connection.ts'
import type {Credential, Credentials} from './credentials/credentials.ts'
import {anyAnswer as ask} from './testing/any-answer.ts'
import {type Handler, type Response, startServer, type TestServer} from './testing/tls-server.ts'

const never = new AbortController().signal
/** In milliseconds; a test that advances it resets it. */
let time = 0
const clock = {now: () => time, sleep: () => new Promise<void>(() => undefined)}
const open: {close(): Promise<unknown>}[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

async function setUp(
  handler: Handler,
  tokens: readonly string[] = ['first'],
  basePath = '',
): Promise<{api: Api; server: TestServer; renewals(): number}> {
  const server = await startServer(handler)
  const party = {context: 'prod', server: server.url}
  const connection = createConnection({party, origin: new URL(server.url), clock: systemClock})
  open.push(connection, server)
  const tls = {ca: server.ca}
  let turn = 0
  const current = async (): Promise<Credential> => ({headers: {authorization: `Bearer ${tokens[turn]}`}, tls})
  const credentials: Credentials = {
    current,
    renewed() {
      turn = Math.min(turn + 1, tokens.length - 1)
      return current()
    },
  }
  return {api: createApi({party, connection, credentials, clock, basePath}), server, renewals: () => turn}
}

const json = (body: unknown): string => JSON.stringify(body)

test('requests JSON and gzip, with credentials, below the path of a gateway', async () => {
  const {api, server} = await setUp((_request, response) => response.end(json({ok: 'ü'})), ['t'], '/k8s/clusters/c-1')
  expect(await api.get(ask('/version'), never)).toEqual({ok: 'ü'})
  const [request] = server.requests
  expect(request).toMatchObject({method: 'GET', path: '/k8s/clusters/c-1/version'})
  const headers = new Map(
    request?.headers.flatMap((name, index, all) => (index % 2 === 0 ? [[name, all[index + 1]]] : [])) as [
      string,
      string,
    ][],
  )
  expect(Object.fromEntries(headers)).toMatchObject({
    accept: 'application/json',
    'accept-encoding': 'gzip',
    authorization: 'Bearer t',
    'user-agent': 'hubspoke',
  })
})

test.each([
  {date: 'Tue, 24 Nov 2026 10:00:00 GMT', serverDate: new Date('2026-11-24T10:00:00Z')},
  {date: 'soon', serverDate: undefined},
])('returns the date of the server: $date', async ({date, serverDate}) => {
  const {api} = await setUp((_request, response) => {
    response.writeHead(200, {date})
    response.end(json({ok: true}))
  })
  expect(await api.getDated(ask('/version'), never)).toEqual({value: {ok: true}, serverDate})
})

test('unpacks compressed bodies, and counts the bytes received', async () => {
  const packed = gzipSync(json({text: 'x'.repeat(200_000)}))
  const {api} = await setUp((_request, response) => {
    response.writeHead(200, {'content-encoding': 'gzip'})
    response.end(packed)
  })
  expect(await api.get(ask('/'), never)).toEqual({text: 'x'.repeat(200_000)})
})

test('a write sends JSON, and returns the object of the answer', async () => {
  const {api, server} = await setUp((request, response, body) =>
    response.end(json({got: JSON.parse(body), type: request.headers['content-type']})),
  )
  const write = {
    method: 'PATCH',
    question: ask('/x'),
    body: {a: 1},
    contentType: 'application/strategic-merge-patch+json',
  } as const
  expect(await api.write(write, never)).toEqual({got: {a: 1}, type: 'application/strategic-merge-patch+json'})
  expect(server.requests[0]?.method).toBe('PATCH')
})

test('requests metadata only where that is enough, and deletes', async () => {
  const {api} = await setUp(({headers, method}, response) => response.end(json({method, accept: headers.accept})))
  const write = {method: 'DELETE', question: ask('/x'), body: {}} as const
  expect(await api.get({...ask('/x'), accept: forms.metadataList}, never)).toEqual({
    method: 'GET',
    accept: forms.metadataList,
  })
  expect(await api.write({...write, question: {...ask('/x'), accept: forms.metadata}}, never)).toEqual({
    method: 'DELETE',
    accept: forms.metadata,
  })
  expect(await api.write(write, never)).toEqual({method: 'DELETE', accept: 'application/json'})
})

test.each([
  {status: 403, failureClass: 'forbidden'},
  {status: 409, failureClass: 'conflict'},
  {status: 500, failureClass: 'server-error'},
])('HTTP $status is reported with the sentence of its Status', async ({status, failureClass}) => {
  const {api} = await setUp((_request, response) => {
    response.writeHead(status, {'retry-after': '2'})
    response.end(json({kind: 'Status', message: 'the reason'}))
  })
  await expect(api.get(ask('/'), never)).rejects.toMatchObject({failureClass, status, retryAfterMs: 2_000})
  await expect(api.watch(ask('/'), never)).rejects.toThrow(/the reason\.$/)
})

test.each([
  {because: 'it is not JSON', status: 502, body: '<html>token=abc</html>'},
  {
    because: 'it is longer than the limit',
    status: 500,
    body: json({kind: 'Status', message: 'x'.repeat(1_100_000)}),
  },
  {because: 'it is empty', status: 500, body: ''},
])('nothing of the body of a refusal is shown where $because', async ({status, body}) => {
  const {api} = await setUp((_request, response) => {
    response.writeHead(status)
    response.end(body)
  })
  await expect(api.get(ask('/'), never)).rejects.toThrow(
    `The API server of context "prod" failed to answer (HTTP ${status}).`,
  )
})

test.each([
  {because: 'is no JSON', headers: {}, body: '<html>log in</html>'},
  {because: 'cannot be unpacked', headers: {'content-encoding': 'gzip'}, body: 'not gzip'},
])('a success that $because is a failure', async ({headers, body}) => {
  const {api} = await setUp((_request, response) => {
    response.writeHead(200, headers)
    response.end(body)
  })
  await expect(api.get(ask('/'), never)).rejects.toMatchObject({failureClass: 'server-error', refused: false})
})

const onlySecond: Handler = (request, response) => {
  const isKnown = request.headers.authorization === 'Bearer second'
  response.writeHead(isKnown ? 200 : 401)
  response.end(isKnown ? '{}' : json({kind: 'Status', code: 401}))
}

test('refused credentials are renewed once, and the request is sent again', async () => {
  const {api, server} = await setUp(onlySecond, ['first', 'second'])
  expect(await api.get(ask('/'), never)).toEqual({})
  expect(server.requests).toHaveLength(2)
})

test.each([
  {because: 'the new ones are refused too', tokens: ['a', 'b', 'c'], requests: 2},
  {because: 'there are no others', tokens: ['a'], requests: 1},
])('credentials stay refused where $because', async ({tokens, requests}) => {
  const {api, server} = await setUp(onlySecond, tokens)
  await expect(api.get(ask('/'), never)).rejects.toMatchObject({
    failureClass: 'unauthenticated',
    status: 401,
    refused: true,
  })
  expect(server.requests).toHaveLength(requests)
})

test('a watch resolves with the response headers, and ends with its signal', async () => {
  const {api, server} = await setUp((_request, response) => {
    response.writeHead(200)
    response.write('first\n')
  })
  const controller = new AbortController()
  const body = await api.watch(ask('/watch'), controller.signal)
  const chunks = body[Symbol.asyncIterator]()
  expect((await chunks.next()).value?.toString()).toBe('first\n')
  const rest = chunks.next()
  controller.abort(new Error('enough'))
  await expect(rest).rejects.toThrow('enough')
  await expect.poll(() => server.streams.size).toBe(0)
})

test('abort ends the wait for credentials', async () => {
  const party = {context: 'prod', server: 'https://prod.test'}
  const connection = createConnection({party, origin: new URL(party.server), clock: systemClock})
  const forever: Credentials = {
    current: () => new Promise(() => undefined),
    renewed: () => new Promise(() => undefined),
  }
  const api = createApi({party, connection, credentials: forever, clock, basePath: ''})
  const controller = new AbortController()
  const answer = api.get(ask('/'), controller.signal)
  controller.abort(new Error('enough'))
  await expect(answer).rejects.toThrow('enough')
})

test('names in a path cannot change the path', () => {
  expect(
    apiPath(['api', 'v1', 'namespaces', 'a/../b?c'], {limit: '1', continue: undefined, labelSelector: 'a=b&c'}),
  ).toBe('/api/v1/namespaces/a%2F..%2Fb%3Fc?limit=1&labelSelector=a%3Db%26c')
})

test.each(['', '.', '..'])('a name that a URL would drop is not sent: %j', (part) => {
  const refusal = expect.objectContaining({failureClass: 'rejected', refused: true, final: true})
  expect(() => apiPath(['api', 'v1', 'namespaces', part, 'pods'])).toThrow(refusal)
  for (const at of [
    {namespace: part, name: 'x'},
    {namespace: 'x', name: part},
  ]) {
    expect(() => oneObject(leases, at)).toThrow(refusal)
    expect(() => replacedObject(leases, at)).toThrow(refusal)
    expect(() => deletedObject(leases, at)).toThrow(refusal)
  }
  expect(() => onePage(leases, {namespace: part})).toThrow(refusal)
})

function answer(response: Response, status: number): void {
  response.writeHead(status)
  response.end(status === 200 ? 'ok' : json({kind: 'Status'}))
}

/** An api whose first connection was cut, and a server that then denies everything until it is ready. */
async function setUpStartedAgain(status: number, deniesBeforeReady: number) {
  let hasBeenCut = false
  let denied = 0
  const it = await setUp(({url}, response) => {
    if (!hasBeenCut) {
      hasBeenCut = true
      return it.server.cut()
    }
    if (url === '/readyz') return answer(response, denied >= deniesBeforeReady ? 200 : 500)
    if (denied >= deniesBeforeReady) return response.end(json({ok: true}))
    denied += 1
    return answer(response, status)
  })
  await it.api.get(ask('/cut'), never).catch(() => undefined)
  const paths = (): readonly string[] => it.server.requests.map(({path}) => path).slice(1)
  return {...it, paths}
}

test.each([401, 403])('a denial by a restarted server that is not ready is a transient failure: %i', async (status) => {
  const {api} = await setUpStartedAgain(status, 2)
  const write = {method: 'PATCH', question: ask('/apis/apps/v1/x'), body: {}} as const
  await expect(api.write(write, never)).rejects.toMatchObject({
    failureClass: 'server-error',
    refused: true,
    message: expect.stringMatching(/"prod".* has just started and is not ready\.$/),
  })
  await expect(api.write(write, never)).resolves.toEqual({ok: true})
})

test('a denial from before the server was ready is checked again when it is ready', async () => {
  const {api, paths} = await setUpStartedAgain(403, 1)
  expect(await api.get(ask('/a'), never)).toEqual({ok: true})
  expect(paths()).toEqual(['/a', '/readyz', '/a'])
})

test('a server that has not loaded accounts yet is not ready, although it only answers 401', async () => {
  const it = await setUp(({url, headers}, response) => {
    if (url === '/cut') return it.server.cut()
    return answer(response, url === '/readyz' && headers.authorization === undefined ? 500 : 401)
  })
  await it.api.get(ask('/cut'), never).catch(() => undefined)
  await expect(it.api.get(ask('/a'), never)).rejects.toMatchObject({failureClass: 'server-error', refused: true})
})

test('a token that a ready server refuses is sent once more, and not again', async () => {
  const it = await setUp(({url, headers}, response) => {
    if (url === '/cut') return it.server.cut()
    return answer(response, url === '/readyz' && headers.authorization === undefined ? 200 : 401)
  })
  await it.api.get(ask('/cut'), never).catch(() => undefined)
  await expect(it.api.get(ask('/a'), never)).rejects.toMatchObject({failureClass: 'unauthenticated'})
  expect(it.server.requests.map(({path}) => path)).toEqual(['/cut', '/a', '/readyz', '/readyz', '/a'])
})

test('without permission to read its readiness, a denial is doubted at first, and accepted later', async () => {
  const it = await setUp(({url}, response) => {
    if (url === '/cut') return it.server.cut()
    return answer(response, 403)
  })
  await it.api.get(ask('/cut'), never).catch(() => undefined)
  await expect(it.api.get(ask('/a'), never)).rejects.toMatchObject({failureClass: 'server-error', refused: true})
  time += 30_000
  await expect(it.api.get(ask('/a'), never)).rejects.toMatchObject({failureClass: 'forbidden'})
})

test.each([
  {said: '404 page not found', status: 404},
  {said: '<html>', status: 200},
])('a denial is doubted, too, where a gateway answers $status with $said', async ({said, status}) => {
  const it = await setUp(({url}, response) => {
    if (url === '/cut') return it.server.cut()
    if (url !== '/readyz') return answer(response, 403)
    response.writeHead(status)
    return response.end(said)
  })
  await it.api.get(ask('/cut'), never).catch(() => undefined)
  await expect(it.api.get(ask('/a'), never)).rejects.toMatchObject({failureClass: 'server-error', refused: true})
})

/** As `setUp`, with a server that supports HTTP/1.1 only. */
async function setUpHttp1(handler: Handler) {
  const server = await startServer(handler, {protocol: 'http/1.1'})
  const party = {context: 'prod', server: server.url}
  const connection = createConnection({party, origin: new URL(server.url), clock: systemClock})
  open.push(connection, server)
  const credential = {headers: {}, tls: {ca: server.ca}}
  const current = async (): Promise<Credential> => credential
  const credentials = {current, renewed: current}
  return {api: createApi({party, connection, credentials, clock, basePath: ''}), server}
}

test('over HTTP/1.1, parallel connections do not count as new: a denial over them is accepted', async () => {
  const waiting: Response[] = []
  const {api, server} = await setUpHttp1((_request, response) => {
    waiting.push(response)
    if (waiting.length < 3) return
    for (const one of waiting) answer(one, 403)
  })
  const denials = await Promise.allSettled(['/a', '/b', '/c'].map((path) => api.get(ask(path), never)))
  expect(denials).toMatchObject(Array(3).fill({reason: {failureClass: 'forbidden'}}))
  expect(server.connections()).toBe(3)
  expect(server.requests).toHaveLength(3)
})

test('over HTTP/1.1, after a request that was cut, the next denial is doubted', async () => {
  const it = await setUpHttp1(({url}, response) => {
    if (url === '/cut') return it.server.cut()
    return answer(response, url === '/readyz' ? 500 : 403)
  })
  await it.api.get(ask('/cut'), never).catch(() => undefined)
  await expect(it.api.get(ask('/a'), never)).rejects.toMatchObject({failureClass: 'server-error', refused: true})
})

test('a denial on the first connection is accepted', async () => {
  const {api, server} = await setUp((_request, response) => answer(response, 403))
  await expect(api.get(ask('/a'), never)).rejects.toMatchObject({failureClass: 'forbidden'})
  expect(server.requests).toHaveLength(1)
})

test('denials are accepted from the time when the server was found ready', async () => {
  let connections = 0
  const it = await setUp(({url}, response) => {
    if (url === '/cut') return it.server.cut()
    connections = it.server.connections()
    if (url === '/readyz') return response.end('ok')
    return answer(response, 403)
  })
  const deniedAt = async (path: string): Promise<void> => {
    await expect(it.api.get(ask(path), never)).rejects.toMatchObject({failureClass: 'forbidden'})
  }
  await it.api.get(ask('/cut'), never).catch(() => undefined)
  await deniedAt('/a')
  await deniedAt('/b')
  expect(connections).toBe(2)
  expect(it.server.requests.map(({path}) => path)).toEqual(['/cut', '/a', '/readyz', '/a', '/b'])
})

test('a denial in flight while another request found the server ready is checked again, too', async () => {
  let denyLate = (): void => undefined
  let isReady = false
  const it = await setUp(({url}, response) => {
    if (url === '/cut') return it.server.cut()
    if (url === '/readyz') return answer(response, 200)
    if (isReady) return response.end(json({ok: true}))
    if (url === '/early') return answer(response, 403)
    denyLate = () => answer(response, 403)
    return undefined
  })
  await it.api.get(ask('/cut'), never).catch(() => undefined)
  const late = it.api.get(ask('/late'), never)
  await expect(it.api.get(ask('/early'), never)).rejects.toMatchObject({failureClass: 'forbidden'})
  isReady = true
  denyLate()
  expect(await late).toEqual({ok: true})
})

/** An api over a connection that only counts requests, with the number of times that it was opened by then. */
function setUpCounted(answerTo: (path: string, connections: number) => {status: number; reopened: boolean}) {
  const asked: string[] = []
  let connections = 2
  const connection: Connection = {
    async send({path}) {
      asked.push(`${path} on ${connections}`)
      const {status, reopened} = answerTo(path, connections)
      if (reopened) connections += 1
      const success = path === '/readyz' ? 'ok' : json({ok: true})
      const bytes = Buffer.from(status === 200 ? success : json({kind: 'Status'}))
      return {status, headers: {}, body: Readable.from([bytes])}
    },
    cost: () => ({connections, requests: 0, bytesRead: 0}),
    link: () => ({}),
    generation: () => connections,
    endlessLimit: () => 1,
    close: async () => undefined,
  }
  const current = async (): Promise<Credential> => ({headers: {}, tls: {}})
  const credentials = {current, renewed: current}
  const api = createApi({
    party: {context: 'prod', server: 'https://prod.test'},
    connection,
    credentials,
    clock,
    basePath: '',
  })
  return {api, asked}
}

test('a server that was found ready, and restarted before the repetition, is doubted again', async () => {
  let denials = 2
  const {api, asked} = setUpCounted((path, connections) => {
    if (path === '/readyz') return {status: 200, reopened: connections === 2}
    return {status: denials-- > 0 ? 403 : 200, reopened: false}
  })
  expect(await api.get(ask('/a'), never)).toEqual({ok: true})
  expect(asked).toEqual(['/a on 2', '/readyz on 2', '/a on 3', '/readyz on 3', '/a on 3'])
})

test('a server that ends the connection with every denial is accepted in the end', async () => {
  const {api, asked} = setUpCounted((path) => ({status: path === '/readyz' ? 200 : 403, reopened: true}))
  await expect(api.get(ask('/a'), never)).rejects.toMatchObject({failureClass: 'forbidden'})
  expect(asked.filter((words) => words.startsWith('/a'))).toHaveLength(4)
})
