import {describe, expect, test} from 'vitest'
import {strategicMergePatch} from '../../test/cluster/raw-client.ts'
import {type OpenCluster, openCluster} from './testing/open-cluster.ts'

const web = {namespace: 'shop', name: 'web', image: 'app:1'} as const
const list = '/apis/apps/v1/namespaces/shop/deployments'
const path = `${list}/web`
const restart = (open: OpenCluster) =>
  open.client.patch(path, {spec: {template: {metadata: {annotations: {stamp: '1'}}}}}, strategicMergePatch)
const stampOf = ({cluster}: OpenCluster): unknown => {
  const {spec} = cluster.object('Deployment', 'shop', 'web') as unknown as {
    spec: {template: {metadata: {annotations?: {stamp: string}}}}
  }
  return spec.template.metadata.annotations?.stamp
}
const broken = {code: expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET|ECONNREFUSED|ERR_HTTP2_|UND_ERR_INFO)/)}

describe('answers', () => {
  test('are sent as often as specified, and nothing is carried out', async () => {
    await using open = await openCluster({
      workloads: [web],
      trouble: [{type: 'answer', status: 429, retryAfterSeconds: 7, verb: 'patch', resource: 'deployments', times: 1}],
    })
    const busy = await restart(open)
    expect(busy).toMatchObject({
      status: 429,
      headers: {'retry-after': '7'},
      body: {kind: 'Status', reason: 'TooManyRequests', details: {retryAfterSeconds: 7}, code: 429},
    })
    expect(stampOf(open)).toBeUndefined()
    expect((await restart(open)).status).toBe(200)
    expect(stampOf(open)).toBe('1')
  })

  test('may be plain text, or have any message', async () => {
    await using open = await openCluster({
      trouble: [
        {type: 'answer', status: 503, plain: true, resource: 'pods', message: 'try later'},
        {type: 'answer', status: 500, resource: 'nodes', reason: 'Odd', message: 'etcd is tired'},
      ],
    })
    expect(await open.client.get('/api/v1/pods')).toMatchObject({
      status: 503,
      body: 'try later\n',
      headers: {'content-type': 'text/plain; charset=utf-8'},
    })
    expect(await open.client.get('/api/v1/nodes')).toMatchObject({
      status: 500,
      body: {reason: 'Odd', message: 'etcd is tired'},
    })
    expect((await open.client.get('/api/v1/namespaces')).status).toBe(200)
  })

  test('affect one user and not another', async () => {
    await using open = await openCluster({
      contexts: [{name: 'second'}],
      trouble: [{type: 'answer', status: 500, user: 'second'}],
    })
    expect((await open.clientOf('second').get('/api/v1/pods')).status).toBe(500)
    expect((await open.client.get('/api/v1/pods')).status).toBe(200)
  })
})

test('latency passes on the clock of the sandbox', async () => {
  await using open = await openCluster({trouble: [{type: 'latency', ms: 5000, resource: 'pods'}]})
  expect((await open.client.get('/api/v1/pods')).status).toBe(200)
  expect(open.clock.now()).toBeGreaterThanOrEqual(5000)
})

describe('an unreachable cluster', () => {
  test('refuses connections, and breaks those that are open; it comes back on its port', async () => {
    await using open = await openCluster()
    const watch = await open.client.watch('/api/v1/pods?watch=1')
    const over = open.cluster.addTrouble({type: 'unreachable', how: 'refused'})
    expect(await watch.rest()).toEqual([])
    await expect(open.get('/api/v1/pods')).rejects.toMatchObject({code: 'ECONNREFUSED'})
    over()
    await open.cluster.start()
    expect((await open.get('/api/v1/pods')).status).toBe(200)
  })

  test('or never answers, on old connections and new ones, until it is over', async () => {
    await using open = await openCluster()
    const watch = await open.client.watch('/api/v1/configmaps?watch=1&fieldSelector=metadata.name%3Dunheard')
    const over = open.cluster.addTrouble({type: 'unreachable', how: 'black-hole'})
    await open.cluster.start()
    open.cluster.create({kind: 'ConfigMap', metadata: {name: 'unheard', namespace: 'default'}})
    let answered = 0
    const asked = [open.client.get('/api/v1/pods'), open.get('/api/v1/pods')].map(async (reply) => {
      await reply
      answered++
    })
    expect(await watch.next(100)).toBe('silence')
    expect(answered).toBe(0)
    over()
    await Promise.all(asked)
    expect(answered).toBe(2)
    expect(await watch.next()).toMatchObject({type: 'ADDED', object: {metadata: {name: 'unheard'}}})
    watch.close()
  })

  test('may be unreachable from the start', async () => {
    await using open = await openCluster({trouble: [{type: 'unreachable', how: 'refused'}]})
    await expect(open.get('/version')).rejects.toMatchObject({code: 'ECONNREFUSED'})
  })
})

