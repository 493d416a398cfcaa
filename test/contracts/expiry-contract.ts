import {describe, expect, test} from 'vitest'
import {type ApiList, type ContractCluster, Ground} from './contract-cluster.ts'

/** What a server says when it is asked for what it has forgotten. The last of the contract: a real server restarts for it. */
export function describeExpiry(cluster: () => ContractCluster): void {
  describe('expired history', () => {
    test('is 410: as a status for a page token, as an event inside a 200 stream for a watch', async (context) => {
      const {expireHistory} = cluster()
      if (!expireHistory) return context.skip('this cluster cannot be made to forget')
      const ground = await Ground.create(cluster())
      for (const name of ['a', 'b', 'c']) await ground.configMap(name)
      const page = await ground.list('configmaps?limit=1')
      await ground.configMap('later')
      await expireHistory()

      const token = encodeURIComponent(page.metadata.continue ?? '')
      const next = await ground.client.get<ApiList>(ground.path(`configmaps?limit=1&continue=${token}`))
      expect(next).toMatchObject({
        status: 410,
        body: {
          kind: 'Status',
          status: 'Failure',
          message: expect.stringMatching(/^The provided continue parameter is too old/),
          reason: 'Expired',
          metadata: {continue: expect.any(String)},
          code: 410,
        },
      })

      const query = `watch=1&resourceVersion=${page.metadata.resourceVersion}&allowWatchBookmarks=true`
      const watch = await ground.client.watch(ground.path(`configmaps?${query}`))
      expect(watch.status).toBe(200)
      expect(await watch.rest()).toMatchObject([
        {
          type: 'ERROR',
          object: {
            kind: 'Status',
            status: 'Failure',
            message: expect.stringMatching(/^too old resource version: \d+ \(\d+\)$/),
            reason: 'Expired',
            code: 410,
          },
        },
      ])

      const {metadata} = await ground.list('configmaps')
      const fresh = await ground.client.watch(
        ground.path(`configmaps?watch=1&resourceVersion=${metadata.resourceVersion}`),
      )
      await ground.configMap('goes-on')
      await fresh.until(({object}) => object.metadata.name === 'goes-on')
      fresh.close()
    })
  })
}
