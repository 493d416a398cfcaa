import {expect, test} from 'vitest'
import {fakeApi} from '../testing/fake-api.ts'
import {patchTemplate} from './patch-template.ts'

const never = new AbortController().signal
const workload = {kind: 'StatefulSet', namespace: 'shop', name: 'db', uid: 'u1'} as const
const write = {
  restartedAt: '2026-01-01T00:00:00.123Z',
  resourceVersion: '7',
  generation: 3,
  annotations: {'hubspoke.io/run': 'r'},
  dryRun: false,
}
const stamp = 'kubectl.kubernetes.io/restartedAt'

/** The workload as the server returns it after a write, or, without arguments, before. */
function stored({restartedAt, ...metadata}: {restartedAt?: string; [field: string]: unknown} = {}): object {
  const annotations = restartedAt === undefined ? {} : {[stamp]: restartedAt}
  return {
    kind: 'StatefulSet',
    metadata: {name: 'db', namespace: 'shop', uid: 'u1', generation: 3, resourceVersion: '7', ...metadata},
    spec: {template: {metadata: {annotations}}},
  }
}
const {restartedAt} = write
const written = stored({generation: 4, resourceVersion: '8', restartedAt})

test('a restart is one patch with UID and resource version', async () => {
  const api = fakeApi({write: () => written})
  expect(await patchTemplate(api, workload, write, never)).toMatchObject({
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

test('a dry run is sent to the server', async () => {
  const api = fakeApi({write: () => stored({generation: 4, restartedAt})})
  await patchTemplate(api, workload, {...write, dryRun: true}, never)
  expect(api.writes[0]?.path).toBe('/apis/apps/v1/namespaces/shop/statefulsets/db?fieldManager=hubspoke&dryRun=All')
})

test('a stamp and an annotation that did not exist before are removed', async () => {
  const api = fakeApi({write: () => stored({generation: 4, resourceVersion: '8'})})
  await patchTemplate(api, workload, {...write, restartedAt: null, annotations: {'hubspoke.io/run': null}}, never)
  expect(api.writes[0]?.body).toEqual({
    metadata: {uid: 'u1', resourceVersion: '7', annotations: {'hubspoke.io/run': null}},
    spec: {template: {metadata: {annotations: {'kubectl.kubernetes.io/restartedAt': null}}}},
  })
})

const images = [
  {container: 'app', image: 'web:2', role: 'container'},
  {container: 'migrate', image: 'web:2', role: 'init'},
  {container: 'logs', image: 'web:2', role: 'sidecar'},
] as const

/** After the write, with these images of the three containers. */
function withImages(
  app: string,
  migrate: string,
  logs: string,
  restartedAt: string | null = write.restartedAt,
): object {
  const annotations = restartedAt === null ? {} : {[stamp]: restartedAt}
  const initContainers = [
    {name: 'migrate', image: migrate},
    {name: 'logs', image: logs, restartPolicy: 'Always'},
  ]
  const spec = {
    containers: [
      {name: 'other', image: 'envoy:1'},
      {name: 'app', image: app},
    ],
    initContainers,
  }
  return {...stored({generation: 4, resourceVersion: '8'}), spec: {template: {metadata: {annotations}, spec}}}
}

test('images are part of the same patch, by name of the container, each in its list', async () => {
  const api = fakeApi({write: () => withImages('web:2', 'web:2', 'web:2')})
  await patchTemplate(api, workload, {...write, images}, never)
  expect(api.writes[0]?.body).toMatchObject({
    metadata: {uid: 'u1', resourceVersion: '7'},
    spec: {
      template: {
        metadata: {annotations: {[stamp]: write.restartedAt}},
        spec: {
          containers: [{name: 'app', image: 'web:2'}],
          initContainers: [
            {name: 'migrate', image: 'web:2'},
            {name: 'logs', image: 'web:2'},
          ],
        },
      },
    },
  })
})

test('a list in which no image is set is not in the patch', async () => {
  const api = fakeApi({write: () => withImages('web:2', 'web:1', 'web:1')})
  await patchTemplate(api, workload, {...write, images: images.slice(0, 1)}, never)
  expect(JSON.stringify(api.writes[0]?.body)).not.toContain('initContainers')
})

test('an admission policy may add the digest to an image', async () => {
  const api = fakeApi({write: () => withImages('web:2@sha256:1', 'web:2', 'web:2')})
  expect(await patchTemplate(api, workload, {...write, images}, never)).toMatchObject({resourceVersion: '8'})
})

test('an image that is another one afterwards was replaced: the write was made, and is not what was written', async () => {
  const answer = withImages('web:2', 'mirror/web:2', 'web:2')
  const api = fakeApi({write: () => answer, get: () => answer})
  const writing = patchTemplate(api, workload, {...write, images}, never)
  await expect(writing).rejects.toMatchObject({failureClass: 'reverted', refused: false})
  await expect(writing).rejects.toThrow('container "migrate" has "mirror/web:2", not "web:2"')
  const unmarked = withImages('web:1', 'web:1', 'web:1', null)
  const other = fakeApi({write: () => unmarked, get: () => unmarked})
  const dropping = patchTemplate(other, workload, {...write, images}, never)
  await expect(dropping).rejects.toMatchObject({failureClass: 'reverted', refused: true})
})

test.each([
  {because: 'the stamp was removed', answer: stored()},
  {
    because: 'the stamp was removed, and something else written',
    answer: stored({generation: 4, resourceVersion: '8'}),
  },
])('an accepted write that is missing afterwards was dropped: $because', async ({answer}) => {
  const api = fakeApi({write: () => answer, get: () => answer})
  await expect(patchTemplate(api, workload, write, never)).rejects.toMatchObject({
    failureClass: 'reverted',
    refused: true,
  })
  await expect(patchTemplate(api, workload, {...write, dryRun: true}, never)).rejects.toMatchObject({
    failureClass: 'reverted',
  })
  expect(api.gets).toHaveLength(1)
})

test('an answer with the state before the write is not trusted: the workload is read', async () => {
  const api = fakeApi({write: () => stored(), get: () => written})
  expect(await patchTemplate(api, workload, write, never)).toMatchObject({generation: 4, resourceVersion: '8'})
})

test.each([
  {because: 'it is another object', answer: {...written, metadata: {...stored(), name: 'db', namespace: 'shop'}}},
  {because: 'it has another uid', answer: stored({generation: 4, resourceVersion: '8', restartedAt, uid: 'u2'})},
  {because: 'it is empty', answer: {}},
])('an answer to a write with another object proves nothing: $because', async ({answer}) => {
  const api = fakeApi({write: () => answer, get: () => written})
  await expect(patchTemplate(api, workload, write, never)).rejects.toMatchObject({
    failureClass: 'server-error',
    refused: false,
  })
})
