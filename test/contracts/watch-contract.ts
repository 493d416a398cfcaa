import {beforeAll, describe, expect, test} from 'vitest'
import {mergePatch, strategicMergePatch} from '../cluster/raw-client.ts'
import type {Watch, WatchEvent} from '../cluster/read-watch.ts'
import {type ApiObject, type ContractCluster, Ground, restartPatch} from './contract-cluster.ts'

/** Watches: what they send, in which order, and what they never send. */
export function describeWatches(cluster: () => ContractCluster): void {
  describe('watches', () => {
    let ground: Ground
    beforeAll(async () => {
      ground = await Ground.create(cluster())
    })

    const watch = (resource: string, query: string): Promise<Watch> =>
      ground.client.watch(ground.path(`${resource}?watch=1&${query}`))
    const version = async (resource: string): Promise<string> =>
      (await ground.list(`${resource}?limit=1`)).metadata.resourceVersion
    const brief = ({type, object}: WatchEvent): string => `${type} ${object.metadata.name}`

    test('send every change after a version, in order, each with a version of its own', async () => {
      const from = await version('configmaps')
      const events = await watch('configmaps', `resourceVersion=${from}`)
      const created = await ground.configMap('life', {step: '1'})
      await ground.client.patch(ground.path('configmaps/life'), {data: {step: '2'}})
      await ground.client.delete(ground.path('configmaps/life'))
      const last = await events.until((event) => event.type === 'DELETED' && event.object.metadata.name === 'life')
      const lives = events.seen.filter(({object}) => object.metadata.name === 'life')
      expect(lives.map(brief)).toEqual(['ADDED life', 'MODIFIED life', 'DELETED life'])
      expect(lives[0]?.object).toMatchObject({kind: 'ConfigMap', apiVersion: 'v1', metadata: created.metadata})
      const versions = lives.map(({object}) => BigInt(object.metadata.resourceVersion))
      expect(versions).toEqual(versions.toSorted((left, right) => (left < right ? -1 : 1)))
      expect(new Set(versions).size).toBe(3)
      expect(last.object.data).toEqual({step: '2'})
      events.close()
    })

    test('resume from the version of the last event without loss and without repeating it', async () => {
      const first = await watch('configmaps', `resourceVersion=${await version('configmaps')}`)
      await ground.configMap('seen')
      const {object} = await first.until((event) => event.object.metadata.name === 'seen')
      first.close()
      await ground.configMap('missed')
      await ground.client.delete(ground.path('configmaps/missed'))
      await ground.configMap('last')
      const second = await watch('configmaps', `resourceVersion=${object.metadata.resourceVersion}`)
      await second.until((event) => event.object.metadata.name === 'last')
      expect(second.seen.map(brief)).toEqual(['ADDED missed', 'DELETED missed', 'ADDED last'])
      second.close()
    })

    test('without a version begin with what there is', async () => {
      await ground.configMap('already-there')
      const events = await watch('configmaps', 'fieldSelector=metadata.name%3Dalready-there')
      expect(await events.next()).toMatchObject({type: 'ADDED', object: {metadata: {name: 'already-there'}}})
      events.close()
    })

    test('tell an object that leaves the selection as deleted, and one that enters it as added', async () => {
      await ground.configMap('mover', {}, {shown: 'yes'})
      const events = await watch(
        'configmaps',
        `resourceVersion=${await version('configmaps')}&labelSelector=shown%3Dyes`,
      )
      const patch = (shown: string) =>
        ground.client.patch(ground.path('configmaps/mover'), {metadata: {labels: {shown}}})
      await patch('no')
      await patch('yes')
      await events.until((event) => event.type === 'ADDED')
      expect(events.seen.map(brief)).toEqual(['DELETED mover', 'ADDED mover'])
      events.close()
    })

    test('may show a write only after its reply has come', async () => {
      await ground.configMap('noisy')
      const query = `fieldSelector=metadata.name%3Dnoisy&resourceVersion=${await version('configmaps')}`
      const events = await watch('configmaps', query)
      let seenLater = 0
      for (let step = 1; step <= 10; step++) {
        await ground.client.request('PATCH', ground.path('configmaps/noisy'), {
          body: {data: {step: String(step)}},
          contentType: mergePatch,
          onHead: () => {
            if (!events.seen.some(({object}) => object.data?.step === String(step))) seenLater += 1
          },
        })
      }
      await events.until(({object}) => object.data.step === '10')
      expect(seenLater).toBeGreaterThan(0)
      events.close()
    })

    test('show a restart first as an object that looks finished, because no controller has processed it', async () => {
      await ground.workload('deployments', 'late')
      await ground.rolledOut('deployments/late')
      const query = `fieldSelector=metadata.name%3Dlate&resourceVersion=${await version('deployments')}`
      const events = await watch('deployments', query)
      const reply = await ground.client.patch<ApiObject>(
        ground.path('deployments/late'),
        restartPatch('2026-01-01T00:00:00.000Z'),
        strategicMergePatch,
      )
      const {resourceVersion, generation} = reply.body.metadata
      const first = await events.until(() => true)
      expect(first).toMatchObject({type: 'MODIFIED', object: {metadata: {resourceVersion, generation}}})
      expect(first.object.status.observedGeneration).toBeLessThan(generation)
      expect(first.object.status).toMatchObject({replicas: 2, updatedReplicas: 2, availableReplicas: 2})
      await events.until(({object}) => object.status.observedGeneration === generation)
      events.close()
    })
  })

  describe('watches that last', () => {
    let ground: Ground
    beforeAll(async () => {
      ground = await Ground.create(cluster())
    })

    const watch = (resource: string, query: string): Promise<Watch> =>
      ground.client.watch(ground.path(`${resource}?watch=1&${query}`))
    const version = async (resource: string): Promise<string> =>
      (await ground.list(`${resource}?limit=1`)).metadata.resourceVersion

    test.concurrent('end by themselves after timeoutSeconds, with nothing to say about it', async () => {
      const events = await watch('deployments', `resourceVersion=${await version('deployments')}&timeoutSeconds=1`)
      expect(events.status).toBe(200)
      expect(await events.rest()).toEqual([])
    })

    test.concurrent('from the future are accepted and stay silent, whatever happens, also without bookmarks', async () => {
      const query = 'resourceVersion=900000000000&allowWatchBookmarks=true&timeoutSeconds=3'
      const events = await watch('configmaps', query)
      expect(events.status).toBe(200)
      await ground.configMap('unheard')
      await version('configmaps')
      expect(await events.rest()).toEqual([])
    })

    // Two seconds before its end a watch is sent a bookmark, so one that lasts no longer never gets any:
    // https://github.com/kubernetes/kubernetes/blob/v1.36.3/staging/src/k8s.io/apiserver/pkg/storage/cacher/cache_watcher.go
    test.concurrent.each([
      {seconds: 1, bookmarks: 'no bookmark'},
      {seconds: 2, bookmarks: 'no bookmark'},
      {seconds: 3, bookmarks: 'bookmarks'},
      {seconds: 4, bookmarks: 'bookmarks'},
    ])('for $seconds s carry $bookmarks', async ({seconds, bookmarks}) => {
      const {events, list} = await watchBehindTheStore(`allowWatchBookmarks=true&timeoutSeconds=${seconds}`)
      const sent = await events.rest()
      expect(sent.map(({type}) => type === 'BOOKMARK')).toEqual(sent.map(() => true))
      if (bookmarks === 'no bookmark') return expect(sent).toEqual([])
      for (const {object} of sent) {
        expect(object).toMatchObject({kind: 'Deployment', apiVersion: 'apps/v1'})
        expect(object.metadata).not.toHaveProperty('name')
      }
      const last = sent.at(-1)?.object.metadata.resourceVersion ?? 0
      if (cluster().listsMoveBookmarks) expect(BigInt(last)).toBeGreaterThanOrEqual(BigInt(list))
    })

    test.concurrent('without an end carry no bookmark in their first seconds', async () => {
      const {events} = await watchBehindTheStore('allowWatchBookmarks=true')
      expect(await events.next(3_500)).toBe('silence')
      events.close()
    })

    test.concurrent('carry no bookmark without a request for bookmarks', async () => {
      const {events} = await watchBehindTheStore('timeoutSeconds=3')
      expect(await events.rest()).toEqual([])
    })

    /** Nothing has changed in its kind since the version that it starts from, and something else has; then a list proves the version. */
    async function watchBehindTheStore(query: string): Promise<{events: Watch; list: string}> {
      const from = await version('deployments')
      await ground.client.post(ground.path('configmaps'), {metadata: {generateName: 'elsewhere-'}})
      const [events, list] = await Promise.all([
        watch('deployments', `resourceVersion=${from}&${query}`),
        version('deployments'),
      ])
      return {events, list}
    }
  })
}
