import {describe, expect, test} from 'vitest'
import {workloadState} from '../../../test/support/distribution/workload-state.ts'
import type {WorkloadState} from '../../model/workload.ts'
import type {JsonObject} from '../json-fields.ts'
import {fakeApi} from '../testing/fake-api.ts'
import {createRolloutPods} from './rollout-pods.ts'

const never = new AbortController().signal

const owned = (
  name: string,
  owner: string,
  more: {labels?: object; annotations?: object; creationTimestamp?: string} = {},
) => ({
  metadata: {name, uid: name, ownerReferences: [{uid: owner}], ...more},
})
const namesOf = (pods: readonly JsonObject[]) => pods.map(({metadata}) => (metadata as {name: string}).name)

function apiOf(lists: {replicasets?: readonly unknown[]; pods: readonly unknown[]}) {
  return fakeApi({
    get: (path) =>
      path.includes('/replicasets')
        ? {kind: 'ReplicaSetList', items: lists.replicasets}
        : {kind: 'PodList', items: lists.pods},
  })
}

async function podsOf(changes: Partial<WorkloadState>, lists: Parameters<typeof apiOf>[0]) {
  const api = apiOf(lists)
  const {newest, older, maker} = await createRolloutPods(api)(workloadState({uid: 'u1', ...changes}), never)
  return {newest: namesOf(newest), older: namesOf(older), maker, gets: api.gets, accepts: api.accepts}
}

const set = (name: string, revision: string, owner = 'u1') =>
  owned(name, owner, {
    labels: {'pod-template-hash': `${name}-hash`},
    annotations: {'deployment.kubernetes.io/revision': revision},
  })
const sets = [set('nine', '9'), set('ten', '10'), set('foreign', '99', 'u2')]

test('of a Deployment: the pods of its ReplicaSet with the numerically highest revision', async () => {
  const {newest, older, maker, gets, accepts} = await podsOf(
    {},
    {replicasets: sets, pods: [owned('a', 'ten'), owned('b', 'nine')]},
  )
  expect([newest, older, maker]).toEqual([['a'], [], 'ten'])
  expect(gets).toEqual([
    '/apis/apps/v1/namespaces/shop/replicasets?labelSelector=app%3Dweb&limit=500',
    '/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb%2Cpod-template-hash%3Dten-hash&limit=100',
  ])
  expect(accepts[0]).toContain('as=PartialObjectMetadataList')
})

test('its ReplicaSets are listed once per change of it', async () => {
  const api = apiOf({replicasets: sets, pods: []})
  const look = createRolloutPods(api)
  for (const generation of [2, 2, 2, 3]) await look(workloadState({uid: 'u1', generation}), never)
  expect(api.gets.filter((path) => path.includes('/replicasets'))).toHaveLength(2)
})

test('of one with strategy Recreate: the older pods, which must end first', async () => {
  const pods = [owned('b', 'nine'), owned('x', 'foreign')]
  const {newest, older} = await podsOf({strategy: 'Recreate'}, {replicasets: sets, pods})
  expect([newest, older]).toEqual([[], ['b']])
})

test('of a StatefulSet: those of its update revision, and the others', async () => {
  const hash = (value: string) => ({labels: {'controller-revision-hash': value}})
  const {newest, older} = await podsOf(
    {kind: 'StatefulSet', updateRevision: 'new'},
    {pods: [owned('web-0', 'u1', hash('old')), owned('web-1', 'u1', hash('new')), owned('x', 'u2', hash('new'))]},
  )
  expect([newest, older]).toEqual([['web-1'], ['web-0']])
})

test.each([
  {
    because: 'by the number of the template',
    templateGeneration: '10',
    labels: [{'pod-template-generation': '9'}, {'pod-template-generation': '10'}],
  },
  {
    because: 'by the youngest pod',
    templateGeneration: '',
    labels: [{'controller-revision-hash': 'a'}, {'controller-revision-hash': 'b'}],
  },
])('of a DaemonSet: those of its newest template, $because', async ({templateGeneration, labels}) => {
  const {newest, older} = await podsOf(
    {kind: 'DaemonSet', templateGeneration},
    {
      pods: [
        owned('old', 'u1', {labels: labels[0] ?? {}, creationTimestamp: '2026-01-01T00:00:00Z'}),
        owned('new', 'u1', {labels: labels[1] ?? {}, creationTimestamp: '2026-01-02T00:00:00Z'}),
      ],
    },
  )
  expect([newest, older]).toEqual([['new'], ['old']])
})

test.each([
  {because: 'it selects nothing', changes: {podSelector: ''}, requests: 0},
  {because: 'it has no ReplicaSet yet', changes: {}, requests: 1},
])('none where $because', async ({changes, requests}) => {
  const {newest, gets} = await podsOf(changes, {replicasets: [], pods: [owned('a', 'u1')]})
  expect([newest, gets.length]).toEqual([[], requests])
})

describe('of a large set', () => {
  const count = 5_000
  const words: Readonly<Record<number, readonly [string, string, string?]>> = {
    17: ['0/1', 'ContainerCreating'],
    3100: ['0/1', 'Running'],
    4200: ['1/1', 'Running', '0/1'],
    4998: ['0/1', 'CrashLoopBackOff'],
    4999: ['0/1', 'CrashLoopBackOff'],
  }
  const row = (index: number) => {
    const [ready, status, gates = '<none>'] = words[index] ?? ['1/1', 'Running']
    return {cells: [`web-${index}`, ready, status, '0', '1d', '10.0.0.1', 'node', '<none>', gates]}
  }
  const columnDefinitions = [
    ...['Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP', 'Node', 'Nominated Node', 'Readiness Gates'],
  ].map((name) => ({name}))
  const state = workloadState({kind: 'DaemonSet', uid: 'u1', wanted: count, current: count})

  test('table rows are read, and a few of the pods that are not ready in full, the worst first', async () => {
    const api = fakeApi({
      get(path) {
        const query = new URLSearchParams(path.split('?')[1])
        const name = query.get('fieldSelector')?.replace('metadata.name=', '')
        if (name) return {kind: 'PodList', items: [owned(name, 'u1')]}
        const from = Number(query.get('continue') ?? 0)
        const rows = Array.from({length: 500}, (_, index) => row(from + index))
        const next = from + 500 < count ? `${from + 500}` : ''
        return {kind: 'Table', metadata: {continue: next}, columnDefinitions, rows}
      },
    })
    const {newest, older} = await createRolloutPods(api)(state, never)
    expect(namesOf([...newest, ...older])).toEqual(['web-4998', 'web-17', 'web-3100', 'web-4999', 'web-4200'])
    expect(api.gets.filter((path) => path.includes('limit=500'))).toHaveLength(10)
    expect(api.gets).toHaveLength(15)
    expect(new Set(api.accepts.slice(0, 10))).toEqual(new Set([expect.stringContaining('as=Table')]))
  })

  test('a server without tables, whose list never ends, gets requests for at most 20 pages', async () => {
    const api = fakeApi({get: () => ({kind: 'PodList', metadata: {continue: 'x'}, items: [owned('a', 'u1')]})})
    const {newest} = await createRolloutPods(api)(state, never)
    expect(namesOf(newest)).toContain('a')
    expect(api.gets).toHaveLength(20)
  })
})
