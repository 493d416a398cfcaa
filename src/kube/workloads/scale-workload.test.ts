import {expect, test} from 'vitest'
import {workloadState} from '../../../test/support/distribution/workload-state.ts'
import {fakeApi} from '../testing/fake-api.ts'
import {scaleWorkload} from './scale-workload.ts'

const never = new AbortController().signal
const web = workloadState({uid: 'u1', resourceVersion: '7', generation: 3})
const write = {replicas: 5, dryRun: false}

function scaleOf(replicas: number | undefined, metadata: object = {}): object {
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {name: 'web', namespace: 'shop', uid: 'u1', resourceVersion: '8', ...metadata},
    spec: replicas === undefined ? {} : {replicas},
  }
}

const workloadOf = (replicas: number, resourceVersion = '9') => ({
  kind: 'Deployment',
  apiVersion: 'apps/v1',
  metadata: {name: 'web', namespace: 'shop', uid: 'u1', resourceVersion, generation: 4},
  spec: {replicas},
})

test('is one PUT of the scale with UID and resource version', async () => {
  const api = fakeApi({write: () => scaleOf(5)})
  expect(await scaleWorkload(api, web, write, never)).toEqual({...web, wanted: 5, resourceVersion: '8', generation: 4})
  expect(api.writes).toMatchObject([
    {
      method: 'PUT',
      path: '/apis/apps/v1/namespaces/shop/deployments/web/scale?fieldManager=hubspoke',
      body: {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: {name: 'web', namespace: 'shop', uid: 'u1', resourceVersion: '7'},
        spec: {replicas: 5},
      },
    },
  ])
})

test('0 replicas are absent in the answer', async () => {
  const api = fakeApi({write: () => scaleOf(undefined)})
  expect(await scaleWorkload(api, web, {...write, replicas: 0}, never)).toMatchObject({wanted: 0})
})

test('a dry run is sent to the server, and its answer has the version of before', async () => {
  const api = fakeApi({write: () => scaleOf(5, {resourceVersion: '7'})})
  expect(await scaleWorkload(api, web, {...write, dryRun: true}, never)).toMatchObject({wanted: 5})
  expect(api.writes[0]?.path).toContain('&dryRun=All')
})

test.each([
  {answer: scaleOf(3, {resourceVersion: '7'}), because: 'a gateway answered with an older scale'},
  {answer: scaleOf(5, {resourceVersion: '7'}), because: 'the version is that of before'},
])('where $because, the workload itself decides', async ({answer}) => {
  const found = fakeApi({write: () => answer, get: () => workloadOf(5)})
  expect(await scaleWorkload(found, web, write, never)).toMatchObject({wanted: 5, resourceVersion: '9'})
  const changed = fakeApi({write: () => answer, get: () => workloadOf(4)})
  await expect(scaleWorkload(changed, web, write, never)).rejects.toMatchObject({failureClass: 'reverted'})
})

test.each([
  {answer: scaleOf(5, {uid: 'u2'}), because: 'of another object'},
  {answer: scaleOf(5, {name: 'api'}), because: 'of another name'},
  {answer: workloadOf(5), because: 'no scale'},
])('an answer that is $because is none', async ({answer}) => {
  const api = fakeApi({write: () => answer})
  await expect(scaleWorkload(api, web, write, never)).rejects.toMatchObject({failureClass: 'server-error'})
})
