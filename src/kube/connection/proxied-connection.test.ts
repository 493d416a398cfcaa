import {afterEach, expect, test} from 'vitest'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import {HubspokeError} from '../../model/failure.ts'
import {type ConnectProxyOptions, startConnectProxy, startSocksProxy} from '../testing/connect-proxy.ts'
import {startProxy} from '../testing/tcp-proxy.ts'
import {createCertificate, startServer} from '../testing/tls-server.ts'
import {chooseProxy, type ProxyServer} from './choose-proxy.ts'
import {createConnection} from './connection.ts'

const open: {close(): Promise<unknown>}[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

const kept = <T extends {close(): Promise<unknown>}>(one: T): T => {
  open.push(one)
  return one
}

const never = new AbortController().signal

/** Longer than any test: no limit of a connection ends one, however slow the machine is. */
const connectMs = 600_000
const names = [{type: 2, value: 'k8s.test'}] as const

async function serve(protocol: 'h2' | 'http/1.1' | 'http' = 'h2') {
  return kept(
    await startServer((request, response) => response.end(request.url ?? ''), {
      protocol,
      certificate: await createCertificate({names}),
    }),
  )
}

/** A connection to `k8s.test`, a name that only the proxy can resolve. */
function connect(server: {ca: string; port: number}, proxy: string, scheme = 'https') {
  // Only a test moves it: no proxy is too slow because the machine is.
  const clock = createVirtualClock()
  const url = `${scheme}://k8s.test:${server.port}`
  const connection = createConnection({
    party: {context: 'prod', server: url},
    origin: new URL(url),
    proxy: chooseProxy(new URL(url), proxy, {}) as ProxyServer,
    clock,
    limits: {connectMs},
  })
  const tls = {ca: server.ca}
  open.push(connection)
  return {
    ...connection,
    clock,
    async get(path: string): Promise<string> {
      const chunks: Buffer[] = []
      const {body} = await connection.send({method: 'GET', path, headers: {}, tls}, never)
      for await (const chunk of body) chunks.push(chunk)
      return Buffer.concat(chunks).toString()
    },
  }
}

test('twenty requests at once share one HTTP/2 connection through a proxy, which gets the name and the password', async () => {
  const server = await serve()
  const proxy = kept(await startConnectProxy({to: server.port}))
  const {get, cost} = connect(server, `http://jane:p%40ss@127.0.0.1:${proxy.port}`)
  const answers = await Promise.all([...Array(20)].map((_, index) => get(`/${index}`)))
  expect(answers).toEqual([...Array(20)].map((_, index) => `/${index}`))
  expect(proxy.asked).toEqual([`k8s.test:${server.port}`])
  expect(proxy.credentials).toEqual([`Basic ${Buffer.from('jane:p@ss').toString('base64')}`])
  expect(server.sessions.size).toBe(1)
  expect(cost().connections).toBe(1)
})

test('a server that supports HTTP/1.1 only is reached through a proxy', async () => {
  const server = await serve('http/1.1')
  const proxy = kept(await startConnectProxy({to: server.port}))
  const {get} = connect(server, `http://127.0.0.1:${proxy.port}`)
  expect(await Promise.all([get('/a'), get('/b')])).toEqual(['/a', '/b'])
  expect(new Set(proxy.asked)).toEqual(new Set([`k8s.test:${server.port}`]))
})

test('a server without TLS is reached through a proxy', async () => {
  const server = await serve('http')
  const proxy = kept(await startConnectProxy({to: server.port}))
  const {get} = connect(server, `http://127.0.0.1:${proxy.port}`, 'http')
  expect(await get('/a')).toBe('/a')
  expect(proxy.asked).toEqual([`k8s.test:${server.port}`])
})

test.each([
  {user: '', credentials: []},
  {user: 'jane:p%40ss@', credentials: ['jane:p@ss']},
])('a SOCKS5 proxy resolves the name itself (user "$user")', async ({user, credentials}) => {
  const server = await serve()
  const proxy = kept(await startSocksProxy({to: server.port}))
  const {get} = connect(server, `socks5://${user}127.0.0.1:${proxy.port}`)
  expect(await get('/a')).toBe('/a')
  expect(proxy.asked).toEqual([`k8s.test:${server.port}`])
  expect(proxy.credentials).toEqual(credentials)
})

test('a lost tunnel is opened again by the next request', async () => {
  const server = await serve()
  const proxy = kept(await startConnectProxy({to: server.port}))
  const {get} = connect(server, `http://127.0.0.1:${proxy.port}`)
  await get('/a')
  server.cut()
  await expect.poll(() => proxy.connections()).toBe(0)
  expect(await get('/b')).toBe('/b')
  expect(proxy.asked).toHaveLength(2)
})

type Start = (options: ConnectProxyOptions) => Promise<{port: number; close(): Promise<unknown>}>
const https: Start = async (options) => startConnectProxy({...options, certificate: await createCertificate()})
const closed: Start = async (options) => {
  const {port, close} = await startConnectProxy(options)
  await close()
  return {port, close: async () => undefined}
}

test.each([
  {
    because: 'it asks for credentials',
    start: startConnectProxy,
    refuse: 407,
    says: /the proxy http:\/\/127\.0\.0\.1:\d+ \(proxy-url\) requires a user name and password, or rejected the ones given\.$/,
  },
  {
    because: 'it forbids',
    start: startConnectProxy,
    refuse: 403,
    says: /refused the connection to https:\S+ \(HTTP 403\)\.$/,
  },
  {because: 'it is down', start: closed, says: /could not be reached \(ECONNREFUSED\)\.$/},
  {
    because: 'its certificate is not trusted',
    scheme: 'https',
    start: https,
    says: /could not be reached \(\w+CERT\w*\)\.$/,
  },
  {
    because: 'SOCKS refuses',
    scheme: 'socks5',
    start: startSocksProxy,
    refuse: 2,
    says: /refused the connection to \S+ \(SOCKS reply 2\)\.$/,
  },
])('a failing proxy is named, without its credentials: $because', async ({start, refuse, scheme, says}) => {
  const server = await serve()
  const proxy = kept(await start({to: server.port, ...(refuse && {refuse})}))
  const {get} = connect(server, `${scheme ?? 'http'}://jane:secret@127.0.0.1:${proxy.port}`)
  expectNamed(await get('/a').catch((reason: unknown) => reason), says)
})

test('a proxy that does not answer fails by name when the time to connect is over, not before', async () => {
  const server = await serve()
  const proxy = kept(await startProxy())
  const {get, clock} = connect(server, `http://jane:secret@127.0.0.1:${proxy.port}`)
  const answer = get('/a').catch((reason: unknown) => reason)
  await expect.poll(() => proxy.connections()).toBe(1)
  await clock.advance(connectMs - 1)
  expect(clock.sleepers).toBe(1)
  await clock.advance(1)
  expectNamed(await answer, /opened no connection to https:\/\/k8s\.test:\d+ within 600 s\.$/)
})

test('the time to connect does not limit a connection that was opened', async () => {
  const server = await serve()
  const proxy = kept(await startConnectProxy({to: server.port}))
  const {get, clock} = connect(server, `http://127.0.0.1:${proxy.port}`)
  await get('/a')
  expect(clock.sleepers).toBe(0)
  await clock.advance(connectMs)
  expect(await get('/b')).toBe('/b')
  expect(proxy.asked).toHaveLength(1)
})

function expectNamed(error: unknown, says: RegExp): void {
  expect(error).toBeInstanceOf(HubspokeError)
  expect(error).toMatchObject({failureClass: 'unreachable', message: expect.stringMatching(says), refused: true})
  expect(JSON.stringify(error)).not.toContain('secret')
  expect((error as HubspokeError).suggestions[0]).toBe(
    'kubectl config view --minify --context prod  to see which proxy it names',
  )
}

test('a server’s certificate for another name is refused behind a proxy, too', async () => {
  const server = kept(await startServer((_request, response) => response.end()))
  const proxy = kept(await startConnectProxy({to: server.port}))
  const {get} = connect(server, `http://127.0.0.1:${proxy.port}`)
  await expect(get('/a')).rejects.toThrow(/cannot be trusted: it is made out to another name\.$/)
})

test('closing aborts a tunnel that is being opened', async () => {
  const proxy = kept(await startProxy())
  const {get, close} = connect({ca: '', port: 1}, `http://127.0.0.1:${proxy.port}`)
  const answer = get('/a').catch((reason: Error) => reason.message)
  await close()
  expect(await answer).toBe('The connection to context "prod" was closed.')
})
