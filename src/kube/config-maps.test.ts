import {expect, test} from 'vitest'
import {createConfigMaps} from './config-maps.ts'
import {type FakeWrite, fakeApi, refusal} from './testing/fake-api.ts'

const never = new AbortController().signal
const raise = (status: number, message?: string) => () => {
  throw refusal(status, message)
}

const configMap = (name: string, metadata: object = {}) => ({
  kind: 'ConfigMap',
  metadata: {namespace: 'ns', name, uid: 'uid-1', resourceVersion: '6', ...metadata},
})
/** The answer to a write that requests only metadata. */
const written = ({body}: FakeWrite) => ({
  ...configMap((body as {metadata: {name: string}}).metadata.name),
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
})
const namespace = {kind: 'Namespace', metadata: {name: 'ns', uid: 'ns-1', resourceVersion: '1'}}

test('reads the strings and bytes of a ConfigMap; one that does not exist is undefined', async () => {
  const object = {
    ...configMap('cache', {namespace: 'a b', resourceVersion: '5'}),
    data: {'cache.json': '{}', broken: 7},
    binaryData: {packed: 'H4sI', broken: 7},
  }
  const api = fakeApi({get: () => object})
  expect(await createConfigMaps(api).read('a b', 'cache', never)).toEqual({
    uid: 'uid-1',
    resourceVersion: '5',
    data: {'cache.json': '{}'},
    binaryData: {packed: Buffer.from([0x1f, 0x8b, 0x08])},
  })
  expect(api.gets).toEqual(['/api/v1/namespaces/a%20b/configmaps/cache'])
  expect(await createConfigMaps(fakeApi({get: raise(404)})).read('ns', 'cache', never)).toBeUndefined()
  expect(await createConfigMaps(fakeApi({get: () => configMap('cache')})).read('ns', 'cache', never)).toEqual({
    uid: 'uid-1',
    resourceVersion: '6',
    data: {},
    binaryData: {},
  })
})

test('returns the time of the server’s clock', async () => {
  const serverDate = new Date('2026-11-24T10:00:00Z')
  expect(
    await createConfigMaps(fakeApi({get: () => configMap('cache'), serverDate})).read('ns', 'cache', never),
  ).toMatchObject({
    serverDate,
  })
})

test('creates without a resource version, and replaces exactly the given one', async () => {
  const api = fakeApi({write: written})
  const maps = createConfigMaps(api)
  expect(await maps.write('ns', 'cache', {data: {a: '1'}}, never)).toEqual({uid: 'uid-1', resourceVersion: '6'})
  await maps.write('ns', 'cache', {data: {a: '2'}, resourceVersion: '5'}, never)
  expect(api.writes.map(({method, path}) => `${method} ${path}`)).toEqual([
    'POST /api/v1/namespaces/ns/configmaps?fieldManager=hubspoke',
    'PUT /api/v1/namespaces/ns/configmaps/cache?fieldManager=hubspoke',
  ])
  expect(api.writes.map(({body}) => (body as {metadata: object}).metadata)).toEqual([
    {name: 'cache', namespace: 'ns', labels: {'app.kubernetes.io/managed-by': 'hubspoke'}},
    {name: 'cache', namespace: 'ns', labels: {'app.kubernetes.io/managed-by': 'hubspoke'}, resourceVersion: '5'},
  ])
})

test('writes bytes, labels and an owner, and reads back only metadata', async () => {
  const api = fakeApi({write: written})
  const binaryData = {packed: new Uint8Array([0x1f, 0x8b, 0x08])}
  const content = {binaryData, labels: {'x/build': 'b'}, owner: {name: 'head', uid: 'uid-1'}}
  await createConfigMaps(api).write('ns', 'shard', content, never)
  expect(api.writes[0]?.body).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'shard',
      namespace: 'ns',
      labels: {'app.kubernetes.io/managed-by': 'hubspoke', 'x/build': 'b'},
      ownerReferences: [{apiVersion: 'v1', kind: 'ConfigMap', name: 'head', uid: 'uid-1'}],
    },
    binaryData: {packed: 'H4sI'},
  })
  expect(api.writes[0]?.accept).toContain('as=PartialObjectMetadata;')
})

