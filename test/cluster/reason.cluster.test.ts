import {readFileSync} from 'node:fs'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {systemClock} from '../../src/shared/clock.ts'
import {openShell, type Shell} from '../support/run-command.ts'
import type {RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {namespace, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const image = 'registry.example/shop/web'

describe.skipIf(!binaries)('what kubectl shows of a restart, on a real cluster', () => {
  let cluster: RealCluster
  let shell: Shell
  const kubectl = async (...words: readonly string[]) => (await cluster.kubectl([...words, '-n', 'shop'])).stdout
  const restart = async (...words: readonly string[]) => {
    const ended = await shell.run('restart', image, '--all-contexts', '-y', '-o', 'json', '-v', ...words)
    expect(ended).toMatchObject({exitCode: 0, stderr: expect.not.stringContaining('no Event')})
    return (ended.document() as RunReport).run.id
  }

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'reasons', nodes: 1})
    const kinds = ['Deployment', 'StatefulSet', 'DaemonSet'] as const
    const web = kinds.map((kind) => workload({kind, namespace: 'shop', name: 'web', image: `${image}:1`, replicas: 1}))
    await cluster.apply([namespace('shop'), ...web])
    await untilRolledOut(cluster)
    const kubeconfig = readFileSync(cluster.kubeconfigPath, 'utf8')
    shell = await openShell({kubeconfig, clock: systemClock, env: {USER: 'ada'}})
  }, 120_000)
  afterAll(async () => {
    await shell?.[Symbol.asyncDispose]()
    await cluster?.delete()
  })

  test('rollout history has the reason, and describe has the user, the run and the reason, for every kind', async () => {
    const id = await restart('--reason', 'memory leak, INC-42', '--change-cause')
    const annotations = await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.metadata.annotations}')
    const by = JSON.parse(annotations)['hubspoke.dev/by']
    expect(by).toMatch(/^ada on host\.example, Kubernetes user \S+$/)
    const cause = `hubspoke restart: memory leak, INC-42 (${by}, run ${id})`
    for (const kind of ['deployment', 'statefulset', 'daemonset']) {
      expect(await kubectl('rollout', 'history', `${kind}/web`)).toContain(cause)
      const described = await kubectl('describe', kind, 'web')
      expect(described).toMatch(/Normal +Restarted +\S+ +hubspoke +Restarted by ada/)
      expect(described).toContain(`Restarted by ${by}, hubspoke run ${id}: memory leak, INC-42`)
    }
  })

  test('a later restart without a reason does not keep the previous one', async () => {
    const id = await restart()
    const annotations = await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.metadata.annotations}')
    expect(JSON.parse(annotations)).toMatchObject({'hubspoke.dev/run-id': id})
    expect(annotations).not.toContain('INC-42')
    expect(await kubectl('rollout', 'history', 'deployment/web')).toMatch(/^3 +<none>$/m)
  })
})
