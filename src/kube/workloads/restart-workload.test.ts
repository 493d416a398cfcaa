import {expect, test} from 'vitest'
import {fakeApi} from '../testing/fake-api.ts'
import {restartWorkload} from './restart-workload.ts'

const never = new AbortController().signal
const workload = {kind: 'StatefulSet', namespace: 'shop', name: 'db', uid: 'u1'} as const
const write = {
  restartedAt: '2026-01-01T00:00:00.123Z',
  resourceVersion: '7',
  annotations: {'hubspoke.io/run': 'r'},
  dryRun: false,
}

test('a restart is one patch that holds UID and resource version', async () => {
  const api = fakeApi({write: () => ({metadata: {name: 'db', generation: 4, resourceVersion: '8'}})})
  expect(await restartWorkload(api, workload, write, never)).toMatchObject({
    name: 'db',
    generation: 4,
    resourceVersion: '8',
  })
  expect(api.writes).toEqual([
    {
      method: 'PATCH',
      path: '/apis/apps/v1/namespaces/shop/statefulsets/db?fieldManager=hubspoke',
      contentType: 'application/strategic-merge-patch+json',
      body: {
        metadata: {uid: 'u1', resourceVersion: '7', annotations: {'hubspoke.io/run': 'r'}},
        spec: {template: {metadata: {annotations: {'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00.123Z'}}}},
      },
    },
  ])
})

test('a dry run is asked of the server', async () => {
  const api = fakeApi()
  await restartWorkload(api, workload, {...write, dryRun: true}, never)
  expect(api.writes[0]?.path).toBe('/apis/apps/v1/namespaces/shop/statefulsets/db?fieldManager=hubspoke&dryRun=All')
})

test('a stamp and an annotation that were not there are taken away', async () => {
  const api = fakeApi()
  await restartWorkload(api, workload, {...write, restartedAt: null, annotations: {'hubspoke.io/run': null}}, never)
  expect(api.writes[0]?.body).toEqual({
    metadata: {uid: 'u1', resourceVersion: '7', annotations: {'hubspoke.io/run': null}},
    spec: {template: {metadata: {annotations: {'kubectl.kubernetes.io/restartedAt': null}}}},
  })
})
