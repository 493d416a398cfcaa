import {describe, expect, test} from 'vitest'
import type {WorkloadKind} from '../../model/workload.ts'
import {fakeApi, listOf} from '../testing/fake-api.ts'
import {newestPods, stuckPods, toSelector} from './workload-pods.ts'

const never = new AbortController().signal
const workload = (kind: WorkloadKind) => ({kind, namespace: 'shop', name: 'web', uid: 'u1'})

const owned = (
  name: string,
  owner: string,
  more: {labels?: object; annotations?: object; creationTimestamp?: string} = {},
) => ({
  metadata: {name, namespace: 'shop', uid: name, resourceVersion: '1', ownerReferences: [{uid: owner}], ...more},
})

const named = {name: 'web', namespace: 'shop', uid: 'u1', resourceVersion: '1'}

interface Whole {
  readonly metadata?: object
  readonly spec?: object
  readonly status?: object
}

async function podsOf(kind: WorkloadKind, object: Whole, lists: {replicasets?: object[]; pods: object[]}) {
  const {metadata, ...rest} = object
  const spec = {selector: {matchLabels: {app: 'web'}}}
  const whole = {kind, metadata: {...named, ...metadata}, spec, ...rest}
  const api = fakeApi({
    get(path) {
      if (path.includes('/replicasets')) return listOf('ReplicaSet', lists.replicasets ?? [])
      return path.includes('/pods') ? listOf('Pod', lists.pods) : whole
    },
  })
  const pods = await newestPods(api, workload(kind), never)
  return {names: pods.map(({metadata}) => (metadata as {name: string}).name), gets: api.gets}
}

test('of a Deployment: the pods of its ReplicaSet with the highest revision, as a number', async () => {
  const set = (name: string, revision: string, owner = 'u1') =>
    owned(name, owner, {
      labels: {'pod-template-hash': `${name}-hash`},
      annotations: {'deployment.kubernetes.io/revision': revision},
    })
  const {names, gets} = await podsOf(
    'Deployment',
    {},
    {
      replicasets: [set('nine', '9'), set('ten', '10'), set('foreign', '99', 'u2')],
      pods: [owned('a', 'ten'), owned('b', 'nine')],
    },
  )
  expect(names).toEqual(['a'])
  expect(gets).toEqual([
    '/apis/apps/v1/namespaces/shop/deployments/web',
    '/apis/apps/v1/namespaces/shop/replicasets?labelSelector=app%3Dweb',
    '/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb%2Cpod-template-hash%3Dten-hash',
  ])
})

test('of a StatefulSet: those of its update revision', async () => {
  const hash = (value: string) => ({labels: {'controller-revision-hash': value}})
  const {names} = await podsOf(
    'StatefulSet',
    {status: {updateRevision: 'new'}},
    {
      pods: [owned('web-0', 'u1', hash('old')), owned('web-1', 'u1', hash('new')), owned('x', 'u2', hash('new'))],
    },
  )
  expect(names).toEqual(['web-1'])
})

test.each([
  {
    because: 'by the number of the template',
    annotations: {'deprecated.daemonset.template.generation': '10'},
    labels: [{'pod-template-generation': '9'}, {'pod-template-generation': '10'}],
  },
  {
    because: 'by the youngest pod',
    annotations: {},
    labels: [{'controller-revision-hash': 'a'}, {'controller-revision-hash': 'b'}],
  },
])('of a DaemonSet: those of its newest template, $because', async ({annotations, labels}) => {
  const {names} = await podsOf(
    'DaemonSet',
    {metadata: {uid: 'u1', annotations}},
    {
      pods: [
        owned('old', 'u1', {labels: labels[0] ?? {}, creationTimestamp: '2026-01-01T00:00:00Z'}),
        owned('new', 'u1', {labels: labels[1] ?? {}, creationTimestamp: '2026-01-02T00:00:00Z'}),
      ],
    },
  )
  expect(names).toEqual(['new'])
})

test.each([
  {because: 'another object has the name now', object: {metadata: {uid: 'u2'}}, requests: 1},
  {because: 'it selects nothing', object: {spec: {}}, requests: 1},
  {because: 'it has no ReplicaSet yet', object: {}, requests: 2},
])('none where $because', async ({object, requests}) => {
  const {names, gets} = await podsOf('Deployment', object, {replicasets: [], pods: [owned('a', 'u1')]})
  expect([names, gets.length]).toEqual([[], requests])
})

test('a selector with expressions', () => {
  const matchExpressions = [
    {key: 'tier', operator: 'In', values: ['a', 'b']},
    {key: 'env', operator: 'NotIn', values: ['dev']},
    {key: 'team', operator: 'Exists'},
    {key: 'old', operator: 'DoesNotExist'},
  ]
  expect(toSelector({matchLabels: {app: 'web'}, matchExpressions})).toBe(
    'app=web,tier in (a,b),env notin (dev),team,!old',
  )
})

describe('pods that keep a StatefulSet from replacing any', () => {
  const pod = (name: string, revision: string, ready: boolean, deletionTimestamp?: string) => ({
    ...owned(name, 'u1', {labels: {'controller-revision-hash': revision}}),
    status: {conditions: [{type: 'Ready', status: ready ? 'True' : 'False'}]},
    ...(deletionTimestamp && {
      metadata: {...named, name, uid: name, ownerReferences: [{uid: 'u1'}], deletionTimestamp},
    }),
  })
  const pods = [
    pod('old-ready', 'old', true),
    pod('old-ill', 'old', false),
    pod('old-ending', 'old', false, '2026-01-01T00:00:00Z'),
    pod('new-ill', 'new', false),
  ]
  const set = {
    metadata: {...named, generation: 4},
    spec: {selector: {matchLabels: {app: 'web'}}, podManagementPolicy: 'OrderedReady'},
    status: {observedGeneration: 4, updateRevision: 'new'},
  }
  const stuckOf = async (object: object, kind: WorkloadKind = 'StatefulSet') => {
    const api = fakeApi({get: (path) => (path.includes('/pods') ? listOf('Pod', pods) : {kind, ...object})})
    return (await stuckPods(api, workload(kind), never)).map(({metadata}) => (metadata as {name: string}).name)
  }

  test('are those of another revision that are not ready', async () => {
    expect(await stuckOf(set)).toEqual(['old-ill'])
  })

  test.each([
    {
      because: 'it does not wait for its pods in order',
      object: {...set, spec: {...set.spec, podManagementPolicy: 'Parallel'}},
    },
    {
      because: 'its controller has not seen the newest revision',
      object: {...set, metadata: {...named, generation: 5}},
    },
    {because: 'another object has the name now', object: {...set, metadata: {...named, uid: 'u2', generation: 4}}},
  ])('there are none where $because', async ({object}) => {
    expect(await stuckOf(object)).toEqual([])
  })

  test('there are none of another kind', async () => {
    expect(await stuckOf(set, 'DaemonSet')).toEqual([])
  })
})
