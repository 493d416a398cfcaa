import {describe, expect, test} from 'vitest'
import type {WorkloadSpec} from './spec.ts'
import {condition, type Fields, openStill, pods, read, ready, restart, stamps, web} from './testing/still-cluster.ts'

describe('rollouts', () => {
  test.each<WorkloadSpec>([
    {...web, replicas: 3},
    {...web, kind: 'StatefulSet', replicas: 3},
    {...web, kind: 'DaemonSet'},
  ])('a $kind is rolled out when the sandbox starts', async (spec) => {
    await using still = await openStill(spec)
    const {cluster, clock} = still
    const {metadata, status} = read(cluster, spec)
    expect(status.observedGeneration).toBe(metadata.generation)
    expect(ready(cluster)).toBe(3)
    expect(clock.slept.filter((ms) => ms > 0)).toEqual([])
  })

  test('a paused Deployment has its pods, and a restart does not replace them', async () => {
    const spec = {...web, paused: true}
    await using still = await openStill(spec)
    const {cluster, clock} = still
    expect(condition(read(cluster, spec), 'Progressing')).toMatchObject({reason: 'DeploymentPaused', status: 'Unknown'})
    const before = pods(cluster).map(({metadata}) => metadata.uid)
    restart(cluster, spec)
    await clock.advance(5_000)
    expect(pods(cluster).map(({metadata}) => metadata.uid)).toEqual(before)
    expect(read(cluster, spec).status.observedGeneration).toBe(read(cluster, spec).metadata.generation)
    cluster.patch('Deployment', 'shop', 'web', {spec: {paused: false}})
    await clock.advance(5_000)
    expect(stamps(cluster)).toEqual(['1', '1'])
  })

  test('proceeds step by step: not observed yet, then the first new pod, then the rest', async () => {
    const spec = {...web, replicas: 3}
    await using still = await openStill(spec, {rolloutStepMs: 1000})
    const {cluster, clock} = still
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

  test('Recreate ends all pods before the first new one starts', async () => {
    const spec = {...web, strategy: 'Recreate'} as const
    await using still = await openStill(spec, {rolloutStepMs: 1000})
    const {cluster, clock} = still
    restart(cluster, spec)
    await clock.advance(500)
    expect(ready(cluster)).toBe(0)
    await clock.advance(2000)
    expect(stamps(cluster)).toEqual(['1', '1'])
  })

  test('maxUnavailable without surge removes one pod first', async () => {
    const spec = {...web, maxSurge: 0, maxUnavailable: 1}
    await using still = await openStill(spec, {rolloutStepMs: 1000})
    const {cluster, clock} = still
    restart(cluster, spec)
    await clock.advance(500)
    expect([pods(cluster).length, ready(cluster)]).toEqual([2, 1])
  })

  test('scaling makes no new ReplicaSet', async () => {
    await using still = await openStill(web)
    const {cluster, clock} = still
    cluster.patch('Deployment', 'shop', 'web', {spec: {replicas: 5}})
    await clock.advance(1000)
    expect([ready(cluster), cluster.objects('ReplicaSet', 'shop').length]).toEqual([5, 1])
    cluster.patch('Deployment', 'shop', 'web', {spec: {replicas: 0}})
    await clock.advance(1000)
    expect(pods(cluster)).toEqual([])
    expect(read(cluster, web).status).not.toHaveProperty('replicas')
  })

  test('old ReplicaSets are deleted beyond the limit', async () => {
    await using still = await openStill(web)
    const {cluster, clock} = still
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

  test('a StatefulSet replaces pods from the last to the first, each when the one before is ready', async () => {
    const spec = {...web, kind: 'StatefulSet', replicas: 3} as const
    await using still = await openStill(spec, {rolloutStepMs: 1000})
    const {cluster, clock} = still
    restart(cluster, spec)
    const seen = new Set<string>()
    for (let step = 0; step < 400; step++) {
      await clock.advance(10)
      if (ready(cluster) === 3)
        seen.add(
          stamps(cluster)
            .map((stamp) => stamp ?? '-')
            .join(''),
        )
    }
    expect([...seen]).toEqual(['---', '--1', '-11', '111'])
    expect(read(cluster, spec).status).toMatchObject({updatedReplicas: 3, currentReplicas: 3})
  })

  test('a partition excludes the first ordinals, OnDelete all of them until they are deleted', async () => {
    const spec = {...web, kind: 'StatefulSet', replicas: 3, partition: 2} as const
    await using still = await openStill(spec)
    const {cluster, clock} = still
    restart(cluster, spec)
    await clock.advance(3000)
    expect(stamps(cluster)).toEqual([undefined, undefined, '1'])
    cluster.patch('StatefulSet', 'shop', 'web', {spec: {updateStrategy: {type: 'OnDelete', rollingUpdate: null}}})
    restart(cluster, spec, '2')
    await clock.advance(3000)
    expect(stamps(cluster)).toEqual([undefined, undefined, '1'])
    cluster.remove('Pod', 'shop', 'web-0')
    await clock.advance(3000)
    expect(stamps(cluster)).toEqual(['2', undefined, '1'])
  })

  test('a StatefulSet of parallel pods starts them together, and still replaces them one by one', async () => {
    await using still = await openStill({...web, name: 'other'}, {rolloutStepMs: 1000})
    const {cluster, clock} = still
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

  test('a DaemonSet runs on every node, also on one that is added later, and its pods are replaced one at a time', async () => {
    const spec = {...web, kind: 'DaemonSet'} as const
    await using still = await openStill(spec, {nodes: 2, rolloutStepMs: 1000})
    const {cluster, clock} = still
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
    expect(stamps(cluster)).toEqual(['1', '1', '1'])
  })

  test('pods are distributed over the nodes', async () => {
    await using still = await openStill({...web, replicas: 6})
    const {cluster} = still
    const nodes = pods(cluster).map(({spec}) => spec.nodeName)
    expect([...new Set(nodes)].map((node) => nodes.filter((each) => each === node).length)).toEqual([2, 2, 2])
  })

  test('a StatefulSet with an earlier template gets its earlier revision back, as the newest', async () => {
    const spec = {...web, kind: 'StatefulSet'} as const
    await using still = await openStill(spec)
    const {cluster, clock} = still
    restart(cluster, spec)
    await clock.advance(2000)
    cluster.patch('StatefulSet', 'shop', 'web', {spec: {template: {metadata: {annotations: null}}}})
    await clock.advance(2000)
    const revisions = Object.fromEntries(
      cluster.objects('ControllerRevision', 'shop').map(({metadata, revision}) => [metadata.name, revision]),
    )
    expect(Object.values(revisions).sort()).toEqual([2, 3])
    expect(revisions[read(cluster, spec).status.updateRevision]).toBe(3)
  })

  test('a pod that another client deletes is replaced', async () => {
    await using still = await openStill(web)
    const {cluster, clock} = still
    const [first] = pods(cluster)
    cluster.remove('Pod', 'shop', first.metadata.name)
    await clock.advance(2000)
    expect(ready(cluster)).toBe(2)
    expect(pods(cluster).map(({metadata}) => metadata.uid)).not.toContain(first.metadata.uid)
  })

  test('deleting a workload deletes the objects that it controls; deleting a namespace deletes its content', async () => {
    await using still = await openStill(web)
    const {cluster, clock} = still
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
})
