import {describe, expect, test} from 'vitest'
import type {SandboxCluster} from './sandbox.ts'
import type {ClusterSpec} from './spec.ts'
import {
  condition,
  type Fields,
  openStill,
  pods,
  read,
  ready,
  restart,
  type StillCluster,
  stamps,
  web,
} from './testing/still-cluster.ts'

describe('rollouts with trouble', () => {
  const stuck = async (more: Partial<ClusterSpec>): Promise<StillCluster> => {
    const still = await openStill({...web, progressDeadlineSeconds: 5}, more)
    restart(still.cluster, web)
    await still.clock.advance(1000)
    return still
  }
  const newPod = (cluster: SandboxCluster): Fields =>
    pods(cluster).find(({metadata}) => metadata.annotations?.stamp === '1')

  test('an image that cannot be pulled: the old pods stay, the kubelet reports why, the deadline passes', async () => {
    await using still = await stuck({trouble: [{type: 'unpullable-image', image: 'app:*'}]})
    const {cluster, clock} = still
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

  test.each([
    {why: 'not-found', says: /^Back-off .*app:1: not found$/},
    {why: 'unavailable', says: /503 Service Unavailable$/},
    {why: 'denied', says: /unexpected status: 403 Forbidden$/},
  ] as const)('why it cannot be pulled: $why', async ({why, says}) => {
    await using still = await stuck({trouble: [{type: 'unpullable-image', image: 'app:*', why}]})
    const [{state}] = newPod(still.cluster).status.containerStatuses
    expect(state.waiting.message).toMatch(says)
  })

  test('is retried after 10 s, then 20 s', async () => {
    await using still = await stuck({trouble: [{type: 'unpullable-image', image: 'app:1'}]})
    const {cluster, clock} = still
    const pulls = (): number => Number(cluster.objects('Event', 'shop').find(({reason}) => reason === 'Pulling')?.count)
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
    await using still = await stuck({trouble: [{type, namespace: 'shop', name: 'web'}]})
    const {cluster} = still
    expect(newPod(cluster).status).toMatchObject({phase, containerStatuses: [{ready: false, state}]})
    expect(read(cluster, web).status).toMatchObject({
      updatedReplicas: 1,
      availableReplicas: 2,
      unavailableReplicas: 1,
    })
  })

  test('unschedulable: the new pod has no node, and its condition says why', async () => {
    await using still = await stuck({
      trouble: [{type: 'unschedulable', namespace: 'shop', name: 'web', kind: 'Deployment'}],
    })
    const {cluster} = still
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

  const available = (cluster: SandboxCluster): number => read(cluster, web).status.availableReplicas ?? 0

  test('a lost node: its pods are not ready, are deleted after five minutes, and end when it is back', async () => {
    await using still = await openStill({...web, replicas: 3}, {})
    const {cluster, clock} = still
    const onNode = () => pods(cluster).filter(({spec}) => spec.nodeName === 'eu-node-2')
    const node = () => cluster.object('Node', '', 'eu-node-2') as Fields | undefined
    const readyNode = () => node()?.status.conditions.find(({type}: {type: string}) => type === 'Ready')
    const [lost] = onNode()
    const back = cluster.addTrouble({type: 'lost-nodes', nodes: '*-2'})
    await clock.advance(1000)
    expect(readyNode()).toMatchObject({status: 'Unknown', reason: 'NodeStatusUnknown'})
    expect(node()?.spec.taints).toMatchObject([{effect: 'NoSchedule'}, {effect: 'NoExecute'}])
    expect(available(cluster)).toBe(2)
    await clock.advance(301_000)
    expect(onNode()).toMatchObject([{metadata: {name: lost?.metadata.name, deletionTimestamp: expect.any(String)}}])
    expect(available(cluster)).toBe(3)
    await clock.advance(3_600_000)
    expect(onNode()).toHaveLength(1)
    back()
    await clock.advance(2000)
    expect(onNode()).toEqual([])
    expect(readyNode()).toMatchObject({status: 'True'})
    expect(node()?.spec).not.toHaveProperty('taints')
  })

  test('a lost node that comes back in time keeps its pods', async () => {
    await using still = await openStill({...web, replicas: 3}, {})
    const {cluster, clock} = still
    const names = () => pods(cluster).map(({metadata}) => metadata.name)
    const before = names()
    const back = cluster.addTrouble({type: 'lost-nodes', nodes: 'eu-node-*'})
    await clock.advance(240_000)
    expect(available(cluster)).toBe(0)
    back()
    await clock.advance(301_000)
    expect([available(cluster), names()]).toEqual([3, before])
  })

  test('of another workload has no effect', async () => {
    await using still = await stuck({
      trouble: [{type: 'stuck-rollout', namespace: 'shop', name: 'web', kind: 'StatefulSet'}],
    })
    const {cluster, clock} = still
    await clock.advance(2000)
    expect(read(cluster, web).status).toMatchObject({updatedReplicas: 2, availableReplicas: 2})
  })

  test.each(['stuck-rollout', 'crash-loop', 'unschedulable'] as const)(
    '%s: when it is over, the rollout continues',
    async (type) => {
      await using still = await openStill(web)
      const {cluster, clock} = still
      const over = cluster.addTrouble({type, namespace: 'shop', name: 'web'})
      restart(cluster, web)
      await clock.advance(2000)
      over()
      await clock.advance(3000)
      expect(read(cluster, web).status).toMatchObject({updatedReplicas: 2, availableReplicas: 2, replicas: 2})
    },
  )

  test('a StatefulSet stops at a new pod that does not become ready, and does not touch the others', async () => {
    const spec = {...web, kind: 'StatefulSet', replicas: 3} as const
    await using still = await openStill(spec, {trouble: [{type: 'stuck-rollout', namespace: 'shop', name: 'web'}]})
    const {cluster, clock} = still
    restart(cluster, spec)
    await clock.advance(10_000)
    expect(stamps(cluster)).toEqual([undefined, undefined, '1'])
    expect(read(cluster, spec).status).toMatchObject({readyReplicas: 2, updatedReplicas: 1})
  })
})
