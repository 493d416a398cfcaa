import {spawn, spawnSync} from 'node:child_process'
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {startConnectionCounter} from './connection-counter.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {mergeKubeconfigs, redirectKubeconfig} from './kubeconfig-files.ts'
import {openRawClient} from './raw-client.ts'
import {RealCluster, startRealCluster} from './real-cluster.ts'
import {
  brokenImage,
  controllerRevisionCounts,
  fleet,
  namespace,
  replicaSetCounts,
  untilRolledOut,
  workload,
} from './workloads.ts'

const binaries = await controlPlaneOrSkip()

describe.skipIf(!binaries)('a real cluster', () => {
  let cluster: RealCluster

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'east', nodes: 2})
  }, 120_000)
  afterAll(() => cluster?.delete())

  test('rolls out deployments, stateful sets and daemon sets', async () => {
    await cluster.apply([
      ...fleet({deployments: 6, namespaces: ['blue', 'green'], image: 'registry.example/web:1', onImage: 4}),
      workload({kind: 'StatefulSet', namespace: 'blue', name: 'db', image: 'registry.example/db:1'}),
      workload({kind: 'DaemonSet', namespace: 'green', name: 'agent', image: 'registry.example/agent:1'}),
    ])
    await untilRolledOut(cluster)
    expect(await replicaSetCounts(cluster)).toMatchObject({
      'blue/app-0': {replicaSets: 1, revision: 1},
      'green/app-5': {replicaSets: 1, revision: 1},
    })
    expect(await controllerRevisionCounts(cluster)).toEqual({'StatefulSet blue/db': 1, 'DaemonSet green/agent': 1})
    const agents = await cluster.get<{items: unknown[]}>('/api/v1/namespaces/green/pods?labelSelector=app=agent')
    expect(agents.items).toHaveLength(2)
  }, 60_000)

  test('pods reach the failure state of their annotations', async () => {
    const trouble = (name: string, podAnnotations: Record<string, string>, image = 'registry.example/app:1') =>
      workload({namespace: 'trouble', name, image, podAnnotations, replicas: 1})
    await cluster.apply([
      namespace('trouble'),
      trouble('broken', {}, brokenImage),
      trouble('crashes', {'hubspoke.test/crashes': 'true'}),
      trouble('never', {'hubspoke.test/never-ready': 'true'}),
    ])
    const reasons = async (): Promise<unknown> => {
      interface Pods {
        items: {
          metadata: {labels: {app: string}}
          status: {containerStatuses?: {state: {waiting?: {reason: string}}}[]}
        }[]
      }
      const {items} = await cluster.get<Pods>('/api/v1/namespaces/trouble/pods')
      return Object.fromEntries(
        items.map(({metadata, status}) => {
          const state = status.containerStatuses?.[0]?.state
          return [metadata.labels.app, state && (state.waiting?.reason ?? 'running')]
        }),
      )
    }
    const expected = {broken: 'ImagePullBackOff', crashes: 'CrashLoopBackOff', never: 'running'}
    await expect.poll(reasons, {timeout: 20_000}).toEqual(expected)
  }, 30_000)

  test('has a genuine outage, and comes back on the same port with the same objects', async () => {
    await cluster.stopApiServer()
    await expect(cluster.client.get('/version')).rejects.toThrow()
    await cluster.startApiServer()
    const again = new RealCluster(cluster.place)
    const {metadata} = await again.get<{metadata: {name: string}}>('/api/v1/namespaces/blue')
    expect(metadata.name).toBe('blue')
    await again.client.close()
  }, 60_000)

  test('is reached through a proxy and through a merged kubeconfig', async () => {
    const counter = await startConnectionCounter(cluster.server)
    const [proxied, merged] = [join(cluster.place.folder, 'proxied.yaml'), join(cluster.place.folder, 'merged.yaml')]
    redirectKubeconfig(proxied, cluster, counter.server)
    mergeKubeconfigs(merged, [cluster, {name: 'east-again', kubeconfigPath: proxied}])
    const client = openRawClient(merged, 'east-again')
    const replies = await Promise.all(Array.from({length: 20}, () => client.get('/api/v1/namespaces/default')))
    expect(replies.map(({status}) => status)).toEqual(replies.map(() => 200))
    expect(counter.accepted()).toBe(1)
    await client.close()
    await counter.close()
  }, 30_000)

  test('kubectl works with it', async () => {
    const {exitCode, stdout} = await cluster.kubectl(
      ['create', '-f', '-', '-o', 'name'],
      JSON.stringify(namespace('typed')),
    )
    expect({exitCode, stdout}).toEqual({exitCode: 0, stdout: 'namespace/typed\n'})
  }, 30_000)

  const startDoomed = `
    import {startRealCluster} from ${JSON.stringify(join(import.meta.dirname, 'real-cluster.ts'))}
    import {runFolder} from ${JSON.stringify(join(import.meta.dirname, 'run-folder.ts'))}
    console.log(runFolder())
    await startRealCluster({name: 'doomed'})
    console.log('started')`

  test.each([
    {when: 'when all is up', ready: (said: string) => said.includes('started')},
    {when: 'while it comes up', ready: (_said: string, folder: string) => existsSync(join(folder, anyPidFile))},
  ])(
    'nothing of it is left when the process that started it is killed $when',
    async ({ready}) => {
      const owner = spawn(process.execPath, ['--input-type=module', '-e', startDoomed], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let said = ''
      owner.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
      const folder = (): string => said.split('\n')[0] ?? ''
      await expect.poll(() => said.includes('\n') && ready(said, folder()), {timeout: 60_000, interval: 5}).toBe(true)
      expect(programsIn(folder())).not.toEqual([])
      owner.kill('SIGKILL')
      await expect.poll(() => existsSync(folder()), {timeout: 20_000}).toBe(false)
      expect(programsIn(folder())).toEqual([])
    },
    120_000,
  )
})

const anyPidFile = 'doomed/.kwok/clusters/doomed/pids/etcd.pid'

/** Command lines of the processes whose program lies in a folder. */
function programsIn(folder: string): readonly string[] {
  const {stdout} = spawnSync('ps', ['-Ao', 'args='], {encoding: 'utf8'})
  return stdout.split('\n').filter((line) => line.startsWith(`${folder}/`))
}
