import {describe, expect, test} from 'vitest'
import {mergePatch} from '../../../test/cluster/raw-client.ts'
import {listAt} from '../patches/json.ts'
import {type OpenCluster, openCluster} from '../testing/open-cluster.ts'
import {openStill, read, web} from '../testing/still-cluster.ts'

const apps = '/apis/apps/v1/namespaces/shop'
const annotate = ({client}: OpenCluster, resource = 'deployments/web') =>
  client.patch<{message: string}>(`${apps}/${resource}`, {metadata: {annotations: {a: '1'}}}, mergePatch)
const failures = (workload: ReturnType<typeof read>) =>
  listAt(workload.status, 'conditions').filter(({type}) => type === 'ReplicaFailure')

describe('a webhook', () => {
  test.each([
    {how: 'refused', says: /dial tcp .*: connect: connection refused$/},
    {how: 'timeout', says: /context deadline exceeded$/},
  ] as const)('that is $how makes writes of workloads an internal error', async ({how, says}) => {
    await using open = await openCluster({workloads: [web], trouble: [{type: 'webhook', how}]})
    expect(await annotate(open)).toMatchObject({
      status: 500,
      body: {reason: 'InternalError', message: expect.stringMatching(says)},
    })
    expect((await open.client.get(`${apps}/deployments/web`)).status).toBe(200)
  })

  test('is asked neither about other resources nor about a subresource, unless they are named', async () => {
    await using open = await openCluster({workloads: [web], trouble: [{type: 'webhook', how: 'denies'}]})
    const configMaps = '/api/v1/namespaces/shop/configmaps'
    expect((await open.client.post(configMaps, {metadata: {name: 'free'}})).status).toBe(201)
    expect((await open.client.patch(`${apps}/deployments/web/scale`, {spec: {replicas: 3}})).status).toBe(200)
    open.cluster.addTrouble({type: 'webhook', how: 'denies', resource: ['configmaps', 'deployments/scale']})
    expect((await open.client.post(configMaps, {metadata: {name: 'met'}})).status).toBe(403)
    expect((await open.client.patch(`${apps}/deployments/web/scale`, {spec: {replicas: 4}})).status).toBe(403)
  })

  test('may be asked about one verb, one namespace, one object; a patch is an update', async () => {
    const one = {verb: 'update', namespace: 'shop', name: 'web', resource: 'deployments'} as const
    const trouble = [{type: 'webhook', how: 'denies', webhook: 'digest.acme.example', message: 'no', ...one}] as const
    await using open = await openCluster({workloads: [web, {...web, name: 'other'}], trouble})
    expect((await annotate(open)).body.message).toBe('admission webhook "digest.acme.example" denied the request: no')
    expect((await annotate(open, 'deployments/other')).status).toBe(200)
    expect((await open.client.delete(`${apps}/deployments/web`)).status).toBe(200)
  })
})

describe('a quota of a trouble', () => {
  test('refuses one object more, under its name', async () => {
    const trouble = [
      {type: 'quota', namespace: 'shop', resource: 'count/deployments.apps', limit: 1, quota: 'few'},
    ] as const
    await using open = await openCluster({workloads: [web], trouble})
    const {spec} = read(open.cluster, web)
    const more = await open.client.post<{message: string}>(`${apps}/deployments`, {metadata: {name: 'more'}, spec})
    expect(more).toMatchObject({
      status: 403,
      body: {message: expect.stringContaining('exceeded quota: few, requested: count/deployments.apps=1, used: ')},
    })
  })

  test('keeps pods from being created; they come when it is over, the longer it lasted the later', async () => {
    await using open = await openStill({...web, replicas: 2})
    const end = open.cluster.addTrouble({type: 'quota', namespace: 'shop', resource: 'pods', limit: 2})
    open.cluster.patch('Deployment', 'shop', 'web', {spec: {replicas: 3}})
    await open.clock.advance(1000)
    expect(failures(read(open.cluster, web))).toMatchObject([
      {status: 'True', reason: 'FailedCreate', message: expect.stringContaining('exceeded quota: quota')},
    ])
    end()
    await open.clock.advance(5000)
    expect(failures(read(open.cluster, web))).toEqual([])
    expect(read(open.cluster, web).status).toMatchObject({readyReplicas: 3})
  })
})
