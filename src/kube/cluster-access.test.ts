import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, expect, test} from 'vitest'
import {systemClock} from '../shared/clock.ts'
import {loadKubeconfig} from './kubeconfig.ts'
import type {ClusterAccess} from './ports/cluster-access.ts'
import {listOf} from './testing/fake-api.ts'
import {type Handler, type Response, startServer, type TestServer} from './testing/tls-server.ts'

const never = new AbortController().signal
const closings: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close()
})

const web = {kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'u1'} as const

/** As much of an API server as one Deployment needs. */
function apiServer(): Handler {
  let version = 10
  let restartedAt = ''
  const watchers = new Set<Response>()
  const deployment = () => ({
    kind: 'Deployment',
    metadata: {namespace: 'shop', name: 'web', uid: 'u1', resourceVersion: String(version), generation: version - 9},
    spec: {template: {metadata: {annotations: {'kubectl.kubernetes.io/restartedAt': restartedAt}}}},
  })
  const namespace = (name: string, uid: string) => ({metadata: {name, uid, resourceVersion: '1'}})
  const missing = (name = '') => ({
    kind: 'Status',
    reason: 'NotFound',
    message: 'not found',
    details: {name, group: 'apps', kind: 'deployments'},
  })
  const answers: Readonly<Record<string, () => unknown>> = {
    '/version': () => ({gitVersion: 'v1.36.3'}),
    '/api/v1/namespaces/kube-system': () => ({kind: 'Namespace', ...namespace('kube-system', 'k-1')}),
    '/api/v1/namespaces': () => listOf('Namespace', [namespace('default', 'n-1'), namespace('shop', 'n-2')]),
    '/apis/apps/v1/deployments': () => listOf('Deployment', [deployment()], String(version)),
    '/apis/apps/v1/namespaces/shop/deployments/web': deployment,
  }
  return (request, response, body) => {
    const url = new URL(request.url ?? '', 'https://x')
    if (url.searchParams.has('watch')) {
      watchers.add(response)
      response.writeHead(200)
      response.write('')
      return
    }
    if (request.method === 'PATCH') {
      version++
      restartedAt = JSON.parse(body).spec.template.metadata.annotations['kubectl.kubernetes.io/restartedAt']
      for (const watcher of watchers) watcher.write(`${JSON.stringify({type: 'MODIFIED', object: deployment()})}\n`)
    }
    const answer = answers[url.pathname]
    response.writeHead(answer === undefined ? 404 : 200)
    response.end(JSON.stringify(answer?.() ?? missing(url.pathname.split('/').at(-1))))
  }
}

async function setUp(): Promise<{access: ClusterAccess; server: TestServer}> {
  const server = await startServer(apiServer())
  const folder = await mkdtemp(join(tmpdir(), 'hubspoke-access-'))
  const text = `
contexts: [{name: prod, context: {cluster: prod, user: jane}}]
clusters: [{name: prod, cluster: {server: "${server.url}", certificate-authority-data: ${Buffer.from(server.ca).toString('base64')}}}]
users: [{name: jane, user: {token: abc}}]
`
  await writeFile(join(folder, 'config'), text)
  const kubeconfig = await loadKubeconfig({path: join(folder, 'config'), env: {}, homeDir: folder, clock: systemClock})
  const access = kubeconfig.open('prod')
  closings.push(server.close, () => rm(folder, {recursive: true}), access.close)
  return {access, server}
}

test('all requests of a run to a cluster use one connection', async () => {
  const {access, server} = await setUp()
  expect(await access.identity(never)).toEqual({uid: 'k-1', isFallback: false})
  expect(await access.serverVersion(never)).toBe('v1.36.3')
  expect(await access.listNamespaces(never)).toEqual(['default', 'shop'])
  for await (const {workloads, resourceVersion} of access.workloads.list('Deployment', {}, never)) {
    expect([workloads.length, resourceVersion]).toEqual([1, '10'])
  }
  const feed = await access.workloads.follow(web, never)
  const state = await access.workloads.read(web, never)
  const write = {
    restartedAt: '2026-01-01T00:00:00.123Z',
    resourceVersion: state?.resourceVersion ?? '',
    generation: state?.generation ?? 0,
    annotations: {},
    dryRun: false,
  }
  const written = await access.workloads.patchTemplate(web, write, never)
  expect(written).toMatchObject({generation: 2, restartedAt: '2026-01-01T00:00:00.123Z'})
  expect(await feed.next(never)).toEqual(written)
  expect(await access.workloads.read({...web, name: 'gone'}, never)).toBeUndefined()
  expect(written && (await access.workloads.podTroubles({...written, name: 'gone'}, never))).toEqual([])
  expect(server.connections()).toBe(1)
  expect(access.cost()).toMatchObject({connections: 1, requests: server.requests.length})
})

test('it returns the time of the server, and the expiry of the credentials without a request', async () => {
  const {access, server} = await setUp()
  expect(await access.credentialsExpire()).toBeUndefined()
  expect(server.requests).toHaveLength(0)
  // Node.js sends a Date header.
  expect(await access.serverDate(never)).toBeInstanceOf(Date)
})

test('the identity is requested once', async () => {
  const {access, server} = await setUp()
  await access.identity(never)
  await access.identity(never)
  expect(server.requests).toHaveLength(1)
})

test('nothing is opened before the first request', async () => {
  const {access, server} = await setUp()
  expect(access.cost()).toEqual({connections: 0, requests: 0, bytesRead: 0})
  expect(server.connections()).toBe(0)
})

test('close ends every watch, and rejects pending waits', async () => {
  const {access, server} = await setUp()
  const feed = await access.workloads.follow(web, never)
  const waiting = feed.next(never).then(
    () => 'a state',
    (error: Error) => error.message,
  )
  await access.close()
  expect(await waiting).toBe('The connection to context "prod" was closed.')
  await expect(access.serverVersion(never)).rejects.toThrow('The connection to context "prod" was closed.')
  await expect.poll(() => server.sessions.size).toBe(0)
})
