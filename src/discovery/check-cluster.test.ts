import {describe, expect, test} from 'vitest'
import {HubspokeError} from '../model/failure.ts'
import {checkCluster} from './check-cluster.ts'
import {fakeClock} from './testing/fake-clock.ts'
import {type FakeClusterOptions, fakeCluster, refusing} from './testing/fake-cluster.ts'

const now = new Date('2026-11-24T20:00:00Z')
const second = 1000

async function check(options: FakeClusterOptions, namespaces: readonly string[] = []) {
  const cluster = fakeCluster(options)
  const deps = {clock: fakeClock(now), signal: new AbortController().signal}
  const entry = await checkCluster(cluster, {namespaces, cacheNamespace: 'hubspoke-system'}, deps)
  return {entry, asked: cluster.requests.filter((request) => request.startsWith('may I '))}
}

describe('permissions', () => {
  test('every question is asked once, whichever commands want to know', async () => {
    const {entry, asked} = await check({})
    expect(new Set(asked).size).toBe(asked.length)
    expect(asked).toContain('may I list deployments.apps')
    expect(asked).toContain('may I update leases.coordination.k8s.io in hubspoke-system named hubspoke-run')
    const listing = entry.permissions.filter(({verb, resource}) => verb === 'list' && resource === 'deployments.apps')
    expect(listing.map(({purpose}) => purpose)).toEqual([
      'find',
      'status',
      'restart',
      'set-image',
      'scale',
      'undo',
      'foreach',
      'cache refresh',
      'cache watch',
    ])
  })

  test('the server takes the name of a namespace for its namespace, so that a Role there counts', async () => {
    const {asked, entry} = await check({})
    expect(asked).toContain('may I get namespaces in kube-system named kube-system')
    const identity = entry.permissions.find(({verb, resource}) => verb === 'get' && resource === 'namespaces')
    expect(identity).toMatchObject({namespace: null, name: 'kube-system'})
  })

  test('what is denied is told with what comes of it', async () => {
    const {entry} = await check({mayI: (question) => !question.startsWith('list pods')})
    expect(entry.permissions.filter(({allowed}) => !allowed)).toMatchObject([
      {purpose: 'status', resource: 'pods', essential: false, without: 'the cause of a stuck rollout is not shown'},
      {purpose: 'restart', resource: 'pods', essential: false, without: 'the cause of a stuck rollout is not shown'},
      {purpose: 'set-image', resource: 'pods', essential: false, without: 'the cause of a stuck rollout is not shown'},
      {purpose: 'scale', resource: 'pods', essential: false, without: 'the cause of a stuck rollout is not shown'},
      {purpose: 'undo', resource: 'pods', essential: false, without: 'the cause of a stuck rollout is not shown'},
    ])
  })

  test('with namespaces, workloads are asked about there, and in all only what cannot do without', async () => {
    const {asked} = await check({}, ['shop', 'pay'])
    expect(asked).toContain('may I patch deployments.apps in shop')
    expect(asked).toContain('may I patch deployments.apps in pay')
    expect(asked).toContain('may I watch deployments.apps in shop')
    expect(asked.filter((question) => / (patch|get) \w+\.apps$/.test(question))).toEqual([])
    expect(asked).toContain('may I list deployments.apps')
  })
})

test('an image cache that may not be read is nothing against the context', async () => {
  const {entry} = await check({trouble: refusing(/^read hubspoke-system/)})
  expect(entry).toMatchObject({imageCache: null, problem: null, uid: 'uid-east'})
})

test('any other failure of it is the failure of the context', async () => {
  const trouble = (request: string) => {
    if (request.startsWith('read ')) throw new HubspokeError('rejected', 'No.', {status: 400})
  }
  await expect(check({trouble})).rejects.toThrow('No.')
})

describe('clocks', () => {
  test.each([
    {serverDate: undefined, clockSkewMs: null},
    {serverDate: now, clockSkewMs: 0},
    {serverDate: new Date(now.getTime() - 90 * second), clockSkewMs: 90 * second},
    {serverDate: new Date(now.getTime() + 90 * second), clockSkewMs: -90 * second},
  ])('the server says $serverDate: this machine is $clockSkewMs ms ahead', async ({serverDate, clockSkewMs}) => {
    const {entry} = await check(serverDate ? {serverDate} : {})
    expect(entry.clockSkewMs).toBe(clockSkewMs)
  })

  test('when credentials end is judged by the clock of the server', async () => {
    const credentialsExpire = {at: new Date('2026-11-24T21:00:00Z'), renewed: true}
    const {entry} = await check({serverDate: new Date('2026-11-24T20:50:00Z'), credentialsExpire})
    expect(entry.credentials).toEqual({expiresAt: '2026-11-24T21:00:00.000Z', leftMs: 600 * second, renewed: true})
    expect((await check({credentialsExpire})).entry.credentials?.leftMs).toBe(3600 * second)
    expect((await check({})).entry.credentials).toBeNull()
  })
})

describe('credentials that are refused', () => {
  const refused = (request: string) => {
    if (request === 'identity') throw new HubspokeError('unauthenticated', 'Not accepted (HTTP 401).', {status: 401})
  }

  test.each([
    {at: '2026-11-24T17:00:00Z', says: 'Not accepted (HTTP 401). They ended 3h ago, by the clock of this machine.'},
    {at: '2026-11-24T21:00:00Z', says: 'Not accepted (HTTP 401).'},
    {at: undefined, says: 'Not accepted (HTTP 401).'},
  ])('and end at $at: $says', async ({at, says}) => {
    const expiry = at === undefined ? {} : {credentialsExpire: {at: new Date(at), renewed: false}}
    await expect(check({trouble: refused, ...expiry})).rejects.toMatchObject({message: says, status: 401})
  })

  test('another failure is not explained by them', async () => {
    const trouble = () => {
      throw new HubspokeError('unreachable', 'Gone.')
    }
    const credentialsExpire = {at: new Date('2026-11-24T17:00:00Z'), renewed: false}
    await expect(check({trouble, credentialsExpire})).rejects.toMatchObject({message: 'Gone.'})
  })
})
