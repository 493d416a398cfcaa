import {beforeAll, describe, expect, test} from 'vitest'
import {readableSelectors, unreadableSelectors} from '../support/label-selectors.ts'
import {type ContractCluster, Ground} from './contract-cluster.ts'

/** Lists, pages and selectors. */
export function describeLists(cluster: () => ContractCluster): void {
  describe('lists', () => {
    let ground: Ground

    beforeAll(async () => {
      ground = await Ground.create(cluster())
      const labels = {
        b: {tier: 'web', track: 'canary'},
        a: {tier: 'web', track: 'stable'},
        c: {tier: 'db'},
        d: {},
        e: {tier: 'cache'},
      }
      for (const [name, own] of Object.entries(labels)) await ground.configMap(name, {}, {mine: 'yes', ...own})
    })

    const names = async (query: string): Promise<readonly string[]> =>
      (await ground.list(`configmaps?${query}`)).items.map(({metadata}) => metadata.name)

    test('are in the order of their names, and their items say neither kind nor version', async () => {
      const list = await ground.list('configmaps?labelSelector=mine')
      expect(list).toMatchObject({kind: 'ConfigMapList', apiVersion: 'v1'})
      expect(list.items.map(({metadata}) => metadata.name)).toEqual(['a', 'b', 'c', 'd', 'e'])
      expect(list.items[0]).not.toHaveProperty('kind')
      expect(list.items[0]).not.toHaveProperty('apiVersion')
    })

    test('of a namespace that does not exist are empty', async () => {
      const {status, body} = await ground.client.get('/apis/apps/v1/namespaces/there-is-none/deployments')
      expect({status, body}).toMatchObject({status: 200, body: {kind: 'DeploymentList', items: []}})
    })

    test.each([
      {selector: 'tier=web', expected: ['a', 'b'], because: 'equal'},
      {selector: 'tier==web,track=canary', expected: ['b'], because: 'all requirements hold'},
      {selector: 'tier!=web', expected: ['c', 'd', 'e'], because: 'a label that is not there is unequal'},
      {selector: 'tier in (db, cache)', expected: ['c', 'e'], because: 'one of a set'},
      {selector: 'tier notin (db,cache)', expected: ['a', 'b', 'd'], because: 'not there is not in'},
      {selector: 'track', expected: ['a', 'b'], because: 'it is there'},
      {selector: '!tier', expected: ['d'], because: 'it is not there'},
    ])('select by label, $selector: $because', async ({selector, expected}) => {
      expect(await names(`labelSelector=${encodeURIComponent(`mine,${selector}`)}`)).toEqual(expected)
    })

    test('read each label selector that hubspoke lets pass, and refuse each that it refuses', async () => {
      const all = [...readableSelectors, ...unreadableSelectors.map(({selector}) => selector)]
      const read = await Promise.all(
        all.map(async (selector) => {
          const query = `configmaps?labelSelector=${encodeURIComponent(selector)}`
          const {status} = await ground.client.get(ground.path(query))
          return status === 400 ? [] : [selector]
        }),
      )
      expect(read.flat()).toEqual(readableSelectors)
    })

    test('select by name', async () => {
      expect(await names('fieldSelector=metadata.name%3Dc')).toEqual(['c'])
    })

    test.each([
      {query: 'labelSelector=a%20b', because: 'a label selector that cannot be read'},
      {query: 'fieldSelector=spec.nonsense%3Dx', because: 'a field that cannot be selected by'},
      {query: 'limit=1&continue=nonsense', because: 'a page token that the server never gave'},
    ])('refuse $because', async ({query}) => {
      const {status, body} = await ground.client.get(ground.path(`configmaps?${query}`))
      expect({status, body}).toMatchObject({status: 400, body: {kind: 'Status', reason: 'BadRequest', code: 400}})
    })

    test('come in pages that show one instant: the same version on each, and nothing that was written meanwhile', async () => {
      const own = await Ground.create(cluster())
      for (const name of ['a', 'b', 'c', 'd', 'e']) await own.workload('deployments', name, {replicas: 0})
      const pages = [await own.list('deployments?limit=2')]
      await own.workload('deployments', 'bb', {replicas: 0})
      await own.client.delete(own.path('deployments/d'))
      for (let token = pages[0]?.metadata.continue; token; token = pages.at(-1)?.metadata.continue) {
        pages.push(await own.list(`deployments?limit=2&continue=${encodeURIComponent(token)}`))
      }
      expect(pages.map(({items}) => items.map(({metadata}) => metadata.name))).toEqual([['a', 'b'], ['c', 'd'], ['e']])
      expect(pages.map(({metadata}) => metadata.remainingItemCount)).toEqual([3, 1, undefined])
      expect(new Set(pages.map(({metadata}) => metadata.resourceVersion)).size).toBe(1)
    })

    test('with a selector do not say how much remains', async () => {
      const {metadata} = await ground.list('configmaps?limit=1&labelSelector=mine')
      expect(metadata.continue).toEqual(expect.any(String))
      expect(metadata).not.toHaveProperty('remainingItemCount')
    })

    test('take their version from the store: it grows with a write of another kind', async () => {
      const before = await ground.list('deployments')
      await ground.configMap('other-kind')
      const after = await ground.list('deployments?limit=1')
      expect(BigInt(after.metadata.resourceVersion)).toBeGreaterThan(BigInt(before.metadata.resourceVersion))
    })
  })
}
