import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {ErrorReport} from '../../src/model/error-report.ts'
import {systemClock} from '../../src/shared/clock.ts'
import {openShell, type ShellOptions} from '../support/run-command.ts'
import type {FindReport, RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {openGateway} from './gateway.ts'
import {writeKubeconfig} from './kubeconfig-files.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {namespace, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const image = 'registry.example/shop/web'
const webPath = '/apis/apps/v1/namespaces/shop/deployments/web'
const leasesPath = '/apis/coordination.k8s.io/v1/namespaces/hubspoke-system/leases'

interface Found {
  readonly metadata: {readonly uid: string}
  readonly spec: {readonly template: {readonly metadata: {readonly annotations?: Readonly<Record<string, string>>}}}
}

describe.skipIf(!binaries)('which cluster it is, on real clusters', () => {
  let one: RealCluster
  let two: RealCluster

  const stampIn = async (cluster: RealCluster) =>
    (await cluster.get<Found>(webPath)).spec.template.metadata.annotations?.['kubectl.kubernetes.io/restartedAt']
  const leasesIn = async (cluster: RealCluster) => (await cluster.get<{items: unknown[]}>(leasesPath)).items.length
  /** A shell whose contexts lead to these addresses; without credentials, where a gateway has them. */
  async function shellWith(
    servers: Readonly<Record<string, RealCluster | string>>,
    options: Partial<ShellOptions> = {},
  ) {
    const path = join(one.place.folder, 'contexts.yaml')
    const contexts = Object.entries(servers).map(([name, to]) => ({
      name,
      credentials: typeof to === 'string' ? {...one.client.credentials, server: to} : to.client.credentials,
    }))
    writeKubeconfig(path, contexts)
    return openShell({kubeconfig: readFileSync(path, 'utf8'), clock: systemClock, ...options})
  }

  beforeAll(async () => {
    ;[one, two] = await Promise.all([
      startRealCluster({name: 'one', nodes: 1}),
      startRealCluster({name: 'two', nodes: 1}),
    ])
    const web = workload({namespace: 'shop', name: 'web', image: `${image}:1.0`, replicas: 1})
    for (const cluster of [one, two]) await cluster.apply([namespace('shop'), namespace('hubspoke-system'), web])
  }, 180_000)
  afterAll(async () => {
    await one?.delete()
    await two?.delete()
  })

  test('a protected cluster, through the address of a gateway: not without its name', async () => {
    await using gateway = await openGateway(one)
    const config = 'protectedContexts: ["prod-*"]\n'
    await using shell = await shellWith({alias: gateway.server, 'prod-eu': one}, {config})
    const {exitCode, stderr} = await shell.run('restart', image, '-c', 'alias', '--yes')
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('it is the same cluster as "prod-eu"')])
    expect(await stampIn(one)).toBe(undefined)
  })

  test('another cluster behind the address during the prompt: nothing is written there, not even a lock', async () => {
    await using gateway = await openGateway(one)
    await using shell = await shellWith(
      {lab: gateway.server},
      {answers: ['y'], onQuestion: () => gateway.switchTo(two)},
    )
    const {exitCode, document} = await shell.run('restart', image, '-c', 'lab', '--retries', '0', '-o', 'json')
    expect((document() as RunReport).results).toMatchObject([{outcome: 'failed', failure: {class: 'other-cluster'}}])
    expect(exitCode).toBe(1)
    expect([await stampIn(one), await stampIn(two)]).toEqual([undefined, undefined])
    expect(await leasesIn(two)).toBe(0)
  })

  test('two addresses of one cluster: its lock shows that it is one, and each workload is restarted once', async () => {
    await using gateway = await openGateway(one)
    await using shell = await shellWith({direct: one, gateway: gateway.server})
    const {exitCode, document, stderr} = await shell.run('restart', image, '--all-contexts', '--yes', '-o', 'json')
    expect(exitCode, stderr).toBe(0)
    expect((document() as RunReport).counts).toMatchObject({total: 1, succeeded: 1})
    const found = (await shell.run('find', image, '-o', 'json')).document() as FindReport
    expect(found.clusters).toMatchObject([{sameClusterAs: ['gateway']}, {sameClusterAs: ['direct']}])
    expect(await stampIn(one)).toEqual(expect.any(String))
  })

  test('two clusters with the same UIDs, as after a restored snapshot: 2, and neither is written', async () => {
    // The very records of one etcd in the other.
    for (const key of ['/registry/namespaces/kube-system', '/registry/deployments/shop/web']) {
      await put(two, key, await recordOf(one, key))
    }
    const uidOf = async (cluster: RealCluster) =>
      (await cluster.get<Found>('/api/v1/namespaces/kube-system')).metadata.uid
    await expect.poll(async () => (await uidOf(two)) === (await uidOf(one))).toBe(true)
    const before = [await stampIn(one), await stampIn(two)]
    await using shell = await shellWith({one, two})
    const found = (await shell.run('find', image, '-o', 'json')).document() as FindReport
    expect(found.workloads.map(({context}) => context)).toEqual(['one', 'two'])
    const {exitCode, stdout} = await shell.run('restart', image, '--all-contexts', '--yes', '-o', 'json')
    const {error}: ErrorReport = JSON.parse(stdout)
    expect(error.message).toContain('"one" and "two" point at two clusters with the same UID')
    expect(exitCode).toBe(2)
    expect([await stampIn(one), await stampIn(two)]).toEqual(before)
  })
})

/** In base64. */
async function recordOf({place}: RealCluster, key: string): Promise<string> {
  const body = JSON.stringify({key: Buffer.from(key).toString('base64')})
  const reply = await fetch(`http://127.0.0.1:${place.etcdPort}/v3/kv/range`, {method: 'POST', body})
  const {kvs} = (await reply.json()) as {kvs?: {value: string}[]}
  return kvs?.[0]?.value ?? ''
}

async function put({place}: RealCluster, key: string, value: string): Promise<void> {
  const body = JSON.stringify({key: Buffer.from(key).toString('base64'), value})
  await fetch(`http://127.0.0.1:${place.etcdPort}/v3/kv/put`, {method: 'POST', body})
}
