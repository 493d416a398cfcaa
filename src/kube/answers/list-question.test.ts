import {describe, expect, test} from 'vitest'
import {workloadResources} from '../workloads/workload-resources.ts'
import {onePage} from './list-question.ts'
import {Unexpected} from './question.ts'
import {namespaces} from './resource.ts'

const deployments = workloadResources.Deployment
const item = {metadata: {namespace: 'shop', name: 'web', uid: 'u1', resourceVersion: '7'}}
const own = {apiVersion: 'apps/v1', kind: 'Deployment', ...item}
const list = (more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'DeploymentList',
  metadata: {resourceVersion: '9'},
  items: [item],
  ...more,
})

const read = (body: unknown) => onePage(deployments, {namespace: 'shop'}).read(body)

describe('a page of Deployments', () => {
  test.each([
    {body: list(), because: 'it is the normal form of the API'},
    {body: list({items: null}), because: 'an empty list may have null items'},
    {body: list({apiVersion: undefined}), because: 'the version follows from the kind of the list'},
    {
      body: list({kind: 'List', apiVersion: 'v1', items: [own]}),
      because: 'each element of a generic list has its own kind',
    },
    {body: list({kind: 'List', apiVersion: 'v1', items: []}), because: 'a generic list may be empty'},
  ])('is one: $because', ({body}) => {
    expect(read(body)).toMatchObject({resourceVersion: '9'})
  })

  test.each([
    {body: null, why: 'it is not an object'},
    {body: [own], why: 'it is not an object'},
    {body: {}, why: 'its kind is missing, not "DeploymentList"'},
    {body: list({kind: 'PodList'}), why: 'its kind is "PodList", not "DeploymentList"'},
    {body: list({apiVersion: 'extensions/v1'}), why: 'its apiVersion is "extensions/v1", not "apps/v1"'},
    {body: list({kind: 'List', apiVersion: 'v1'}), why: 'its kind is missing, not "Deployment"'},
    {
      body: list({kind: 'List', apiVersion: 'v1', items: [{...own, kind: 'Pod'}]}),
      why: 'its kind is "Pod", not "Deployment"',
    },
    {body: list({kind: 'List', apiVersion: 'v2', items: [own]}), why: 'its kind is "List", not "DeploymentList"'},
    {body: list({items: undefined}), why: 'it has no items'},
    {body: list({items: {}}), why: 'it has no items'},
    {body: list({metadata: {}}), why: 'it has no resourceVersion'},
    {
      body: list({metadata: {resourceVersion: '9', remainingItemCount: 3}}),
      why: '3 of its objects remain, and no token leads to them',
    },
    {body: list({items: [{metadata: {...item.metadata, uid: ''}}]}), why: 'it has no uid'},
    {
      body: list({items: [{metadata: {...item.metadata, namespace: 'pay'}}]}),
      why: 'its namespace is "pay", not "shop"',
    },
    {body: list({items: ['web']}), why: 'an object in it has no name'},
  ])('is none: $why', ({body, why}) => {
    const page = read(body)
    expect(page).toBeInstanceOf(Unexpected)
    expect(page).toEqual(new Unexpected(why))
  })
})

test('a list that is only displayed needs the names of its elements, and no version', () => {
  const question = onePage(namespaces, {informs: true})
  const body = {kind: 'NamespaceList', metadata: {}, items: [{metadata: {name: 'shop'}}]}
  expect(question.read(body)).toMatchObject({items: [{metadata: {name: 'shop'}}]})
  expect(question.read({...body, items: [{metadata: {}}]})).toEqual(new Unexpected('an object in it has no name'))
  expect(question.read({...body, kind: 'PodList'})).toBeInstanceOf(Unexpected)
})