describe('broken connections', () => {
  test('cut: in the middle of a body, and the next request succeeds', async () => {
    await using open = await openCluster({workloads: [web], trouble: [{type: 'cut', verb: 'list', times: 1}]})
    await expect(open.client.get(list)).rejects.toMatchObject(broken)
    const {bytes, status} = open.cluster.requests()[0] ?? {bytes: 0, status: 0}
    expect(status).toBe(200)
    const whole = await open.client.get(list)
    expect(whole.status).toBe(200)
    expect(bytes).toBe(Math.floor((open.cluster.requests()[1]?.bytes ?? 0) / 2))
  })

  test('cut: after so many bytes, over HTTP/1.1 too', async () => {
    await using open = await openCluster({workloads: [web], trouble: [{type: 'cut', afterBytes: 10}]})
    await expect(open.get(path)).rejects.toMatchObject({message: 'aborted'})
    expect(open.cluster.requests()[0]).toMatchObject({bytes: 10})
  })

  test('cut: a watch after its first event', async () => {
    await using open = await openCluster({
      workloads: [web, {...web, name: 'api'}],
      trouble: [{type: 'cut', verb: 'watch', times: 1}],
    })
    const watch = await open.client.watch(`${list}?watch=1`)
    expect((await watch.rest()).map(({object}) => object.metadata.name)).toEqual(['api'])
  })

  test('a lost reply: the write is carried out, without an answer', async () => {
    await using open = await openCluster({workloads: [web], trouble: [{type: 'lost-reply', verb: 'patch', times: 1}]})
    await expect(restart(open)).rejects.toMatchObject(broken)
    expect(stampOf(open)).toBe('1')
    expect(open.cluster.requests()[0]).toMatchObject({status: 0, bytes: 0})
    expect((await restart(open)).status).toBe(200)
  })
})

describe('permissions', () => {
  const review = (open: OpenCluster, attributes: object) =>
    open.client.post<{status: {allowed: boolean}}>('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      spec: {resourceAttributes: attributes},
    })

  test('a forbidden action is refused, and the review says so before', async () => {
    await using open = await openCluster({
      workloads: [web],
      trouble: [{type: 'forbidden', verb: 'patch', resource: 'deployments'}],
    })
    expect((await review(open, {verb: 'patch', group: 'apps', resource: 'deployments'})).body.status).toEqual({
      allowed: false,
    })
    expect((await review(open, {verb: 'get', group: 'apps', resource: 'deployments'})).body.status).toEqual({
      allowed: true,
    })
    expect(await restart(open)).toMatchObject({status: 403, body: {reason: 'Forbidden'}})
    expect((await open.client.get(path)).status).toBe(200)
  })

  test('a further context may have fewer permissions', async () => {
    const may = [{verbs: ['get'], resources: ['deployments'], namespaces: ['shop']}] as const
    await using open = await openCluster({workloads: [web], contexts: [{name: 'reader', may}]})
    const reader = open.clientOf('reader')
    expect((await reader.get(path)).status).toBe(200)
    expect((await reader.get(list)).status).toBe(403)
    expect((await reader.get('/api/v1/nodes')).status).toBe(403)
    expect((await reader.get('/version')).status).toBe(200)
  })
})

test('an expired page token is 410, as often as specified', async () => {
  await using open = await openCluster({trouble: [{type: 'expired-page-token', resource: 'configmaps', times: 1}]})
  const first = await open.client.get<{metadata: {continue: string}}>('/api/v1/configmaps?limit=1')
  const next = `/api/v1/configmaps?limit=1&continue=${first.body.metadata.continue}`
  expect(await open.client.get(next)).toMatchObject({
    status: 410,
    body: {reason: 'Expired', metadata: {continue: expect.any(String)}},
  })
  expect((await open.client.get(next)).status).toBe(200)
})

test('a silent watch sends nothing, whatever changes', async () => {
  await using open = await openCluster({workloads: [web], trouble: [{type: 'silent-watch', resource: 'deployments'}]})
  const watch = await open.client.watch(`${list}?watch=1&allowWatchBookmarks=true&timeoutSeconds=3`)
  expect(watch.status).toBe(200)
  await restart(open)
  expect(await watch.next(100)).toBe('silence')
  watch.close()
})
