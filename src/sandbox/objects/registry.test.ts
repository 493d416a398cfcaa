import {beforeEach, describe, expect, test} from 'vitest'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import type {ApiObject} from '../api-object.ts'
import {Registry} from './registry.ts'
import {
  configMaps,
  daemonSets,
  deployments,
  leases,
  namespaces,
  pods,
  type Resource,
  statefulSets,
} from './resources.ts'
import {Store} from './store.ts'

const me = {manager: 'me'}

describe('the registry', () => {
  let registry: Registry
  let count: number
  beforeEach(() => {
    count = 0
    const clock = createVirtualClock({loopback: false, start: new Date('2026-05-01T10:00:00.123Z')})
    registry = new Registry(new Store(), {clock, random: () => (count++ % 97) / 97})
    registry.create(namespaces, undefined, {metadata: {name: 'shop'}}, me)
  })

  const workload = (name: string, spec: object = {}): ApiObject => ({
    metadata: {name},
    spec: {
      selector: {matchLabels: {app: name}},
      template: {metadata: {labels: {app: name}}, spec: {containers: [{name: 'app', image: 'app:1'}]}},
      ...spec,
    },
  })
  const create = (resource: Resource, object: ApiObject): ApiObject => registry.create(resource, 'shop', object, me)
  const update = (
    resource: Resource,
    name: string,
    change: (current: ApiObject) => ApiObject,
    options = {},
  ): ApiObject => registry.update(resource, {namespace: 'shop', name}, change, {...me, ...options})
  const annotate = (value: string) => (current: ApiObject) => ({
    ...current,
    metadata: {...current.metadata, annotations: {...current.metadata.annotations, note: value}},
  })
  const respec = (spec: object) => (current: ApiObject) => ({...current, spec: {...(current.spec as object), ...spec}})

  test('gives a new object its identity, and the API’s defaults', () => {
    const created = create(deployments, workload('web'))
    expect(created.metadata).toMatchObject({
      name: 'web',
      namespace: 'shop',
      uid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      generation: 1,
      creationTimestamp: '2026-05-01T10:00:00Z',
    })
    expect(created).toMatchObject({
      spec: {replicas: 1, strategy: {type: 'RollingUpdate'}, progressDeadlineSeconds: 600},
      status: {},
    })
  })

  test.each([
    {image: 'app', policy: 'Always'},
    {image: 'registry:5000/app', policy: 'Always'},
    {image: 'app:latest', policy: 'Always'},
    {image: 'app:1', policy: 'IfNotPresent'},
    {image: 'app@sha256:0', policy: 'IfNotPresent'},
  ])('$image is pulled $policy', ({image, policy}) => {
    const created = create(
      deployments,
      workload('web', {template: {metadata: {labels: {app: 'web'}}, spec: {containers: [{name: 'a', image}]}}}),
    )
    expect(created).toMatchObject({spec: {template: {spec: {containers: [{imagePullPolicy: policy}]}}}})
  })

  test('takes neither uid nor status from the client that creates it', () => {
    const created = create(deployments, {...workload('web'), status: {replicas: 7}})
    expect(created.status).toEqual({})
  })

  test('generates a name', () => {
    expect(create(configMaps, {metadata: {name: '', generateName: 'run-'}}).metadata.name).toMatch(/^run-[a-z0-9]{5}$/)
  })

  test.each([
    {resource: deployments, change: annotate('b'), expected: 2, because: 'annotations of a Deployment count'},
    {resource: deployments, change: respec({replicas: 5}), expected: 2, because: 'the spec counts'},
    {resource: statefulSets, change: annotate('b'), expected: 1, because: 'annotations of other kinds do not'},
    {resource: statefulSets, change: respec({minReadySeconds: 5}), expected: 2, because: 'the spec counts'},
    {resource: daemonSets, change: respec({minReadySeconds: 5}), expected: 2, because: 'the spec counts'},
  ])('generation of $resource.kind becomes $expected: $because', ({resource, change, expected}) => {
    create(resource, workload('web'))
    expect(update(resource, 'web', change).metadata.generation).toBe(expected)
  })

  test('a status is written through its subresource, without a new generation, and nothing else changes with it', () => {
    create(deployments, workload('web'))
    const written = update(
      deployments,
      'web',
      (current) => ({...respec({replicas: 9})(current), status: {replicas: 1}}),
      {
        subresource: 'status',
      },
    )
    expect(written).toMatchObject({metadata: {generation: 1}, spec: {replicas: 1}, status: {replicas: 1}})
    expect(update(deployments, 'web', (current) => ({...current, status: {replicas: 5}})).status).toEqual({replicas: 1})
  })

  test('a write without a change is not stored', () => {
    const created = create(deployments, workload('web'))
    expect(update(deployments, 'web', (current) => structuredClone(current))).toBe(created)
    expect(registry.store.version).toBe(Number(created.metadata.resourceVersion))
  })

  test('a dry run answers like a write, and stores nothing', () => {
    const created = create(deployments, workload('web'))
    const answer = update(deployments, 'web', respec({replicas: 9}), {dryRun: true})
    expect(answer).toMatchObject({metadata: {generation: 2, resourceVersion: created.metadata.resourceVersion}})
    expect(registry.read(deployments, 'shop', 'web')).toBe(created)
    expect(
      registry.create(configMaps, 'shop', {metadata: {name: 'a'}}, {...me, dryRun: true}).metadata,
    ).not.toHaveProperty('resourceVersion')
    expect(() => registry.read(configMaps, 'shop', 'a')).toThrow('configmaps "a" not found')
  })

  test.each([
    {metadata: {resourceVersion: '1'}, code: 409, because: 'another version'},
    {metadata: {uid: 'other'}, code: 422, because: 'another uid'},
    {metadata: {uid: 'other', resourceVersion: '1'}, code: 409, because: 'the version is checked first'},
    {metadata: {name: 'other'}, code: 400, because: 'another name'},
  ])('$because is refused with $code', ({metadata, code}) => {
    create(deployments, workload('web'))
    const change = (current: ApiObject): ApiObject => ({...current, metadata: {...current.metadata, ...metadata}})
    expect(() => update(deployments, 'web', change)).toThrow(
      expect.objectContaining({fields: expect.objectContaining({code})}),
    )
  })

  test('a lease is replaced only with a resource version', () => {
    create(leases, {metadata: {name: 'lock'}, spec: {holderIdentity: 'a'}})
    const next = () => ({metadata: {name: 'lock'}, spec: {holderIdentity: 'b'}})
    expect(() => update(leases, 'lock', next)).toThrow(
      'metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    )
  })

  test.each([
    {name: 'BAD_', data: {}, message: 'metadata.name: Invalid value: "BAD_"'},
    {name: 'a', data: {'a b': ''}, message: 'data[a b]: Invalid value: "a b"'},
    {name: 'a', data: {a: 'x'.repeat(1_048_577)}, message: '[]: Too long: may not be more than 1048576 bytes'},
    {
      name: 'a',
      data: {a: 1},
      message: 'json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    },
  ])('refuses a ConfigMap: $message', ({name, data, message}) => {
    expect(() => create(configMaps, {metadata: {name}, data})).toThrow(message)
  })

  test('names every cause in one answer', () => {
    const empty = {metadata: {name: 'w'}, spec: {}}
    expect(() => create(deployments, empty)).toThrow(
      'Deployment.apps "w" is invalid: [spec.selector: Required value, spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`, spec.template.spec.containers: Required value]',
    )
  })

  test('a selector cannot change', () => {
    create(deployments, workload('web'))
    expect(() => update(deployments, 'web', respec({selector: {matchLabels: {app: 'x'}}}))).toThrow(
      'field is immutable',
    )
  })

  test('creates nothing in a namespace that does not exist, or is terminating', () => {
    expect(() => registry.create(configMaps, 'none', {metadata: {name: 'a'}}, me)).toThrow(
      'namespaces "none" not found',
    )
    registry.delete(namespaces, undefined, 'shop')
    expect(() => create(configMaps, {metadata: {name: 'a'}})).toThrow(
      'configmaps "a" is forbidden: unable to create new content in namespace shop because it is being terminated',
    )
  })

  test('a pod on a node ends after its grace period, one without a node at once', () => {
    const pod = (name: string, spec: object): ApiObject => ({
      metadata: {name},
      spec: {containers: [{name: 'a', image: 'b'}], ...spec},
    })
    create(pods, pod('placed', {nodeName: 'n1'}))
    create(pods, pod('waiting', {}))
    expect(registry.delete(pods, 'shop', 'waiting')).toHaveProperty('gone')
    const {going} = registry.delete(pods, 'shop', 'placed') as {going: ApiObject}
    expect(going.metadata).toMatchObject({
      deletionTimestamp: '2026-05-01T10:00:30Z',
      deletionGracePeriodSeconds: 30,
      generation: 2,
    })
    expect(registry.delete(pods, 'shop', 'placed', {gracePeriodSeconds: 0})).toHaveProperty('gone')
  })

  test('an object with finalizers is removed with the last one', () => {
    create(configMaps, {metadata: {name: 'held', finalizers: ['x/y']}})
    expect(registry.delete(configMaps, 'shop', 'held')).toHaveProperty('going')
    update(configMaps, 'held', (current) => ({...current, metadata: {...current.metadata, finalizers: []}}))
    expect(() => registry.read(configMaps, 'shop', 'held')).toThrow('not found')
  })

  test('deletes only the object of the precondition, and never a system namespace', () => {
    create(configMaps, {metadata: {name: 'a'}})
    expect(() => registry.delete(configMaps, 'shop', 'a', {uid: 'other'})).toThrow(
      'the UID in the precondition (other)',
    )
    registry.create(namespaces, undefined, {metadata: {name: 'kube-system'}}, me)
    expect(() => registry.delete(namespaces, undefined, 'kube-system')).toThrow('this namespace may not be deleted')
  })
})
