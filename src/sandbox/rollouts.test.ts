import {afterEach, describe, expect, test} from 'vitest'
import {createVirtualClock, type VirtualClock} from '../../test/support/virtual-clock.ts'
import type {ApiObject} from './api-object.ts'
import type {Sandbox, SandboxCluster} from './sandbox.ts'
import type {ClusterSpec, WorkloadSpec} from './spec.ts'
import {startSandbox} from './start-sandbox.ts'

// biome-ignore lint/suspicious/noExplicitAny: assertions reach into objects of any kind
type Fields = any

describe('rollouts', () => {
  let sandbox: Sandbox | undefined
  let clock: VirtualClock
  afterEach(async () => {
    await sandbox?.close()
    sandbox = undefined
  })

  async function open(workload: WorkloadSpec, more: Partial<ClusterSpec> = {}): Promise<SandboxCluster> {
    clock = createVirtualClock({loopback: false, start: new Date('2026-05-01T10:00:00Z')})
    sandbox = await startSandbox({clusters: [{name: 'eu', workloads: [workload], ...more}]}, {clock, random: () => 0.5})
    return sandbox.cluster('eu')
  }

  const web = {namespace: 'shop', name: 'web', image: 'app:1'} as const
  const restart = (
    cluster: SandboxCluster,
    {kind = 'Deployment', namespace, name}: WorkloadSpec,
    stamp = '1',
  ): ApiObject => cluster.patch(kind, namespace, name, {spec: {template: {metadata: {annotations: {stamp}}}}})
  const read = (cluster: SandboxCluster, {kind = 'Deployment', namespace, name}: WorkloadSpec): Fields =>
    cluster.object(kind, namespace, name)
  const pods = (cluster: SandboxCluster): Fields[] => [...cluster.objects('Pod', 'shop')]
  const ready = (cluster: SandboxCluster): number =>
    pods(cluster).filter(({status}) => status.containerStatuses?.every((each: Fields) => each.ready)).length
  const condition = (workload: Fields, type: string): Fields =>
    workload.status.conditions.find((each: Fields) => each.type === type)

  test.each<WorkloadSpec>([
    {...web, replicas: 3},
    {...web, kind: 'StatefulSet', replicas: 3},
    {...web, kind: 'DaemonSet'},
  ])('a $kind is rolled out when the sandbox starts', async (spec) => {
    const cluster = await open(spec)
    const {metadata, status} = read(cluster, spec)
    expect(status.observedGeneration).toBe(metadata.generation)
    expect(ready(cluster)).toBe(3)
    expect(clock.slept.filter((ms) => ms > 0)).toEqual([])
  })

  test('a paused Deployment has its pods, and a restart does not move them', async () => {
    const spec = {...web, paused: true}
    const cluster = await open(spec)
    expect(condition(read(cluster, spec), 'Progressing')).toMatchObject({reason: 'DeploymentPaused', status: 'Unknown'})
    const before = pods(cluster).map(({metadata}) => metadata.uid)
    restart(cluster, spec)
    await clock.advance(5_000)
    expect(pods(cluster).map(({metadata}) => metadata.uid)).toEqual(before)
    expect(read(cluster, spec).status.observedGeneration).toBe(read(cluster, spec).metadata.generation)
    cluster.patch('Deployment', 'shop', 'web', {spec: {paused: false}})
    await clock.advance(5_000)
    expect(pods(cluster).map(({metadata}) => metadata.annotations?.stamp)).toEqual(['1', '1'])
  })

  test('goes step by step: nobody has looked yet, then the first new pod, then the rest', async () => {
    const spec = {...web, replicas: 3}
    const cluster = await open(spec, {rolloutStepMs: 1000})
    const {generation} = restart(cluster, spec).metadata
    expect(read(cluster, spec).status.observedGeneration).toBe((generation ?? 0) - 1)
    await clock.advance(100)
    expect(read(cluster, spec).status).toMatchObject({
      observedGeneration: generation,
      replicas: 4,
      updatedReplicas: 1,
      unavailableReplicas: 1,
    })
    expect(ready(cluster)).toBe(3)
    await clock.advance(1100)
    expect(read(cluster, spec).status).toMatchObject({updatedReplicas: 2})
    await clock.advance(3000)
    expect(read(cluster, spec).status).toMatchObject({replicas: 3, updatedReplicas: 3, availableReplicas: 3})
    expect(condition(read(cluster, spec), 'Progressing')).toMatchObject({reason: 'NewReplicaSetAvailable'})
    expect(read(cluster, spec).metadata.annotations['deployment.kubernetes.io/revision']).toBe('2')
  })

  test('Recreate takes all pods down before the first new one', async () => {
    const spec = {...web, strategy: 'Recreate'} as const
    const cluster = await open(spec, {rolloutStepMs: 1000})
    restart(cluster, spec)
    await clock.advance(500)
    expect(ready(cluster)).toBe(0)
    await clock.advance(2000)
    expect(pods(cluster).map(({metadata}) => metadata.annotations?.stamp)).toEqual(['1', '1'])
  })

  test('maxUnavailable without surge takes one away first', async () => {
    const spec = {...web, maxSurge: 0, maxUnavailable: 1}
    const cluster = await open(spec, {rolloutStepMs: 1000})
    restart(cluster, spec)
    await clock.advance(500)
    expect([pods(cluster).length, ready(cluster)]).toEqual([2, 1])
  })

  test('scaling makes no new ReplicaSet', async () => {
    const cluster = await open(web)
    cluster.patch('Deployment', 'shop', 'web', {spec: {replicas: 5}})
    await clock.advance(1000)
    expect([ready(cluster), cluster.objects('ReplicaSet', 'shop').length]).toEqual([5, 1])
    cluster.patch('Deployment', 'shop', 'web', {spec: {replicas: 0}})
    await clock.advance(1000)
    expect(pods(cluster)).toEqual([])
    expect(read(cluster, web).status).not.toHaveProperty('replicas')
  })

  test('old ReplicaSets are forgotten past the limit', async () => {
    const cluster = await open(web)
    cluster.patch('Deployment', 'shop', 'web', {spec: {revisionHistoryLimit: 2}})
    for (const stamp of ['1', '2', '3', '4']) {
      restart(cluster, web, stamp)
      await clock.advance(3000)
    }
    const revisions = cluster
      .objects('ReplicaSet', 'shop')
      .map(({metadata}) => metadata.annotations?.['deployment.kubernetes.io/revision'])
    expect(revisions.sort()).toEqual(['3', '4', '5'])
  })

  test('a StatefulSet renews from the last to the first, each when the one before is ready', async () => {
    const spec = {...web, kind: 'StatefulSet', replicas: 3} as const
    const cluster = await open(spec, {rolloutStepMs: 1000})
    restart(cluster, spec)
    const stamps = (): string =>
      pods(cluster)
        .map(({metadata}) => metadata.annotations?.stamp ?? '-')
        .join('')
    const seen = new Set<string>()
    for (let step = 0; step < 400; step++) {
      await clock.advance(10)
      if (ready(cluster) === 3) seen.add(stamps())
    }
    expect([...seen]).toEqual(['---', '--1', '-11', '111'])
    expect(read(cluster, spec).status).toMatchObject({updatedReplicas: 3, currentReplicas: 3})
  })

  test('a partition holds the first ordinals back, OnDelete all of them until they are deleted', async () => {
    const spec = {...web, kind: 'StatefulSet', replicas: 3, partition: 2} as const
    const cluster = await open(spec)
    restart(cluster, spec)
    await clock.advance(3000)
    expect(pods(cluster).map(({metadata}) => metadata.annotations?.stamp)).toEqual([undefined, undefined, '1'])
    cluster.patch('StatefulSet', 'shop', 'web', {spec: {updateStrategy: {type: 'OnDelete', rollingUpdate: null}}})
    restart(cluster, spec, '2')
    await clock.advance(3000)
    expect(pods(cluster).map(({metadata}) => metadata.annotations?.stamp)).toEqual([undefined, undefined, '1'])
    cluster.remove('Pod', 'shop', 'web-0')
    await clock.advance(3000)
    expect(pods(cluster).map(({metadata}) => metadata.annotations?.stamp)).toEqual(['2', undefined, '1'])
  })

  test('a StatefulSet of parallel pods starts them together, and renews them one by one all the same', async () => {
    const cluster = await open({...web, name: 'other'}, {rolloutStepMs: 1000})
    const selector = {app: 'db'}
    cluster.create({
      kind: 'StatefulSet',
      metadata: {name: 'db', namespace: 'shop'},
      spec: {
        replicas: 3,
        podManagementPolicy: 'Parallel',
        selector: {matchLabels: selector},
        template: {metadata: {labels: selector}, spec: {containers: [{name: 'db', image: 'db:1'}]}},
      },
    })
    const mine = (): Fields[] => pods(cluster).filter(({metadata}) => metadata.name.startsWith('db-'))
    await clock.advance(100)
    expect(mine()).toHaveLength(3)
    await clock.advance(2000)
    restart(cluster, {kind: 'StatefulSet', namespace: 'shop', name: 'db', image: 'db:1'})
    await clock.advance(500)
    expect(mine().map(({metadata}) => metadata.annotations?.stamp)).toEqual([undefined, undefined, '1'])
  })

  test('a DaemonSet is on every node, also on one that comes later, and renewed one at a time', async () => {
    const spec = {...web, kind: 'DaemonSet'} as const
    const cluster = await open(spec, {nodes: 2, rolloutStepMs: 1000})
    cluster.create({kind: 'Node', metadata: {name: 'new-node'}})
    await clock.advance(2000)
    expect(new Set(pods(cluster).map((pod) => pod.spec.nodeName)).size).toBe(3)
    restart(cluster, spec)
    let fewest = 3
    for (let tenth = 0; tenth < 60; tenth++) {
      await clock.advance(100)
      fewest = Math.min(fewest, ready(cluster))
    }
    expect(fewest).toBe(2)
    expect(pods(cluster).map(({metadata}) => metadata.annotations?.stamp)).toEqual(['1', '1', '1'])
  })

  test('a pod that somebody deletes is replaced', async () => {
    const cluster = await open(web)
    const [first] = pods(cluster)
    cluster.remove('Pod', 'shop', first.metadata.name)
    await clock.advance(2000)
    expect(ready(cluster)).toBe(2)
    expect(pods(cluster).map(({metadata}) => metadata.uid)).not.toContain(first.metadata.uid)
  })

  test('with the workload goes what it controlled; with the namespace everything in it', async () => {
    const cluster = await open(web)
    cluster.remove('Deployment', 'shop', 'web')
    await clock.advance(1000)
    expect([...cluster.objects('ReplicaSet', 'shop'), ...pods(cluster)]).toEqual([])
    cluster.add({...web, namespace: 'other'})
    await clock.advance(1000)
    cluster.remove('Namespace', '', 'other')
    await clock.advance(1000)
    expect(cluster.object('Namespace', '', 'other')).toBeUndefined()
    expect(cluster.objects('Pod', 'other')).toEqual([])
    expect(cluster.objects('ConfigMap', 'other')).toEqual([])
  })

  describe('with trouble', () => {
    const stuck = async (more: Partial<ClusterSpec>): Promise<SandboxCluster> => {
      const cluster = await open({...web, progressDeadlineSeconds: 5}, more)
      restart(cluster, web)
      await clock.advance(1000)
      return cluster
    }
    const newPod = (cluster: SandboxCluster): Fields =>
      pods(cluster).find(({metadata}) => metadata.annotations?.stamp === '1')

    test('an image that cannot be pulled: the old pods stay, the kubelet says why, the deadline passes', async () => {
      const cluster = await stuck({trouble: [{type: 'unpullable-image', image: 'app:*'}]})
      expect(newPod(cluster).status).toMatchObject({
        phase: 'Pending',
        containerStatuses: [
          {
            ready: false,
            state: {
              waiting: {reason: 'ImagePullBackOff', message: expect.stringContaining('Back-off pulling image "app:1"')},
            },
          },
        ],
      })
      expect(ready(cluster)).toBe(2)
      await clock.advance(6000)
      expect(condition(read(cluster, web), 'Progressing')).toMatchObject({
        status: 'False',
        reason: 'ProgressDeadlineExceeded',
      })
      expect(condition(read(cluster, web), 'Available')).toMatchObject({status: 'True'})
      const reasons = cluster.objects('Event', 'shop').map(({reason}) => reason)
      expect(reasons).toEqual(expect.arrayContaining(['Pulling', 'Failed', 'BackOff']))
    })

    test('is tried again after 10 s, then 20 s', async () => {
      const cluster = await stuck({trouble: [{type: 'unpullable-image', image: 'app:1'}]})
      const pulls = (): number =>
        Number(cluster.objects('Event', 'shop').find(({reason}) => reason === 'Pulling')?.count)
      expect(pulls()).toBe(1)
      await clock.advance(10_000)
      expect(pulls()).toBe(2)
      await clock.advance(10_000)
      expect(pulls()).toBe(2)
      await clock.advance(11_000)
      expect(pulls()).toBe(3)
    })

    test.each([
      {type: 'stuck-rollout', phase: 'Running', state: {running: {}}},
      {
        type: 'crash-loop',
        phase: 'Running',
        state: {
          waiting: {
            reason: 'CrashLoopBackOff',
            message: expect.stringMatching(/^back-off 10s restarting failed container=web pod=web-/),
          },
        },
      },
    ] as const)('$type: the new pod runs, and is not ready', async ({type, phase, state}) => {
      const cluster = await stuck({trouble: [{type, namespace: 'shop', name: 'web'}]})
      expect(newPod(cluster).status).toMatchObject({phase, containerStatuses: [{ready: false, state}]})
      expect(read(cluster, web).status).toMatchObject({
        updatedReplicas: 1,
        availableReplicas: 2,
        unavailableReplicas: 1,
      })
    })

    test('unschedulable: the new pod has no node, and says why', async () => {
      const cluster = await stuck({
        trouble: [{type: 'unschedulable', namespace: 'shop', name: 'web', kind: 'Deployment'}],
      })
      expect(newPod(cluster).spec.nodeName).toBeUndefined()
      expect(newPod(cluster).status.conditions).toMatchObject([
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: expect.stringMatching(/^0\/3 nodes are available/),
        },
      ])
    })

    test('of another workload is none', async () => {
      const cluster = await stuck({
        trouble: [{type: 'stuck-rollout', namespace: 'shop', name: 'web', kind: 'StatefulSet'}],
      })
      await clock.advance(2000)
      expect(read(cluster, web).status).toMatchObject({updatedReplicas: 2, availableReplicas: 2})
    })

    test.each(['stuck-rollout', 'crash-loop', 'unschedulable'] as const)(
      '%s: when it is over, the rollout goes on',
      async (type) => {
        const cluster = await open(web)
        const over = cluster.addTrouble({type, namespace: 'shop', name: 'web'})
        restart(cluster, web)
        await clock.advance(2000)
        over()
        await clock.advance(3000)
        expect(read(cluster, web).status).toMatchObject({updatedReplicas: 2, availableReplicas: 2, replicas: 2})
      },
    )

    test('a StatefulSet whose new pod does not come up stays there, the others untouched', async () => {
      const spec = {...web, kind: 'StatefulSet', replicas: 3} as const
      const cluster = await open(spec, {trouble: [{type: 'stuck-rollout', namespace: 'shop', name: 'web'}]})
      restart(cluster, spec)
      await clock.advance(10_000)
      expect(pods(cluster).map(({metadata}) => metadata.annotations?.stamp)).toEqual([undefined, undefined, '1'])
      expect(read(cluster, spec).status).toMatchObject({readyReplicas: 2, updatedReplicas: 1})
    })
  })
})
