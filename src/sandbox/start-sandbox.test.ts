import {once} from 'node:events'
import {connect} from 'node:tls'
import {gunzipSync} from 'node:zlib'
import {describe, expect, test} from 'vitest'
import {parse} from 'yaml'
import {strategicMergePatch} from '../../test/cluster/raw-client.ts'
import {createVirtualClock} from '../../test/support/virtual-clock.ts'
import {startSandbox} from './start-sandbox.ts'
import {openCluster} from './testing/open-cluster.ts'

const web = {namespace: 'shop', name: 'web', image: 'app:1'} as const
const deployment = '/apis/apps/v1/namespaces/shop/deployments/web'

describe('the kubeconfig', () => {
  test('leads to every cluster, with everything inline and no key of the server', async () => {
    const clock = createVirtualClock({autoAdvance: true})
    const contexts = [{name: 'eu-shop', namespace: 'shop', token: 't2'}]
    const clusters = [{name: 'eu', token: 't1', contexts}, {name: 'us'}]
    const sandbox = await startSandbox({clusters}, {clock, random: () => 0.5})
    const config = parse(sandbox.kubeconfig)
    expect(config['current-context']).toBe('eu')
    expect(config.contexts).toEqual([
      {name: 'eu', context: {cluster: 'eu', user: 'eu'}},
      {name: 'eu-shop', context: {cluster: 'eu', user: 'eu-shop', namespace: 'shop'}},
      {name: 'us', context: {cluster: 'us', user: 'us'}},
    ])
    expect(config.users.map(({user}: {user: object}) => user)).toMatchObject([
      {token: 't1'},
      {token: 't2'},
      {token: expect.any(String)},
    ])
    expect(config.clusters[0].cluster.server).toBe(sandbox.cluster('eu').server)
    expect(sandbox.kubeconfig).not.toContain('PRIVATE KEY')
    expect(sandbox.cluster('eu').uid).not.toBe(sandbox.cluster('us').uid)
    expect(() => sandbox.cluster('nope')).toThrow('the sandbox has no cluster "nope"')
    await sandbox.close()
    expect(clock.sleepers).toBe(0)
  })
})

