import {expect, test} from 'vitest'
import {toWorkloadImages, toWorkloadState} from './workload-state.ts'

const template = {
  metadata: {annotations: {'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00.123Z'}},
  spec: {
    containers: [
      {name: 'app', image: 'ghcr.io/acme/web:1.0'},
      {name: 'log', image: 'fluent-bit'},
    ],
    initContainers: [
      {name: 'migrate', image: 'ghcr.io/acme/migrate'},
      {name: 'proxy', image: 'envoy:2', restartPolicy: 'Always'},
    ],
  },
}

const metadata = {namespace: 'shop', name: 'web', uid: 'u1', resourceVersion: '7', generation: 3}

test('images are those of containers, init containers and sidecars, as written', () => {
  expect(toWorkloadImages('Deployment', {metadata, spec: {template}})).toEqual({
    kind: 'Deployment',
    namespace: 'shop',
    name: 'web',
    uid: 'u1',
    images: [
      {container: 'app', image: 'ghcr.io/acme/web:1.0', role: 'container'},
      {container: 'log', image: 'fluent-bit', role: 'container'},
      {container: 'migrate', image: 'ghcr.io/acme/migrate', role: 'init'},
      {container: 'proxy', image: 'envoy:2', role: 'sidecar'},
    ],
  })
})

test('a Deployment', () => {
  const spec = {template, replicas: 5, paused: true, strategy: {type: 'Recreate'}, progressDeadlineSeconds: 600}
  const status = {observedGeneration: 2, replicas: 6, updatedReplicas: 1, readyReplicas: 4, availableReplicas: 3}
  const condition = {
    type: 'Progressing',
    status: 'True',
    reason: 'ReplicaSetUpdated',
    message: 'going on',
    lastUpdateTime: 'x',
  }
  const state = toWorkloadState('Deployment', {metadata, spec, status: {...status, conditions: [condition]}})
  expect(state).toMatchObject({
    resourceVersion: '7',
    generation: 3,
    observedGeneration: 2,
    restartedAt: '2026-01-01T00:00:00.123Z',
    paused: true,
    strategy: 'Recreate',
    partition: 0,
    wanted: 5,
    current: 6,
    updated: 1,
    ready: 4,
    available: 3,
    currentRevision: '',
    updateRevision: '',
    progressDeadlineMs: 600_000,
  })
  expect(state.conditions).toEqual([
    {type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: 'going on'},
  ])
})

test('a StatefulSet', () => {
  const spec = {
    template,
    replicas: 3,
    paused: true,
    updateStrategy: {type: 'RollingUpdate', rollingUpdate: {partition: 2}},
  }
  const status = {
    replicas: 3,
    updatedReplicas: 1,
    readyReplicas: 3,
    availableReplicas: 2,
    currentRevision: 'a',
    updateRevision: 'b',
  }
  expect(toWorkloadState('StatefulSet', {metadata, spec, status})).toMatchObject({
    paused: false,
    strategy: 'RollingUpdate',
    partition: 2,
    wanted: 3,
    updated: 1,
    available: 2,
    currentRevision: 'a',
    updateRevision: 'b',
    progressDeadlineMs: undefined,
  })
})

test('a DaemonSet', () => {
  const status = {
    desiredNumberScheduled: 4,
    currentNumberScheduled: 3,
    updatedNumberScheduled: 2,
    numberReady: 1,
    numberAvailable: 1,
  }
  const state = toWorkloadState('DaemonSet', {metadata, spec: {template, updateStrategy: {type: 'OnDelete'}}, status})
  expect(state).toMatchObject({strategy: 'OnDelete', wanted: 4, current: 3, updated: 2, ready: 1, available: 1})
})

test.each([
  {because: 'there is no deadline', seconds: undefined},
  {because: 'the largest number means that there is none', seconds: 2_147_483_647},
])('no progress deadline where $because', ({seconds}) => {
  const object = {metadata, spec: {progressDeadlineSeconds: seconds}}
  expect(toWorkloadState('Deployment', object).progressDeadlineMs).toBeUndefined()
})

