import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {startProxy} from '../../src/kube/testing/tcp-proxy.ts'
import type {CacheReport, FindReport} from '../../src/model/report.ts'
import {openProcessShell, type ProcessShell, type RunningCommand} from '../support/spawn-command.ts'
import {type CacheWrites, watchCacheWrites} from './cache-head-watch.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {redirectKubeconfig} from './kubeconfig-files.ts'
import {type KubeObject, type RealCluster, startRealCluster} from './real-cluster.ts'
import {fleet, namespace, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const image = 'registry.example/shop/web'
const leasePath = '/apis/coordination.k8s.io/v1/namespaces/hubspoke-system/leases/hubspoke-cache-watch'
const cachePath = '/api/v1/namespaces/hubspoke-system/configmaps/deployment-image-cache'

describe.skipIf(!binaries)('cache watch, on a real cluster', () => {
  let cluster: RealCluster
  let shell: ProcessShell
  let writes: CacheWrites
  const started: RunningCommand[] = []
  let made = 0

  const startWatch = async (env: Readonly<Record<string, string>> = {}, says: string | RegExp = 'watching (') => {
    const run = shell.startUnder({env}, 'cache', 'watch', '--all-contexts', '--yes', '-o', 'json')
    started.push(run)
    await run.says(says)
    return run
  }
  const stop = async ({child, end}: RunningCommand) => {
    child.kill('SIGTERM')
    const {exitCode, stdout, stderr} = await end
    const report: CacheReport = JSON.parse(stdout)
    return {exitCode, stderr, entry: report.caches[0]}
  }
  /** Something new, by a name that was never there before; resolves when the server has acknowledged it. */
  const change = async (): Promise<string> => {
    const tag = `${image}:change-${made++}`
    await cluster.apply([workload({namespace: 'shop', name: `extra-${made}`, image: tag, replicas: 0})])
    return tag
  }
  const untilSaved = (tag: string, withinMs = 10_000) =>
    writes.until(({isHead, text}) => isHead && text.includes(tag), withinMs)

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'watched', nodes: 2})
    const shop = fleet({deployments: 30, namespaces: ['blue', 'green'], image: `${image}:1.0`, onImage: 12})
    await cluster.apply([...shop, namespace('shop')])
    await untilRolledOut(cluster)
  }, 180_000)
  afterAll(() => cluster?.delete())
  beforeEach(async () => {
    shell = openProcessShell({KUBECONFIG: cluster.kubeconfigPath, USER: 'ada'})
    writes = await watchCacheWrites(cluster)
  })
  afterEach(async () => {
    for (const {child, end} of started.splice(0)) {
      child.kill('SIGKILL')
      await end.catch(() => undefined)
    }
    writes.close()
    shell[Symbol.dispose]()
  })

  test('a change is in the saved cache within two seconds, ten times', async () => {
    const run = await startWatch()
    await writes.until(({isHead}) => isHead)
    const times: number[] = []
    for (let n = 0; n < 10; n++) {
      const tag = await change()
      const acknowledgedAt = performance.now()
      times.push((await untilSaved(tag)).at - acknowledgedAt)
      await sleep((n % 4) * 400)
    }
    times.sort((a, b) => a - b)
    process.stderr.write(`A change was saved after ${times.map((ms) => `${Math.round(ms)} ms`).join(', ')}.\n`)
    expect(times.at(-1)).toBeLessThanOrEqual(2_000)
    const {exitCode, entry} = await stop(run)
    expect(exitCode).toBe(143)
    expect(entry).toMatchObject({state: 'watched', problem: null, watch: {changes: 10, reconnects: 0}})
  })

  test('a storm of changes is at most one write per second, and all of it is saved', async () => {
    const run = await startWatch()
    await sleep(1_500)
    const before = writes.seen.length
    const startedAt = performance.now()
    const tags: string[] = []
    while (performance.now() - startedAt < 5_000) tags.push(...(await Promise.all([change(), change(), change()])))
    await writes.until(({isHead, text}) => isHead && tags.slice(-3).every((tag) => text.includes(tag)))
    const seconds = (performance.now() - startedAt) / 1000
    const count = writes.seen.length - before
    process.stderr.write(`${tags.length} changes in 5 s were ${count} writes in ${seconds.toFixed(1)} s.\n`)
    expect(count).toBeLessThanOrEqual(Math.ceil(seconds))
    const {images} = JSON.parse(writes.seen.at(-1)?.text ?? '')
    expect(tags.filter((tag) => !(tag in images))).toEqual([])
    await stop(run)
  })

  test('scaling and its rollouts are no write; the proof is renewed every ten seconds', async () => {
    const run = await startWatch()
    const proof = await writes.until(({text}) => text.includes('provenAt'))
    const before = writes.seen.length
    for (let replicas = 2; replicas < 12; replicas++) {
      await cluster.client.patch('/apis/apps/v1/namespaces/blue/deployments/app-0/scale', {spec: {replicas}})
      await sleep(1_000)
    }
    const next = await writes.until(({text}) => text.includes('provenAt'), 15_000)
    expect(writes.seen.length - before).toBeLessThanOrEqual(2)
    const [was, is] = [proof, next].map(({text}) => JSON.parse(text))
    expect(is.images).toEqual(was.images)
    expect(Date.parse(is.provenAt)).toBeGreaterThan(Date.parse(was.provenAt))
    expect((await stop(run)).entry).toMatchObject({watch: {changes: 0}})
  })

  test('find --fresh 30s is answered in one request', async () => {
    const run = await startWatch()
    await writes.until(({text}) => text.includes('provenAt'), 15_000)
    for (let round = 0; round < 4; round++) {
      const {stdout} = await shell.run('find', `${image}:1.0`, '--fresh', '30s', '-o', 'json')
      const {clusters, workloads}: FindReport = JSON.parse(stdout)
      expect(clusters).toMatchObject([{tier: 'cache', cost: {requests: 1}}])
      expect(workloads).toHaveLength(12)
      await sleep(3_700)
    }
    await stop(run)
  })

  test('survives a restart of the API server, including changes in between', async () => {
    const run = await startWatch()
    await sleep(1_500)
    await cluster.stopApiServer()
    await run.says('trying again')
    await cluster.startApiServer()
    writes.close()
    writes = await watchCacheWrites(cluster)
    const tag = await change()
    await untilSaved(tag, 40_000)
    expect((await stop(run)).entry).toMatchObject({state: 'watched', problem: null})
  })

  test('survives a server that no longer has the changes in between', async () => {
    const run = await startWatch()
    await sleep(1_500)
    await cluster.stopApiServer()
    await run.says('trying again')
    await cluster.expireHistory()
    await cluster.startApiServer()
    writes.close()
    writes = await watchCacheWrites(cluster)
    const tag = await change()
    await untilSaved(tag, 40_000)
    await stop(run)
  })

  test('survives connections that go silent, and those that are cut', async () => {
    const kubeconfig = join(cluster.place.folder, 'through-proxy.yaml')
    const port = Number(new URL(cluster.server).port)
    let proxy = await startProxy(port)
    redirectKubeconfig(kubeconfig, cluster, `https://127.0.0.1:${proxy.port}`)
    const run = await startWatch({KUBECONFIG: kubeconfig})
    await untilSaved(await change())
    proxy.freeze()
    const frozenAt = performance.now()
    const {at} = await untilSaved(await change(), 60_000)
    process.stderr.write(
      `After the connection had gone silent a change was saved after ${Math.round(at - frozenAt)} ms.\n`,
    )
    await proxy.close()
    await run.says(/trying again[\s\S]*trying again/)
    const tag = await change()
    proxy = await startProxy(port, proxy.port)
    await untilSaved(tag, 40_000)
    expect((await stop(run)).entry).toMatchObject({state: 'watched', problem: null})
    await proxy.close()
  })

  test('the ConfigMap and its namespace are deleted: both are there again', async () => {
    const run = await startWatch()
    await sleep(1_500)
    await cluster.client.delete(cachePath)
    await untilSaved(await change())
    await cluster.kubectl(['delete', 'namespace', 'hubspoke-system', '--wait=true', '--timeout=60s'])
    await expect
      .poll(async () => (await cluster.client.get(cachePath)).status, {timeout: 60_000, interval: 250})
      .toBe(200)
    writes.close()
    writes = await watchCacheWrites(cluster)
    await untilSaved(await change(), 40_000)
    await stop(run)
  })

  test('SIGTERM: the last state is saved, and the Lease is released', async () => {
    const run = await startWatch()
    await sleep(2_000)
    await untilSaved(await change())
    const tag = await change()
    const {exitCode, stderr} = await stop(run)
    expect(exitCode).toBe(143)
    expect(stderr).toContain('written')
    const {data} = await cluster.get<{data: Record<string, string>}>(cachePath)
    expect(data['cache.json']).toContain(tag)
    const lease = await cluster.get<KubeObject & {spec: {holderIdentity?: string}}>(leasePath)
    expect(lease.spec.holderIdentity).toBeUndefined()
  })

  test('of two watchers the second stands by, and takes over after kill -9 of the first', async () => {
    const first = await startWatch()
    const second = await startWatch({USER: 'grace'}, 'standing by: it is watched by')
    first.child.kill('SIGKILL')
    const tag = await change()
    await second.says('watching (from the saved image cache)')
    await untilSaved(tag)
    expect((await stop(second)).entry).toMatchObject({state: 'watched', problem: null})
  })

  test('a second signal ends it at once', async () => {
    const run = await startWatch()
    await cluster.stopApiServer()
    run.child.kill('SIGTERM')
    await run.says('Stopping')
    run.child.kill('SIGTERM')
    // Without a code where it had just ended in order, and no longer listened: a shell shows 143 for that, too.
    expect([143, undefined]).toContain((await run.end).exitCode)
    await cluster.startApiServer()
  })
})
