import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {systemClock} from '../../src/shared/clock.ts'
import {openShell, type Shell} from '../support/run-command.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {applyWithout, rolesOf, singles, wordsOf} from './role-rules.ts'
import {createServiceAccount, mayI, type ServiceAccount} from './service-account.ts'
import {namespace, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const configMaps = '/api/v1/namespaces/hubspoke-system/configmaps'
const cachePath = `${configMaps}/deployment-image-cache`
const orphanPath = `${configMaps}/deployment-image-cache-old-0`

/** What an older build left, and a head that has to be written anew. */
const leftOvers = [
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'deployment-image-cache-old-0',
      namespace: 'hubspoke-system',
      labels: {'app.kubernetes.io/managed-by': 'hubspoke', 'hubspoke.dev/cache-build': 'old'},
    },
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {name: 'deployment-image-cache', namespace: 'hubspoke-system'},
    data: {'cache.json': '{'},
  },
]

describe.skipIf(!binaries)('the role that rbac prints for cache watch, on a real cluster', () => {
  let cluster: RealCluster
  let account: ServiceAccount
  let printed: string

  /** Watches until it has said this, and then stops. */
  async function watchUntil(text: string): Promise<string> {
    const shell: Shell = await openShell({kubeconfig: account.kubeconfig, clock: systemClock})
    try {
      const ended = shell.run('cache', 'watch', '--all-contexts')
      await expect.poll(() => shell.everythingPrinted(), {timeout: 25_000}).toContain(text)
      shell.signal('SIGTERM')
      await ended
      return shell.everythingPrinted()
    } finally {
      await shell[Symbol.asyncDispose]()
    }
  }

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'watch-roles', nodes: 1})
    const web = workload({namespace: 'shop', name: 'web', image: 'registry.example/shop/web:1', replicas: 0})
    await cluster.apply([...['ops', 'shop', 'hubspoke-system'].map(namespace), web])
    account = await createServiceAccount(cluster, 'ops', 'watcher')
    await using shell = await openShell({kubeconfig: account.kubeconfig, clock: systemClock})
    printed = (await shell.run('rbac', 'cache-watch', '--service-account', 'ops/watcher')).stdout
    const {exitCode, stderr} = await cluster.kubectl(['apply', '-f', '-'], printed)
    expect({exitCode, stderr}).toMatchObject({exitCode: 0})
  }, 180_000)
  afterAll(async () => {
    await account?.client.close()
    await cluster?.delete()
  })

  test('is enough: it holds the Lease, builds, proves and removes old builds', async () => {
    const last = {group: '', resource: 'configmaps', verb: 'delete', namespace: 'hubspoke-system'}
    await expect.poll(() => mayI(account.client, last)).toBe(true)
    await cluster.apply(leftOvers)
    const said = await watchUntil('the image cache was written')
    expect(said).not.toContain('trying again')
    expect(said).not.toContain('without a Lease')
    expect((await cluster.client.get(orphanPath)).status).toBe(404)
  })

  const proved: string[] = []
  const fails = 'trying again'
  interface Lacking {
    readonly words: string
    readonly says: string
    prepare?(): Promise<unknown>
  }
  test.each<Lacking>([
    ...['deployments', 'statefulsets', 'daemonsets'].flatMap((kind) => [
      {words: `list ${kind}`, says: fails},
      {words: `watch ${kind}`, says: fails},
    ]),
    {words: 'get namespaces', says: 'The UID of namespace "kube-system" may not be read'},
    {words: 'get configmaps', says: fails},
    {words: 'create configmaps', says: fails, prepare: () => cluster.client.delete(cachePath)},
    {words: 'update configmaps', says: fails, prepare: () => cluster.apply(leftOvers)},
    {words: 'get leases', says: 'continuing without a Lease'},
    {words: 'create leases', says: 'continuing without a Lease', prepare: forgetLease},
    {words: 'update leases', says: 'continuing without a Lease', prepare: () => watchUntil('watching (')},
  ])('is needed in full: without $words it says "$says"', async ({words, says, prepare}) => {
    await cluster.apply(rolesOf(printed))
    await prepare?.()
    await applyWithout({cluster, account, printed}, words)
    proved.push(words)
    expect(await watchUntil(says)).toMatch(/HTTP 403|may not be read/)
  })

  test.each(['list configmaps', 'delete configmaps'])('without %s what older builds left stays', async (words) => {
    await cluster.apply([...rolesOf(printed), ...leftOvers])
    await applyWithout({cluster, account, printed}, words)
    proved.push(words)
    await watchUntil('the image cache was written')
    expect((await cluster.client.get(orphanPath)).status).toBe(200)
  })

  test('no rule was forgotten here', () => {
    const all = rolesOf(printed).flatMap(({rules}) => singles(rules).map(wordsOf))
    expect([...proved].sort()).toEqual([...new Set(all)].sort())
  })

  async function forgetLease(): Promise<void> {
    await cluster.client.delete('/apis/coordination.k8s.io/v1/namespaces/hubspoke-system/leases/hubspoke-cache-watch')
  }
})