describe('the server', () => {
  test('serves HTTP/2 and HTTP/1.1 on one port, and counts connections and requests', async () => {
    await using open = await openCluster({workloads: [web]})
    await Promise.all([open.client.get(deployment), open.client.get('/version')])
    expect(open.cluster.connections()).toBe(1)
    expect((await open.get('/readyz', {'user-agent': 'agent/1'})).body.toString()).toBe('ok')
    expect(open.cluster.connections()).toBe(2)
    expect(open.cluster.requests()).toMatchObject([
      {method: 'GET', path: deployment, user: 'eu', status: 200, bytes: expect.any(Number)},
      {method: 'GET', path: '/version', status: 200},
      {method: 'GET', path: '/readyz', userAgent: 'agent/1', status: 200, bytes: 2},
    ])
  })

  test('authenticates only its own tokens', async () => {
    await using open = await openCluster()
    const stranger = open.client.as('guess')
    expect(await stranger.get('/api/v1/pods')).toMatchObject({status: 401, body: {reason: 'Unauthorized', code: 401}})
    expect(open.cluster.requests()).toMatchObject([{user: '', status: 401}])
    await stranger.close()
  })

  test('compresses long answers for clients that accept it', async () => {
    await using open = await openCluster()
    for (const name of ['a', 'b']) {
      open.cluster.create({
        kind: 'ConfigMap',
        metadata: {name, namespace: 'default'},
        data: {text: 'x'.repeat(100_000)},
      })
    }
    const path = '/api/v1/namespaces/default/configmaps'
    const packed = await open.get(path, {'accept-encoding': 'gzip'})
    expect(packed.headers['content-encoding']).toBe('gzip')
    expect(JSON.parse(gunzipSync(packed.body).toString()).items).toHaveLength(3)
    expect(open.cluster.requests().at(-1)?.bytes).toBe(packed.body.length)
    expect((await open.get(path)).headers).not.toHaveProperty('content-encoding')
    expect((await open.get(`${path}/a`, {'accept-encoding': 'gzip'})).headers).not.toHaveProperty('content-encoding')
  })

  test('writes indented JSON for people, YAML on request', async () => {
    await using open = await openCluster()
    const path = '/api/v1/namespaces/default'
    expect((await open.get(path, {'user-agent': 'curl/8'})).body.toString()).toMatch(/^\{\n {2}"kind": "Namespace"/)
    expect((await open.get(path, {accept: 'application/yaml'})).body.toString()).toMatch(/^kind: Namespace\n/)
    expect((await open.get(path, {accept: 'application/xml'})).status).toBe(406)
  })

  test('serves tables, and objects without their content', async () => {
    await using open = await openCluster({workloads: [web]})
    const table = await open.get('/apis/apps/v1/deployments', {accept: 'application/json;as=Table;v=v1;g=meta.k8s.io'})
    const {kind, columnDefinitions, rows} = JSON.parse(table.body.toString())
    expect(kind).toBe('Table')
    expect(columnDefinitions.slice(0, 5).map(({name}: {name: string}) => name)).toEqual([
      'Name',
      'Ready',
      'Up-to-date',
      'Available',
      'Age',
    ])
    expect(rows[0].cells).toEqual(['web', '2/2', 2, 2, '0s', 'web', 'app:1', 'app.kubernetes.io/name=web'])
    expect(rows[0].object).toMatchObject({kind: 'PartialObjectMetadata', metadata: {name: 'web'}})
    const partial = await open.get(deployment, {accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io'})
    expect(Object.keys(JSON.parse(partial.body.toString()))).toEqual(['kind', 'apiVersion', 'metadata'])
  })

  test('serves both forms of discovery', async () => {
    await using open = await openCluster()
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'
    const aggregated = JSON.parse((await open.get('/apis', {accept})).body.toString())
    expect(aggregated).toMatchObject({
      kind: 'APIGroupDiscoveryList',
      items: expect.arrayContaining([expect.objectContaining({metadata: {name: 'apps'}})]),
    })
    const {body} = await open.client.get<{resources: readonly {name: string}[]}>('/apis/apps/v1')
    expect(body.resources.map(({name}) => name)).toEqual(
      expect.arrayContaining(['deployments', 'deployments/scale', 'statefulsets']),
    )
    expect((await open.client.get('/apis')).body).toMatchObject({kind: 'APIGroupList'})
    expect(await open.client.get('/nonsense')).toMatchObject({status: 404, body: '404 page not found\n'})
  })

  test('scales through the subresource, and serves logs of containers', async () => {
    await using open = await openCluster({workloads: [web]})
    const scaled = await open.client.patch(`${deployment}/scale`, {spec: {replicas: 3}})
    expect(scaled).toMatchObject({
      status: 200,
      body: {kind: 'Scale', spec: {replicas: 3}, status: {replicas: 2, selector: 'app.kubernetes.io/name=web'}},
    })
    expect(open.cluster.object('Deployment', 'shop', 'web')?.spec).toMatchObject({replicas: 3})
    const [pod] = open.cluster.objects('Pod', 'shop')
    const log = await open.get(`/api/v1/namespaces/shop/pods/${pod?.metadata.name}/log?tailLines=1`)
    expect(log.body.toString()).toBe('level=info msg="listening" address=:8080\n')
  })

  test('refuses a body that is too long', async () => {
    await using open = await openCluster()
    const data = {text: 'x'.repeat(3_200_000)}
    const reply = await open.client.post('/api/v1/namespaces/default/configmaps', {metadata: {name: 'a'}, data})
    expect(reply).toMatchObject({status: 413, body: {reason: 'RequestEntityTooLarge'}})
  })

  test('breaks idle connections when it stops', async () => {
    await using open = await openCluster()
    const idle = connect({
      host: '127.0.0.1',
      port: Number(new URL(open.cluster.server).port),
      rejectUnauthorized: false,
    })
    idle.on('error', () => undefined)
    await once(idle, 'secureConnect')
    await Promise.all([once(idle, 'close'), open.cluster.stop()])
    expect(idle.destroyed).toBe(true)
  })

  test('stops and starts again on the same port, with the same objects', async () => {
    await using open = await openCluster({workloads: [web]})
    const {server} = open.cluster
    const before = await open.client.get(deployment)
    const watch = await open.client.watch(`${deployment.replace('/web', '')}?watch=1`)
    await open.cluster.stop()
    expect(await watch.rest()).toMatchObject([{type: 'ADDED'}])
    await expect(open.get(deployment)).rejects.toMatchObject({code: 'ECONNREFUSED'})
    await open.cluster.start()
    expect(open.cluster.server).toBe(server)
    expect(await open.client.get(deployment)).toEqual({...before, headers: expect.any(Object)})
  })

  test('rolls out in the time of its clock, and leaves no sleeper behind', async () => {
    const open = await openCluster({workloads: [{...web, replicas: 3}], rolloutStepMs: 60_000})
    const path = deployment.replace('/web', '?watch=1&resourceVersion=0')
    const watch = await open.client.watch(path)
    await open.client.patch(deployment, {spec: {template: {metadata: {annotations: {a: 'b'}}}}}, strategicMergePatch)
    await watch.until(({object: {status}}) => status.observedGeneration === 2 && status.updatedReplicas === 3)
    await watch.until(({object: {status}}) => status.replicas === 3 && status.availableReplicas === 3)
    expect(open.clock.now()).toBeGreaterThan(180_000)
    watch.close()
    await open[Symbol.asyncDispose]()
    expect(open.clock.sleepers).toBe(0)
  })
})

describe('without the API', () => {
  test('objects are added, changed, removed, and returned as copies', async () => {
    await using open = await openCluster()
    const watch = await open.client.watch('/apis/apps/v1/deployments?watch=1&resourceVersion=0')
    open.cluster.add(web)
    expect(await watch.until(() => true)).toMatchObject({
      type: 'ADDED',
      object: {kind: 'Deployment', metadata: {name: 'web'}},
    })
    open.cluster.patch('Deployment', 'shop', 'web', {metadata: {labels: {seen: 'yes'}}})
    await watch.until(({object}) => object.metadata.labels.seen === 'yes')
    const copy = open.cluster.object('Deployment', 'shop', 'web')
    if (copy) copy.metadata.name = 'changed'
    expect(open.cluster.object('Deployment', 'shop', 'web')?.metadata.name).toBe('web')
    expect(open.cluster.remove('Deployment', 'shop', 'web')).toBe(true)
    await watch.until(({type}) => type === 'DELETED')
    expect(open.cluster.remove('Deployment', 'shop', 'web')).toBe(false)
    expect(() => open.cluster.objects('Pudding')).toThrow('the sandbox has no objects of kind Pudding')
    watch.close()
  })

  test('history is expired on demand', async () => {
    await using open = await openCluster({workloads: [web]})
    const page = await open.client.get<{metadata: {continue: string; resourceVersion: string}}>(
      '/api/v1/configmaps?limit=1',
    )
    open.cluster.expireHistory()
    const {continue: token, resourceVersion} = page.body.metadata
    expect((await open.client.get(`/api/v1/configmaps?limit=1&continue=${token}`)).status).toBe(410)
    const watch = await open.client.watch(`/api/v1/configmaps?watch=1&resourceVersion=${resourceVersion}`)
    expect(watch.status).toBe(200)
    expect(await watch.rest()).toMatchObject([{type: 'ERROR', object: {code: 410, reason: 'Expired'}}])
  })
})
