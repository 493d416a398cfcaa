import {describe, expect, test} from 'vitest'
import {type OpenCluster, openCluster} from './testing/open-cluster.ts'

const configMaps = '/api/v1/namespaces/default/configmaps'
const map = (name: string, labels: Record<string, string> = {}) => ({
  kind: 'ConfigMap',
  metadata: {name, namespace: 'default', labels},
})
const version = async ({client}: OpenCluster, path = configMaps): Promise<string> =>
  (await client.get<{metadata: {resourceVersion: string}}>(`${path}?limit=1`)).body.metadata.resourceVersion
const brief = ({type, object}: {type: string; object: {metadata: {name: string}}}): string =>
  `${type} ${object.metadata.name}`

describe('the events of a watch', () => {
  test('existing objects, then a bookmark that marks their end, if bookmarks are requested', async () => {
    await using open = await openCluster()
    const watch = await open.client.watch(`${configMaps}?watch=1&allowWatchBookmarks=true`)
    expect(await watch.next()).toMatchObject({
      type: 'ADDED',
      object: {kind: 'ConfigMap', metadata: {name: 'kube-root-ca.crt'}},
    })
    expect(await watch.next()).toMatchObject({
      type: 'BOOKMARK',
      object: {metadata: {annotations: {'k8s.io/initial-events-end': 'true'}}},
    })
    watch.close()
  })

  test('with a selector: entering objects are added, leaving ones are deleted in their last state, with the version at which they left', async () => {
    await using open = await openCluster()
    const from = await version(open)
    open.cluster.create(map('mover', {shown: 'yes'}))
    const moved = open.cluster.patch('ConfigMap', 'default', 'mover', {metadata: {labels: {shown: 'no'}}})
    open.cluster.patch('ConfigMap', 'default', 'mover', {metadata: {labels: {other: 'x'}}})
    open.cluster.patch('ConfigMap', 'default', 'mover', {metadata: {labels: {shown: 'yes'}}})
    const watch = await open.client.watch(
      `${configMaps}?watch=1&resourceVersion=${from}&labelSelector=shown%3Dyes&timeoutSeconds=1`,
    )
    const events = await watch.rest()
    expect(events.map(brief)).toEqual(['ADDED mover', 'DELETED mover', 'ADDED mover'])
    expect(events[1]?.object.metadata).toMatchObject({
      labels: {shown: 'yes'},
      resourceVersion: moved.metadata.resourceVersion,
    })
  })

  test('one object by its name, in one namespace only', async () => {
    await using open = await openCluster({namespaces: ['other']})
    const watch = await open.client.watch(
      `${configMaps}?watch=1&resourceVersion=${await version(open)}&fieldSelector=metadata.name%3Da&timeoutSeconds=1`,
    )
    open.cluster.create(map('b'))
    open.cluster.create({kind: 'ConfigMap', metadata: {name: 'a', namespace: 'other'}})
    open.cluster.create(map('a'))
    expect((await watch.rest()).map(({object}) => object.metadata.namespace)).toEqual(['default'])
  })

  test('rows of tables: only the first has columns', async () => {
    await using open = await openCluster()
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
    const from = await version(open)
    open.cluster.create(map('a'))
    open.cluster.create(map('b'))
    const {body} = await open.get(`${configMaps}?watch=1&resourceVersion=${from}&timeoutSeconds=1`, {accept})
    const tables = body
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).object)
    expect(tables.map(({columnDefinitions, rows}) => [columnDefinitions?.length, rows[0].cells[0]])).toEqual([
      [3, 'a'],
      [undefined, 'b'],
    ])
  })

  test.each([
    {query: 'resourceVersion=abc', status: 500, because: 'an invalid version is a server error, as in Kubernetes'},
    {query: 'sendInitialEvents=true', status: 422, because: 'initial events require resourceVersionMatch'},
  ])('$query is $status: $because', async ({query, status}) => {
    await using open = await openCluster()
    expect((await open.client.watch(`${configMaps}?watch=1&${query}`)).status).toBe(status)
  })

  test('no existing objects when that is requested', async () => {
    await using open = await openCluster()
    const query = 'sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion=0&timeoutSeconds=1'
    expect(await (await open.client.watch(`${configMaps}?watch=1&${query}`)).rest()).toEqual([])
  })
})

describe('bookmarks', () => {
  const deployments = '/apis/apps/v1/deployments'
  const watchFrom = async (open: OpenCluster, from: string) =>
    (
      await open.client.watch(
        `${deployments}?watch=1&resourceVersion=${from}&allowWatchBookmarks=true&timeoutSeconds=3`,
      )
    ).rest()

  test('reach the version that a list has proved, although nothing of that kind has changed', async () => {
    await using open = await openCluster()
    const from = await version(open, deployments)
    open.cluster.create(map('elsewhere'))
    const proved = await version(open, deployments)
    const bookmarks = await watchFrom(open, from)
    expect(bookmarks.length).toBeGreaterThan(0)
    expect(bookmarks.at(-1)).toEqual({
      type: 'BOOKMARK',
      object: {kind: 'Deployment', apiVersion: 'apps/v1', metadata: {resourceVersion: proved}},
    })
  })

  test('do not come without proof of a version newer than the start of the watch', async () => {
    await using open = await openCluster()
    const from = await version(open, deployments)
    open.cluster.create(map('elsewhere'))
    expect(await watchFrom(open, from)).toEqual([])
  })

  test('never come to a watch from a future version', async () => {
    await using open = await openCluster()
    open.cluster.add({namespace: 'shop', name: 'web', image: 'app:1'})
    expect(await watchFrom(open, '900000000000')).toEqual([])
  })
})
