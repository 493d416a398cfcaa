import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {ClusterReading} from '../../src/model/cluster.ts'
import {killComponents, stateFolder} from './cluster-processes.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {findInProcess, foundIn} from './find-in-process.ts'
import {openRawClient} from './raw-client.ts'
import {type KubeObject, type RealCluster, startRealCluster} from './real-cluster.ts'
import {namespace, workload} from './workloads.ts'

const isLeftOut = process.env.HUBSPOKE_SKIP_LARGE === '1'
if (isLeftOut) console.error('Skipped, a large cluster: HUBSPOKE_SKIP_LARGE=1')
const binaries = isLeftOut ? undefined : await controlPlaneOrSkip()

const count = 10_000
const image = 'registry.example/shop/web'
const teams = Array.from({length: 50}, (_, i) => `team-${i}`)
/** Runs on 50 workloads, one in the namespace of each team. */
const spread = 'registry.example/shop/agent'
/** One in a hundred runs the image; the others are of 500 repositories. */
const imageOf = (i: number) => {
  if (i % 100 === 0) return `${image}:1.0`
  if (i >= 5_000 && i < 5_050) return `${spread}:1.0`
  return `registry.example/${teams[i % 50]}/app-${i % 500}:1.${i % 3}`
}
const deployment = (i: number, runs = imageOf(i)): KubeObject =>
  workload({namespace: teams[i % 50] ?? '', name: `app-${i}`, image: runs, replicas: 0})
const pathOf = ({metadata}: KubeObject) => `/apis/apps/v1/namespaces/${metadata.namespace}/deployments`

