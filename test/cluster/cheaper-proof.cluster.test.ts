import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {killComponents, stateFolder} from './cluster-processes.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {findInProcess, foundIn} from './find-in-process.ts'
import {redirectKubeconfig} from './kubeconfig-files.ts'
import {openRawClient} from './raw-client.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {startSlowLink} from './slow-link.ts'
import {namespace, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const count = 1_500
const image = 'registry.example/shop/web'

/** What no two of them share, as the environment of real workloads is: it does not pack well. */
function noise(seed: number, length: number): string {
  let state = seed + 1
  return Array.from({length}, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return String.fromCharCode(97 + ((state >> 16) % 26))
  }).join('')
}

function deployment(i: number) {
  const made = workload({
    namespace: 'shop',
    name: `app-${i}`,
    image: i % 100 === 0 ? `${image}:1.0` : `registry.example/other/app-${i}:1.0`,
    replicas: 0,
  })
  return {...made, metadata: {...made.metadata, annotations: {'example/config': noise(i, 3_000)}}}
}

describe.skipIf(!binaries)('a cluster of 1,500 workloads', () => {
  let cluster: RealCluster

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'proof', nodes: 1, ...(binaries && {binaries})})
    killComponents(stateFolder(cluster.place.folder, cluster.name), 'kube-controller-manager')
    await cluster.apply([namespace('shop')])
    let next = 0
    const work = async () => {
      const client = openRawClient(cluster.kubeconfigPath)
      for (let i = next++; i < count; i = next++) {
        const {status} = await client.post('/apis/apps/v1/namespaces/shop/deployments', deployment(i))
        if (status !== 201) throw new Error(`HTTP ${status}`)
      }
      await client.close()
    }
    await Promise.all(Array.from({length: 16}, work))
    const refreshing = await findInProcess(cluster)
    await refreshing.refresh()
    await refreshing.access.close()
  })
  afterAll(() => cluster?.delete())

  test.each([
    {where: '100 ms away, over 10 Mbit/s', link: {roundTripMs: 100, bytesPerMs: 1_250}, tier: 'cache+changes'},
    {where: 'nearby', link: undefined, tier: 'scan'},
  ])('$where is answered by the cheaper proof: $tier', async ({where, link, tier}) => {
    const slow = link && (await startSlowLink(cluster.server, link))
    const kubeconfigPath = slow ? join(cluster.place.folder, 'slow.yaml') : cluster.kubeconfigPath
    if (slow) redirectKubeconfig(kubeconfigPath, cluster, slow.server)
    const found: Record<string, readonly string[]> = {}
    for (const [name, more] of Object.entries(ways)) {
      const asking = await findInProcess(
        {kubeconfigPath, place: cluster.place, context: slow ? cluster.name : cluster.context},
        more,
      )
      const startedAt = performance.now()
      const reading = await asking.find(image)
      const ms = Math.round(performance.now() - startedAt)
      await asking.access.close()
      const {requests, bytesRead} = reading.cost
      console.log(
        `${where}: ${name}: ${reading.tier} (${reading.tierReason}), ${ms} ms, ${requests} requests, ${bytesRead} bytes`,
      )
      found[name] = foundIn(reading)
      if (name === 'chosen') expect(reading.tier).toBe(tier)
    }
    await slow?.close()
    expect(found.chosen).toEqual(found['by lists'])
    expect(found.chosen).toEqual(found['by changes'])
    expect(found.chosen).toHaveLength(count / 100)
  })
})

/** The proof that hubspoke chooses, and each of the two that it chooses between. */
const ways = {chosen: {}, 'by lists': {fresh: 'scan'}, 'by changes': {smallCluster: 0}} as const