test('lists the names of its own by a label, without their content', async () => {
  const items = ['b', 'a'].map((name) => configMap(name, {uid: name}))
  const api = fakeApi({get: () => ({kind: 'PartialObjectMetadataList', metadata: {resourceVersion: '5'}, items})})
  expect(await createConfigMaps(api).list('ns', 'x/build', never)).toEqual(['a', 'b'])
  expect(api.gets.map(decodeURIComponent)).toEqual([
    '/api/v1/namespaces/ns/configmaps?labelSelector=app.kubernetes.io/managed-by=hubspoke,x/build',
  ])
  expect(api.accepts[0]).toContain('as=PartialObjectMetadataList;')
})

test('deletes; an object that is gone is a success, and a refusal is a failure', async () => {
  const api = fakeApi({write: () => ({kind: 'Status', status: 'Success', details: {name: 'shard', uid: 'u'}})})
  await createConfigMaps(api).delete('ns', 'shard', never)
  expect(api.writes).toMatchObject([{method: 'DELETE', path: '/api/v1/namespaces/ns/configmaps/shard'}])
  await createConfigMaps(fakeApi({write: raise(404)})).delete('ns', 'shard', never)
  await createConfigMaps(fakeApi({write: () => configMap('shard')})).delete('ns', 'shard', never)
  const refused = createConfigMaps(fakeApi({write: raise(403)})).delete('ns', 'shard', never)
  await expect(refused).rejects.toMatchObject({failureClass: 'forbidden'})
})

test.each([
  {because: 'a Status of failure', answer: {kind: 'Status', status: 'Failure'}},
  {because: 'a Status of another object', answer: {kind: 'Status', status: 'Success', details: {name: 'other'}}},
  {because: 'another object', answer: configMap('other')},
  {because: 'nothing', answer: {}},
])('is not deleted where the answer is $because', async ({answer}) => {
  const deleted = createConfigMaps(fakeApi({write: () => answer})).delete('ns', 'shard', never)
  await expect(deleted).rejects.toMatchObject({failureClass: 'server-error'})
})

test.each([{because: 'it may not be created and a gateway sends a page', write: raise(403), get: () => ({})}])(
  'a namespace does not count as existing where $because',
  async (answers) => {
    await expect(createConfigMaps(fakeApi(answers)).createNamespace('ns', never)).rejects.toMatchObject({
      failureClass: 'forbidden',
    })
  },
)

test.each([
  {because: 'it exists already', status: 409, resourceVersion: undefined, failureClass: 'conflict'},
  {because: 'its namespace does not exist', status: 404, resourceVersion: undefined, failureClass: 'not-found'},
  {because: 'another writer was faster', status: 409, resourceVersion: '5', failureClass: 'conflict'},
  {because: 'it was deleted in the meantime', status: 404, resourceVersion: '5', failureClass: 'conflict'},
])('a write is a $failureClass where $because', async ({status, resourceVersion, failureClass}) => {
  const maps = createConfigMaps(fakeApi({write: raise(status)}))
  const content = {data: {}, ...(resourceVersion && {resourceVersion})}
  await expect(maps.write('ns', 'cache', content, never)).rejects.toMatchObject({failureClass, refused: true})
})

test.each([
  {because: 'it exists', write: raise(409, 'namespaces "ns" already exists'), get: raise(500)},
  {because: 'it exists, and the caller may not create any', write: raise(403), get: () => namespace},
  {because: 'it was created', write: () => namespace, get: raise(500)},
])('a namespace exists where $because', async (answers) => {
  await createConfigMaps(fakeApi(answers)).createNamespace('ns', never)
})

test.each([
  {because: 'it may not be created and cannot be seen', write: raise(403), get: raise(403), failureClass: 'forbidden'},
  {because: 'the server fails', write: raise(500), get: () => ({}), failureClass: 'server-error'},
])('no namespace where $because', async ({write, get, failureClass}) => {
  await expect(createConfigMaps(fakeApi({write, get})).createNamespace('ns', never)).rejects.toMatchObject({
    failureClass,
  })
})