describe.skipIf(!binaries)('a cluster of 10,000 workloads', () => {
  let cluster: RealCluster

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'large', nodes: 1, ...(binaries && {binaries})})
    // Nothing is to be rolled out here, and 10,000 ReplicaSets would take longer than everything else.
    killComponents(stateFolder(cluster.place.folder, cluster.name), 'kube-controller-manager')
    const {ms} = await timed(async () => {
      await cluster.apply(teams.map(namespace))
      await createAll()
    })
    console.log(`large cluster: ${count} Deployments in ${(ms / 1000).toFixed(1)} s`)
  }, 180_000)
  afterAll(() => cluster?.delete())

  async function createAll(): Promise<void> {
    let next = 0
    const work = async () => {
      const client = openRawClient(cluster.kubeconfigPath)
      for (let i = next++; i < count; i = next++) {
        const {status, body} = await client.post(pathOf(deployment(i)), deployment(i))
        if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`)
      }
      await client.close()
    }
    await Promise.all(Array.from({length: 16}, work))
  }

  /** By a connection of its own, so that its cost is that of the answer alone. */
  async function find(
    fresh: 'exact' | 'cache' | 'scan',
    {asked = image, writes = false}: {readonly asked?: string; readonly writes?: boolean} = {},
  ): Promise<{reading: ClusterReading; ms: number}> {
    const inProcess = await findInProcess(cluster, {fresh, writes})
    const {result: reading, ms} = await timed(() => inProcess.find(asked))
    await inProcess.access.close()
    const {requests, bytesRead} = reading.cost
    const cost = `${Math.round(ms)} ms, ${requests} requests, ${Math.round(bytesRead / 1024)} KiB`
    console.log(
      `large cluster: ${writes ? 'plan' : 'find'} --fresh ${fresh}: ${reading.tier} (${reading.tierReason}), ${cost}`,
    )
    return {reading, ms}
  }

  async function refresh(): Promise<void> {
    const inProcess = await findInProcess(cluster)
    const {result, ms} = await timed(() => inProcess.refresh())
    await inProcess.access.close()
    const bytes = result.saved.isSaved ? result.saved.bytes : 0
    console.log(`large cluster: cache refresh: ${Math.round(ms)} ms, ${Math.round(bytes / 1024)} KiB`)
  }

  /** What runs the image now, as the cluster itself lists it. */
  async function running(): Promise<string[]> {
    interface List {
      readonly items: readonly {
        readonly metadata: {readonly namespace: string; readonly name: string}
        readonly spec: {readonly template: {readonly spec: {readonly containers: readonly {readonly image: string}[]}}}
      }[]
    }
    const {items} = await cluster.get<List>('/apis/apps/v1/deployments')
    return items
      .flatMap(({metadata, spec}) =>
        spec.template.spec.containers
          .filter((container) => container.image.startsWith(`${image}:`))
          .map((container) => `Deployment ${metadata.namespace}/${metadata.name} app=${container.image}`),
      )
      .sort()
  }

  /** 50 workloads: 20 come to run the image, 10 run another one from now on, 10 are gone, 10 are new. */
  async function change50(round: number): Promise<void> {
    const send = async (method: 'PUT' | 'DELETE' | 'POST', i: number, runs?: string) => {
      const object = deployment(i, runs)
      const path = method === 'POST' ? pathOf(object) : `${pathOf(object)}/app-${i}`
      const {status, body} = await cluster.client.request(method, path, method === 'DELETE' ? {} : {body: object})
      if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
    }
    const ten = Array.from({length: 10}, (_, i) => i)
    for (const i of ten) {
      const base = (round * 10 + i) * 100
      await send('PUT', base + 1, `${image}:2.0`)
      await send('PUT', base + 2, `${image}:3.0`)
      await send('PUT', base, 'registry.example/shop/other:1.0')
      await send('DELETE', base + 3)
      await send('POST', count + round * 10 + i, `${image}:1.0`)
    }
  }

  test('is answered from the cache in two requests and 64 KiB', async () => {
    await refresh()
    const {reading} = await find('cache')
    expect(reading).toMatchObject({tier: 'cache', unread: []})
    expect(foundIn(reading)).toEqual(await running())
    expect(reading.cost.requests).toBeLessThanOrEqual(2)
    expect(reading.cost.bytesRead).toBeLessThan(64 * 1024)
  })

  test('is answered exactly after 50 changes, from the cache with these changes, within 2 s', async () => {
    const times: number[] = []
    // Others may need the machine at the same time: what it can do is what it did once.
    for (let round = 0; round < 3 && Math.min(...times, Number.POSITIVE_INFINITY) > 2_000; round++) {
      await refresh()
      await change50(round)
      const {reading, ms} = await find('exact')
      times.push(ms)
      expect(reading).toMatchObject({tier: 'cache+changes', tierReason: 'the image cache with 50 changes', unread: []})
      expect(foundIn(reading)).toEqual(await running())
    }
    expect(Math.min(...times)).toBeLessThanOrEqual(2_000)
  })

  test('is planned for a write of 50 targets in 60 requests and a tenth of the bytes of a list', async () => {
    await refresh()
    const {client} = cluster
    const young = deployment(20_000, `${spread}:2.0`)
    expect((await client.post(pathOf(young), young)).status).toBe(201)
    for (const asked of [spread, image]) {
      const {reading: listed} = await find('scan', {asked, writes: true})
      const {reading} = await find('exact', {asked, writes: true})
      expect(reading).toMatchObject({tier: 'cache+changes', unread: [], dropped: []})
      expect(reading.matches).toEqual(listed.matches)
      expect(reading.cost.requests).toBeLessThanOrEqual(61) // one of the targets came after the cache was built
      console.log(
        `large cluster: ${reading.matches.length} targets, ${reading.cost.bytesRead} of ${listed.cost.bytesRead} bytes`,
      )
    }
  })

  test('is scanned when the server no longer has the changes, and says so', async () => {
    await cluster.expireHistory()
    await cluster.stopApiServer()
    await cluster.startApiServer()
    const {reading} = await find('exact')
    const tierReason = 'the image cache could not be brought up to date: the server no longer has changes that old'
    expect(reading).toMatchObject({tier: 'scan', tierReason, unread: []})
    expect(foundIn(reading)).toEqual(await running())
  })
})

async function timed<T>(work: () => Promise<T>): Promise<{result: T; ms: number}> {
  const startedAt = performance.now()
  const result = await work()
  return {result, ms: performance.now() - startedAt}
}