test.each([
  {because: 'nothing', object: undefined},
  {because: 'null', object: null},
  {because: 'a list', object: []},
  {
    because: 'fields of other types',
    object: {metadata: {name: 1, generation: '3'}, spec: {replicas: '5', template: 7}, status: []},
  },
  {
    because: 'containers that are not objects',
    object: {
      spec: {template: {spec: {containers: [null, 1, {}, {name: 'x'}], initContainers: 'y'}}},
      status: {conditions: {}},
    },
  },
])('an object with the content "$because" reads as an empty one', ({object}) => {
  expect(toWorkloadState('Deployment', object)).toMatchObject({
    namespace: '',
    name: '',
    uid: '',
    images: [],
    generation: 0,
    restartedAt: undefined,
    strategy: 'RollingUpdate',
    wanted: 1,
    updated: 0,
    conditions: [],
  })
})

test('a key of the prototype is not a field', () => {
  const object = JSON.parse('{"spec": {"__proto__": {"paused": true}}}')
  expect(toWorkloadState('Deployment', object).paused).toBe(false)
  expect(toWorkloadState('Deployment', {metadata: {annotations: {}}}).name).toBe('')
})

const digestOf = (podMetadata: object, spec: object = {containers: [{name: 'app'}]}) =>
  toWorkloadState('Deployment', {metadata, spec: {template: {metadata: podMetadata, spec}}}).templateDigest

test('a pod template compares equal with any restart stamp, and with or without earlier annotations', () => {
  const labels = {app: 'web'}
  const stamped = (stamp: string) => ({'kubectl.kubernetes.io/restartedAt': stamp})
  const never = digestOf({labels})
  expect(digestOf({annotations: stamped('2026-01-01T00:00:00Z'), labels})).toBe(never)
  expect(digestOf({annotations: stamped('2026-01-02T00:00:00Z'), labels})).toBe(never)
  expect(digestOf({annotations: {}, labels})).toBe(never)
  expect(digestOf({annotations: {...stamped('2026-01-01T00:00:00Z'), other: 'a'}, labels})).not.toBe(never)
  expect(digestOf({labels: {app: 'api'}})).not.toBe(never)
  expect(digestOf({labels}, {containers: [{name: 'app', env: []}]})).not.toBe(never)
})

test('without its images a pod template compares equal with any image, and not with another container', () => {
  const imagelessOf = (spec: object) =>
    toWorkloadState('Deployment', {metadata, spec: {template: {metadata: {labels: {app: 'web'}}, spec}}})
      .imagelessDigest
  const migrate = (image: string) => [{name: 'migrate', image}]
  const spec = {containers: [{name: 'app', image: 'web:1', tty: true}], initContainers: migrate('web:1')}
  const before = imagelessOf(spec)
  expect(imagelessOf({...spec, containers: [{name: 'app', image: 'web:2', tty: true}]})).toBe(before)
  expect(imagelessOf({...spec, initContainers: migrate('web:2')})).toBe(before)
  expect(imagelessOf({...spec, containers: [{name: 'app', image: 'web:2', tty: false}]})).not.toBe(before)
  expect(imagelessOf({...spec, initContainers: []})).not.toBe(before)
  expect(imagelessOf({...spec, nodeName: 'a'})).not.toBe(before)
})

test('of the annotations of a workload only our own are kept', () => {
  const annotations = {'hubspoke.dev/run-id': 'r', 'kubectl.kubernetes.io/last-applied-configuration': '{}'}
  expect(toWorkloadState('Deployment', {metadata: {...metadata, annotations}}).ownAnnotations).toEqual({
    'hubspoke.dev/run-id': 'r',
  })
})

test('a progress deadline is waited for, but at most a day', () => {
  const object = {spec: {progressDeadlineSeconds: 2_147_483_646}}
  expect(toWorkloadState('Deployment', object).progressDeadlineMs).toBe(86_400_000)
})
