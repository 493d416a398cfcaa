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

describe('what a watch sends', () => {
  test('what there is, then a bookmark that says so, for whoever wants bookmarks', async () => {
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

  test('with a selector: what enters is added, what leaves is deleted as it was, with the version of its leaving', async () => {
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

  test('one object by its name, in one namespace alone', async () => {
    await using open = await openCluster({namespaces: ['other']})
    const watch = await open.client.watch(
      `${configMaps}?watch=1&resourceVersion=${await version(open)}&fieldSelector=metadata.name%3Da&timeoutSeconds=1`,
    )
    open.cluster.create(map('b'))
    open.cluster.create({kind: 'ConfigMap', metadata: {name: 'a', namespace: 'other'}})
    open.cluster.create(map('a'))
    expect((await watch.rest()).map(({object}) => object.metadata.namespace)).toEqual(['default'])
  })

  test('rows of tables: the columns come with the first alone', async () => {
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
    {query: 'resourceVersion=abc', status: 500, because: 'what is no version is an error of the server, as it is'},
    {query: 'sendInitialEvents=true', status: 422, because: 'initial events want a match of versions'},
  ])('$query is $status: $because', async ({query, status}) => {
    await using open = await openCluster()
    expect((await open.client.watch(`${configMaps}?watch=1&${query}`)).status).toBe(status)
  })

  test('nothing of before when that is said', async () => {
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

  test('are past what a list has proved, though nothing of that kind has changed', async () => {
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

  test('do not come while nobody has proved anything newer than where the watch began', async () => {
    await using open = await openCluster()
    const from = await version(open, deployments)
    open.cluster.create(map('elsewhere'))
    expect(await watchFrom(open, from)).toEqual([])
  })

  test('never come to a watch from the future', async () => {
    await using open = await openCluster()
    open.cluster.add({namespace: 'shop', name: 'web', image: 'app:1'})
    expect(await watchFrom(open, '900000000000')).toEqual([])
  })
})
