import {describe, expect, test} from 'vitest'
import type {ApiObject, ManagedFieldsEntry} from '../api-object.ts'
import {beginningOf, builtInType} from './built-in-types.ts'
import {afterUpdate, type FieldRules, type Manager} from './managed-fields.ts'
import {serverSideApply} from './server-side-apply.ts'

const rulesOf = (kind: string): FieldRules => ({type: builtInType(kind), beginning: beginningOf(kind), ignored: []})
const rules = rulesOf('Deployment')
const apply = (current: ApiObject, configuration: ApiObject, manager: Manager, force: boolean): ApiObject =>
  serverSideApply(current, {configuration, manager, force}, rules)

const applier = (name: string): Manager => ({
  name,
  operation: 'Apply',
  apiVersion: 'apps/v1',
  time: '2026-05-01T10:00:00Z',
})
const configuration: ApiObject = {
  metadata: {name: 'web', labels: {l: '1'}},
  spec: {replicas: 1, template: {spec: {containers: [{name: 'app', image: 'app:1', env: [{name: 'A', value: '1'}]}]}}},
}
const nothing: ApiObject = {metadata: {name: 'web'}}
const applied = (): ApiObject => apply(nothing, configuration, applier('one'), false)
const other = (spec: object): ApiObject => ({metadata: {name: 'web'}, spec: spec as Record<string, unknown>})

describe('server-side apply', () => {
  test('sets the applied fields, and its manager owns them', () => {
    expect(applied()).toMatchObject(configuration)
    expect(applied().metadata.managedFields).toMatchObject([
      {manager: 'one', operation: 'Apply', fieldsType: 'FieldsV1'},
    ])
  })

  test('the same configuration again changes nothing, not even the time in managedFields', () => {
    const later = {...applier('one'), time: '2027-01-01T00:00:00Z'}
    expect(apply(applied(), configuration, later, false)).toEqual(applied())
  })

  test('another value of a field of another owner is a conflict, named by path', () => {
    const wanted = other({replicas: 2, template: {spec: {containers: [{name: 'app', image: 'app:2'}]}}})
    expect(() => apply(applied(), wanted, applier('two'), false)).toThrow(
      'Apply failed with 2 conflicts: conflicts with "one":\n- .spec.replicas\n- .spec.template.spec.containers[name="app"].image',
    )
  })

  test('one conflict is reported in one line', () => {
    expect(() => apply(applied(), other({replicas: 2}), applier('two'), false)).toThrow(
      'Apply failed with 1 conflict: conflict with "one": .spec.replicas',
    )
  })

  test('the same value is owned by both', () => {
    const both = apply(applied(), other({replicas: 1}), applier('two'), false)
    expect(both.metadata.managedFields?.map(({manager}) => manager).sort()).toEqual(['one', 'two'])
    const released = apply(both, {metadata: {name: 'web'}}, applier('one'), false)
    expect(released.spec).toEqual({replicas: 1})
  })

  test('force takes the field over', () => {
    const taken = apply(applied(), other({replicas: 2}), applier('two'), true)
    expect(taken.spec).toMatchObject({replicas: 2})
    const one = taken.metadata.managedFields?.find(({manager}) => manager === 'one')
    expect(one?.fieldsV1['f:spec']).not.toHaveProperty('f:replicas')
  })

  test('fields that are no longer applied are removed, down to variables of a container', () => {
    const less = other({replicas: 1, template: {spec: {containers: [{name: 'app', image: 'app:1'}]}}})
    const left = apply(applied(), less, applier('one'), false)
    expect(left.metadata.labels).toBeUndefined()
    expect(left.spec).toEqual(less.spec)
  })
})

describe('the owners of fields after an update', () => {
  const updater = (name: string, time = '2026-05-01T10:00:00Z'): Manager => ({
    name,
    operation: 'Update',
    apiVersion: 'v1',
    time,
  })
  const kept = (object: ApiObject, previous: ApiObject | undefined, manager: Manager): ApiObject => ({
    ...object,
    metadata: {
      ...object.metadata,
      managedFields: [...afterUpdate(object, previous, previous?.metadata.managedFields ?? [], manager, rules)],
    },
  })
  const owners = ({metadata}: ApiObject): Record<string, ManagedFieldsEntry['fieldsV1']> =>
    Object.fromEntries((metadata.managedFields ?? []).map(({manager, fieldsV1}) => [manager, fieldsV1]))
  const first = kept({metadata: {name: 'a'}, data: {x: '1', y: '1'}}, undefined, updater('one'))

  test('are the managers that set them last', () => {
    const second = kept({...first, data: {x: '2', y: '1'}}, first, updater('two'))
    expect(owners(second)).toEqual({one: {'f:data': {'.': {}, 'f:y': {}}}, two: {'f:data': {'f:x': {}}}})
  })

  test('do not exist for removed fields', () => {
    const second = kept({...first, data: {y: '1'}}, first, updater('two'))
    expect(owners(second)).toEqual({one: {'f:data': {'.': {}, 'f:y': {}}}})
  })

  test('containers, conditions and ports are owned by their keys', () => {
    const ports = [{containerPort: 80}]
    const pod = {metadata: {name: 'a'}, spec: {containers: [{name: 'app', image: 'a:1', ports}]}}
    const entries = afterUpdate(pod, undefined, [], updater('one'), rulesOf('Pod'))
    expect(owners({metadata: {name: 'a', managedFields: [...entries]}})).toEqual({
      one: {
        'f:spec': {
          'f:containers': {
            'k:{"name":"app"}': {
              '.': {},
              'f:image': {},
              'f:name': {},
              'f:ports': {'.': {}, 'k:{"containerPort":80,"protocol":"TCP"}': {'.': {}, 'f:containerPort': {}}},
            },
          },
        },
      },
    })
  })

  test('keep their entry unchanged when they set nothing new', () => {
    const again = kept({...first, data: {x: '1', y: '1'}}, first, updater('one', '2027-01-01T00:00:00Z'))
    expect(again.metadata.managedFields).toEqual(first.metadata.managedFields)
  })
})
