import {describe, expect, test} from 'vitest'
import {createObjects} from './objects.ts'
import type {ServedKind} from './ports/objects.ts'
import {type FakeAnswers, fakeApi, refusal} from './testing/fake-api.ts'

const {signal} = new AbortController()
const widgets: ServedKind = {group: 'example.com', version: 'v1', kind: 'Widget', plural: 'widgets', scope: 'namespace'}
const place = {namespace: 'shop', name: 'one'}
const metadata = {...place, uid: 'w-1', resourceVersion: '7'}
const widget = {apiVersion: 'example.com/v1', kind: 'Widget', metadata, spec: {replicas: 'as many as it takes'}}

const open = (answers: FakeAnswers) => {
  const api = fakeApi(answers)
  return {api, objects: createObjects(api)}
}

describe('the kinds of a cluster', () => {
  const groups = {kind: 'APIGroupList', groups: [{name: 'apps', versions: [{groupVersion: 'apps/v1'}]}]}
  const resources = (groupVersion: string, ...list: readonly object[]) => ({
    ...{kind: 'APIResourceList', groupVersion},
    resources: list,
  })
  const configMaps = {name: 'configmaps', kind: 'ConfigMap', namespaced: true}
  const answers = (path: string) => {
    if (path === '/apis') return groups
    if (path === '/api/v1')
      return resources('v1', configMaps, {name: 'namespaces', kind: 'Namespace', namespaced: false})
    return resources(
      'apps/v1',
      {name: 'deployments', kind: 'Deployment', namespaced: true},
      {name: 'deployments/scale', kind: 'Scale'},
    )
  }

  test('without subresources, and without versions that the cluster does not serve', async () => {
    const {api, objects} = open({get: answers})
    expect(await objects.kinds(['v1', 'apps/v1', 'example.com/v1', 'v1'], signal)).toEqual([
      {group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', scope: 'namespace'},
      {group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', scope: 'cluster'},
      {group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', scope: 'namespace'},
    ])
    expect(api.gets).toEqual(['/apis', '/api/v1', '/apis/apps/v1'])
  })

  test('the list of groups is not read for kinds of the core group', async () => {
    const {api, objects} = open({get: answers})
    await objects.kinds(['v1'], signal)
    expect(api.gets).toEqual(['/api/v1'])
  })

  test.each([
    {because: 'a page of a gateway', get: () => ({hello: 'world'})},
    {because: 'the list of another version', get: (path: string) => (path === '/apis' ? groups : resources('apps/v2'))},
  ])('$because is no answer', async ({get}) => {
    await expect(open({get}).objects.kinds(['apps/v1'], signal)).rejects.toMatchObject({failureClass: 'server-error'})
  })
})

test('reads an object whatever its fields are; one that is missing is undefined', async () => {
  expect(await open({get: () => widget}).objects.read(widgets, place, signal)).toEqual(widget)
  const missing = () => {
    throw refusal(404)
  }
  expect(await open({get: missing}).objects.read(widgets, place, signal)).toBeUndefined()
})

test.each([
  {write: {force: false, dryRun: false}, query: 'fieldManager=hubspoke&fieldValidation=Strict'},
  {write: {force: true, dryRun: false}, query: 'fieldManager=hubspoke&fieldValidation=Strict&force=true'},
  {write: {force: false, dryRun: true}, query: 'fieldManager=hubspoke&fieldValidation=Strict&dryRun=All'},
])('applies with $query', async ({write, query}) => {
  const {api, objects} = open({write: () => widget})
  await objects.apply(widgets, place, {spec: {size: 1}}, write, signal)
  expect(api.writes).toEqual([
    {
      ...{method: 'PATCH', contentType: 'application/apply-patch+yaml', body: {spec: {size: 1}}},
      path: `/apis/example.com/v1/namespaces/shop/widgets/one?${query}`,
    },
  ])
})

test('an answer about another object is none', async () => {
  const {objects} = open({write: () => ({...widget, metadata: {...metadata, name: 'two'}})})
  const applied = objects.apply(widgets, place, {}, {force: false, dryRun: false}, signal)
  await expect(applied).rejects.toMatchObject({failureClass: 'server-error'})
})
