import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {stringify} from 'yaml'
import {openProcessShell, type ProcessShell} from '../support/spawn-command.ts'
import type {RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {kubeletLogs} from './kubelet-logs.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {brokenImage, namespace, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()

const crashed = 'ghcr.io/acme/crashes'
const brokenRepository = brokenImage.replace(/:.*/, '')

/** What the kubelet of every node has as the log of every container. */
const lines = ['starting', 'password=hunter2', 'fatal: no configuration']

describe.skipIf(!binaries)('why a rollout is stuck, from a genuine control plane', () => {
  let cluster: RealCluster
  let shell: ProcessShell

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'why', nodes: 2, stages: kubeletLogs(lines)})
    await cluster.apply([
      namespace('shop'),
      workload({namespace: 'shop', name: 'broken', image: brokenImage, replicas: 1}),
      workload({
        namespace: 'shop',
        name: 'crashes',
        image: `${crashed}:1`,
        replicas: 1,
        podAnnotations: {'hubspoke.test/crashes': 'true'},
      }),
    ])
    shell = openProcessShell({KUBECONFIG: cluster.kubeconfigPath})
  }, 120_000)
  afterAll(async () => {
    shell?.[Symbol.dispose]()
    await cluster?.delete()
  })

  test('an image that cannot be pulled is on the screen within 15 seconds after the kubelet reports it', async () => {
    const {child, end} = shell.start('restart', brokenRepository, '--all-contexts', '--yes', '-o', 'json')
    let screen = ''
    let seenAt = Number.NaN
    child.stderr?.on('data', (chunk) => {
      screen += chunk
      if (Number.isNaN(seenAt) && screen.includes('broken  ImagePullBackOff')) {
        seenAt = Date.now()
        child.kill('SIGINT')
      }
    })
    const {exitCode} = await end
    expect(screen).toContain('ImagePullBackOff')
    expect(exitCode).toBe(130)
    const pods = await cluster.get<{items: {metadata: {creationTimestamp: string}}[]}>(
      '/api/v1/namespaces/shop/pods?labelSelector=app=broken',
    )
    const youngest = Math.max(...pods.items.map(({metadata}) => Date.parse(metadata.creationTimestamp)))
    expect(seenAt - youngest).toBeLessThan(15_000)
  })

  test('with --fail-fast the spoke ends then', async () => {
    const {stdout, exitCode} = await shell.run(
      'restart',
      brokenRepository,
      '--all-contexts',
      '--yes',
      '--fail-fast',
      '-o',
      'json',
    )
    const [result] = (JSON.parse(stdout) as RunReport).results
    expect(result?.reason).toMatch(/^ImagePullBackOff: .*given up at once/)
    expect(result?.durationMs).toBeLessThan(15_000)
    expect(exitCode).toBe(1)
  })

  test('the log tail of a crashed container is in the document only on request, and without its password', async () => {
    const words = ['restart', crashed, '--all-contexts', '--yes', '--fail-fast', '-o', 'json'] as const
    const without = await shell.run(...words)
    expect(`${without.stdout}${without.stderr}`).not.toContain('no configuration')
    const {stdout, stderr} = await shell.run(...words, '--include-logs')
    const [result] = (JSON.parse(stdout) as RunReport).results
    expect(result?.reason).toContain('CrashLoopBackOff')
    expect(result?.logTail?.lines).toEqual(['starting', 'password=[redacted]', 'fatal: no configuration'])
    expect(`${stdout}${stderr}`).not.toContain('hunter2')
  })

  describe('what prevents the creation or scheduling of pods', () => {
    const inNamespace = (name: string) => [
      namespace(name),
      workload({
        namespace: name,
        name: 'web',
        image: `ghcr.io/acme/${name}:1`,
        replicas: 1,
        spec: {progressDeadlineSeconds: 3},
      }),
    ]
    const reasonOf = async (name: string) => {
      const {stdout} = await shell.run('restart', `ghcr.io/acme/${name}`, '--all-contexts', '--yes', '-o', 'json')
      return (JSON.parse(stdout) as RunReport).results[0]?.reason
    }
    const healthy = async (name: string) => {
      await cluster.apply(inNamespace(name))
      await untilRolledOut(cluster, ['shop/broken', 'shop/crashes', 'quota/web', 'policy/web'])
    }

    test('a quota', async () => {
      await healthy('quota')
      await cluster.apply([
        {
          apiVersion: 'v1',
          kind: 'ResourceQuota',
          metadata: {namespace: 'quota', name: 'few'},
          spec: {hard: {pods: '1'}},
        },
      ])
      await expect
        .poll(
          async () =>
            (await cluster.kubectl(['-n', 'quota', 'get', 'quota', 'few', '-o', 'jsonpath={.status.used.pods}']))
              .stdout,
          {timeout: 90_000},
        )
        .toBe('1')
      expect(await reasonOf('quota')).toMatch(/^FailedCreate: .*exceeded quota: few/)
    })

    test('an admission policy, with its own message', async () => {
      await healthy('policy')
      const api = 'admissionregistration.k8s.io/v1'
      const rule = {apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods']}
      const inPolicy = {matchLabels: {'kubernetes.io/metadata.name': 'policy'}}
      const objects = [
        {
          apiVersion: api,
          kind: 'ValidatingAdmissionPolicy',
          metadata: {name: 'no-pods'},
          spec: {
            failurePolicy: 'Fail',
            matchConstraints: {resourceRules: [rule]},
            validations: [{expression: 'false', message: 'no pods today'}],
          },
        },
        {
          apiVersion: api,
          kind: 'ValidatingAdmissionPolicyBinding',
          metadata: {name: 'no-pods'},
          spec: {policyName: 'no-pods', validationActions: ['Deny'], matchResources: {namespaceSelector: inPolicy}},
        },
      ]
      await cluster.kubectl(['apply', '-f', '-'], objects.map((object) => stringify(object)).join('---\n'))
      const podOf = ['-n', 'policy', 'run', 'probe', '--image', 'x', '--dry-run=server']
      await expect.poll(async () => (await cluster.kubectl(podOf)).stderr, {timeout: 20_000}).toContain('no pods today')
      expect(await reasonOf('policy')).toMatch(/^FailedCreate: .*no pods today/)
    })

    test('no node with enough resources, with the message of the scheduler', async () => {
      await healthy('full')
      const {stdout} = await cluster.kubectl(['get', 'nodes', '-o', 'name'])
      await cluster.kubectl(['cordon', ...stdout.trim().split('\n')])
      expect(await reasonOf('full')).toMatch(/^Unschedulable: 0\/2 nodes are available: 2 node\(s\) were unschedulable/)
    })
  })
})
