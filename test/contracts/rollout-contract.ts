import {beforeAll, describe, expect, test} from 'vitest'
import {strategicMergePatch} from '../cluster/raw-client.ts'
import {type ApiList, type ApiObject, type ContractCluster, Ground, restartPatch} from './contract-cluster.ts'

/** What the controllers do with a write. */
export function describeRollouts(cluster: () => ContractCluster): void {
  describe('rollouts', () => {
    let ground: Ground
    beforeAll(async () => {
      ground = await Ground.create(cluster())
    })

    const revisionOf = ({metadata}: ApiObject): string | undefined =>
      metadata.annotations?.['deployment.kubernetes.io/revision']
    const stampOf = (object: ApiObject): string | undefined =>
      (object.spec.template ?? object).metadata.annotations?.['kubectl.kubernetes.io/restartedAt']
    const owned = async (resource: string, owner: ApiObject): Promise<readonly ApiObject[]> =>
      (await ground.list(resource)).items.filter(
        ({metadata}) => metadata.ownerReferences?.[0]?.uid === owner.metadata.uid,
      )
    const restart = async (resource: string, at: string, metadata = {}): Promise<ApiObject> =>
      (
        await ground.expect(
          200,
          ground.client.patch<ApiObject>(ground.path(resource), restartPatch(at, metadata), strategicMergePatch),
        )
      ).body
    const condition = (object: ApiObject, type: string) =>
      object.status.conditions?.find((candidate: {type: string}) => candidate.type === type)
    const pods = async (name: string): Promise<readonly ApiObject[]> =>
      (await ground.list(`pods?labelSelector=app%3D${name}`)).items

    test('a restart of a Deployment: a new ReplicaSet takes over, the revision counts up', async () => {
      await ground.workload('deployments', 'web')
      const before = await ground.rolledOut('deployments/web')
      expect(revisionOf(before)).toBe('1')
      const written = await restart('deployments/web', '2026-01-01T00:00:00.000Z')
      expect(written.metadata.generation).toBe(before.metadata.generation + 1)
      expect(written.status.observedGeneration).toBe(before.metadata.generation)
      const after = await ground.rolledOut('deployments/web')
      expect(after.status.observedGeneration).toBe(written.metadata.generation)
      expect(revisionOf(after)).toBe('2')
      expect(condition(after, 'Progressing')).toMatchObject({status: 'True', reason: 'NewReplicaSetAvailable'})
      expect(condition(after, 'Available')).toMatchObject({status: 'True', reason: 'MinimumReplicasAvailable'})
      const replicaSets = await owned('replicasets', after)
      expect(replicaSets.map((set) => [revisionOf(set), set.spec.replicas, stampOf(set)]).toSorted()).toEqual([
        ['1', 0, undefined],
        ['2', 2, '2026-01-01T00:00:00.000Z'],
      ])
    })

    test('its pods belong to the new ReplicaSet by owner and by hash', async () => {
      const [current] = (await owned('replicasets', await ground.read('deployments/web'))).filter(
        ({spec}) => spec.replicas > 0,
      )
      const hash = current?.metadata.labels?.['pod-template-hash']
      expect(hash).toEqual(expect.any(String))
      expect(current?.metadata.name).toBe(`web-${hash}`)
      expect(current?.spec.selector.matchLabels).toEqual({app: 'web', 'pod-template-hash': hash})
      const mine = (await pods('web')).filter(({metadata}) => metadata.labels?.['pod-template-hash'] === hash)
      expect(mine).toHaveLength(2)
      for (const pod of mine) {
        expect(pod.metadata.ownerReferences).toMatchObject([
          {kind: 'ReplicaSet', uid: current?.metadata.uid, controller: true},
        ])
        expect(stampOf(pod)).toBe('2026-01-01T00:00:00.000Z')
        expect(pod.status).toMatchObject({phase: 'Running', containerStatuses: [{name: 'app', ready: true}]})
      }
    })

    test('annotations of the Deployment are copied to its ReplicaSet, the one of kubectl apply is not', async () => {
      await ground.workload('deployments', 'noted', {replicas: 0})
      await ground.rolledOut('deployments/noted')
      const annotations = {'hubspoke.dev/run': 'r1', 'kubectl.kubernetes.io/last-applied-configuration': '{}'}
      await restart('deployments/noted', '2026-01-01T00:00:00.000Z', {annotations})
      const after = await ground.until('deployments/noted', (object) => revisionOf(object) === '2')
      const sets = await owned('replicasets', after)
      const current = sets.find((set) => revisionOf(set) === '2')
      expect(current?.metadata.annotations).toMatchObject({'hubspoke.dev/run': 'r1'})
      expect(current?.metadata.annotations).not.toHaveProperty(['kubectl.kubernetes.io/last-applied-configuration'])
    })

    test('a Deployment without replicas is done at once, with a new ReplicaSet all the same', async () => {
      await ground.workload('deployments', 'none', {replicas: 0})
      await ground.rolledOut('deployments/none')
      const written = await restart('deployments/none', '2026-01-01T00:00:00.000Z')
      const after = await ground.until(
        'deployments/none',
        ({status}) => status.observedGeneration === written.metadata.generation,
      )
      expect(after.status).not.toHaveProperty('replicas')
      expect(await owned('replicasets', after)).toHaveLength(2)
    })

    test('a template that was there before gets its old ReplicaSet back, with the next revision', async () => {
      await ground.workload('deployments', 'undone')
      const first = await ground.rolledOut('deployments/undone')
      await restart('deployments/undone', '2026-01-01T00:00:00.000Z')
      await ground.rolledOut('deployments/undone')
      const undo = {spec: {template: {metadata: {annotations: {'kubectl.kubernetes.io/restartedAt': null}}}}}
      await ground.client.patch(ground.path('deployments/undone'), undo)
      const after = await ground.until('deployments/undone', (object) => revisionOf(object) === '3')
      const sets = await owned('replicasets', after)
      expect(sets.map((set) => revisionOf(set)).toSorted()).toEqual(['2', '3'])
      expect(after.metadata.uid).toBe(first.metadata.uid)
    })

    test('scaling is no new revision', async () => {
      await ground.workload('deployments', 'scaled', {replicas: 1})
      const before = await ground.rolledOut('deployments/scaled')
      await ground.client.patch(ground.path('deployments/scaled'), {spec: {replicas: 3}})
      const after = await ground.rolledOut('deployments/scaled')
      expect(after.metadata.generation).toBe(before.metadata.generation + 1)
      expect(revisionOf(after)).toBe('1')
      expect(await owned('replicasets', after)).toHaveLength(1)
    })

    test('a paused Deployment takes the write and does not roll out', async () => {
      await ground.workload('deployments', 'paused', {paused: true, replicas: 1})
      const written = await restart('deployments/paused', '2026-01-01T00:00:00.000Z')
      const after = await ground.until(
        'deployments/paused',
        ({status}) => status.observedGeneration === written.metadata.generation,
      )
      expect(await owned('replicasets', after)).toEqual([])
      expect(condition(after, 'Progressing')).toMatchObject({status: 'Unknown', reason: 'DeploymentPaused'})
    })

    test('an image that cannot be pulled: the new pods wait, the old ones stay, the deadline passes', async () => {
      const image = `${cluster().brokenImages}:1`
      await ground.workload('deployments', 'stuck', {progressDeadlineSeconds: 2})
      await ground.rolledOut('deployments/stuck')
      const containers = [{name: 'app', image}]
      await ground.client.patch(
        ground.path('deployments/stuck'),
        {spec: {template: {spec: {containers}}}},
        strategicMergePatch,
      )
      const after = await ground.until(
        'deployments/stuck',
        (object) => condition(object, 'Progressing')?.status === 'False',
      )
      expect(condition(after, 'Progressing')).toMatchObject({
        reason: 'ProgressDeadlineExceeded',
        message: expect.stringMatching(/^ReplicaSet "stuck-\w+" has timed out progressing\.$/),
      })
      expect(after.status).toMatchObject({
        replicas: 3,
        updatedReplicas: 1,
        availableReplicas: 2,
        unavailableReplicas: 1,
      })
      const waiting = (await pods('stuck'))
        .filter(({spec}) => spec.containers[0].image === image)
        .map(({status}) => [status.phase, status.containerStatuses[0].state.waiting])
      const reason = expect.stringMatching(/^(ErrImagePull|ImagePullBackOff)$/)
      expect(waiting).toEqual([['Pending', {reason, message: expect.stringContaining(image)}]])
    })

    test('Recreate takes every old pod away before the first new one comes', async () => {
      await ground.workload('deployments', 'replaced', {strategy: {type: 'Recreate'}})
      const before = await ground.rolledOut('deployments/replaced')
      const query = `watch=1&resourceVersion=${before.metadata.resourceVersion}&fieldSelector=metadata.name%3Dreplaced`
      const events = await ground.client.watch(ground.path(`deployments?${query}`))
      const written = await restart('deployments/replaced', '2026-01-01T00:00:00.000Z')
      await ground.rolledOut('deployments/replaced')
      await events.until(
        ({object: {status}}) =>
          status.updatedReplicas === 2 &&
          status.availableReplicas === 2 &&
          status.observedGeneration === written.metadata.generation,
      )
      const totals = events.seen.map(({object}) => object.status.replicas ?? 0)
      expect(Math.max(...totals)).toBe(2)
      expect(totals).toContain(0)
      events.close()
    })

    test('a pod that fits on no node: it stays Pending, and the scheduler says why', async () => {
      const {podSpec} = cluster().unschedulable(ground.namespace, 'homeless')
      const template = {
        metadata: {labels: {app: 'homeless'}},
        spec: {containers: [{name: 'app', image: 'registry.example/app:1'}], ...podSpec},
      }
      await ground.workload('deployments', 'homeless', {replicas: 1, template})
      const scheduled = async (): Promise<unknown> => {
        const [pod] = await pods('homeless')
        const found = pod?.status.conditions?.find(({type}: {type: string}) => type === 'PodScheduled')
        return found && {phase: pod?.status.phase, ...found}
      }
      await expect.poll(scheduled, {timeout: 20_000, interval: 50}).toMatchObject({
        phase: 'Pending',
        status: 'False',
        reason: 'Unschedulable',
        message: expect.stringMatching(/^0\/\d+ nodes are available: /),
      })
    })

    test('a taint that a pod does not tolerate: the pod stays Pending, until the taint is removed', async () => {
      const own = await Ground.create(cluster())
      const {body} = await own.client.get<ApiList>('/api/v1/nodes')
      const taint = async (more: readonly object[]): Promise<void> => {
        for (const {metadata, spec} of body.items) {
          await own.client.patch(`/api/v1/nodes/${metadata.name}`, {spec: {taints: [...(spec.taints ?? []), ...more]}})
        }
      }
      await taint([{key: 'pool', value: 'system', effect: 'NoSchedule'}])
      try {
        await own.workload('deployments', 'waiting', {replicas: 1})
        const reason = async (): Promise<unknown> =>
          (await own.list('pods')).items[0]?.status.conditions?.find(
            ({type}: {type: string}) => type === 'PodScheduled',
          )
        const count = body.items.length
        const available = `0/${count} nodes are available:`
        const why = `${available} ${count} node(s) had untolerated taint(s).`
        await expect.poll(reason, {timeout: 20_000, interval: 50}).toMatchObject({
          status: 'False',
          reason: 'Unschedulable',
          message: `${why} no new claims to deallocate, preemption: ${available} ${count} Preemption is not helpful for scheduling.`,
        })
      } finally {
        await taint([])
      }
      await own.rolledOut('deployments/waiting')
    })

    test('a quota that is used up: no pod is created, and ReplicaSet and Deployment have the reason', async () => {
      const own = await Ground.create(cluster())
      await own.workload('deployments', 'crowded', {replicas: 1})
      await own.rolledOut('deployments/crowded')
      const quota = {metadata: {name: 'full'}, spec: {hard: {pods: '1'}}}
      await own.expect(201, own.client.post(own.path('resourcequotas'), quota))
      await own.until('resourcequotas/full', ({status}) => status?.used?.pods === '1' && status.hard?.pods === '1')
      await own.client.patch(
        own.path('deployments/crowded'),
        restartPatch('2026-01-01T00:00:00.000Z', {}),
        strategicMergePatch,
      )
      const stuck = await own.until(
        'deployments/crowded',
        (object) => condition(object, 'ReplicaFailure')?.status === 'True',
      )
      const refusal = 'exceeded quota: full, requested: pods=1, used: pods=1, limited: pods=1'
      const message = expect.stringMatching(new RegExp(`^pods "crowded-.+" is forbidden: ${refusal}$`))
      expect(condition(stuck, 'ReplicaFailure')).toMatchObject({reason: 'FailedCreate', message})
      expect(stuck.status).toMatchObject({availableReplicas: 1})
      const [newest] = (await own.list('replicasets')).items.filter((set) => condition(set, 'ReplicaFailure'))
      expect(newest?.status.replicas).toBe(0)
      const said = (await own.list('events')).items.filter(({reason}) => reason === 'FailedCreate')
      expect(said[0]).toMatchObject({
        type: 'Warning',
        message: expect.stringContaining(`Error creating: pods "crowded-`),
        involvedObject: {kind: 'ReplicaSet', name: newest?.metadata.name},
      })
      await own.client.patch(own.path('resourcequotas/full'), {spec: {hard: {pods: '5'}}})
      const done = await own.until(
        'deployments/crowded',
        (object) => condition(object, 'ReplicaFailure') === undefined && object.status.updatedReplicas === 1,
      )
      expect(done.metadata.uid).toBe(stuck.metadata.uid)
    })

    test('a deleted Deployment takes its ReplicaSets and its pods with it', async () => {
      await ground.workload('deployments', 'doomed', {replicas: 1})
      await ground.rolledOut('deployments/doomed')
      await ground.client.delete(ground.path('deployments/doomed'))
      const left = async (): Promise<number> =>
        (await pods('doomed')).length + (await ground.list('replicasets?labelSelector=app%3Ddoomed')).items.length
      await expect.poll(left, {timeout: 20_000, interval: 50}).toBe(0)
    })

    test('a StatefulSet: one revision gives way to the other, its pods keep their names', async () => {
      await ground.workload('statefulsets', 'db')
      const before = await ground.rolledOut('statefulsets/db')
      expect(before.status.currentRevision).toBe(before.status.updateRevision)
      await restart('statefulsets/db', '2026-01-01T00:00:00.000Z')
      const after = await ground.until('statefulsets/db', ({metadata, status}) => {
        const isSeen = status.observedGeneration === metadata.generation
        return (
          isSeen &&
          status.updatedReplicas === 2 &&
          status.currentRevision === status.updateRevision &&
          status.readyReplicas === 2
        )
      })
      expect(after.status.updateRevision).not.toBe(before.status.updateRevision)
      expect(after.status).toMatchObject({replicas: 2, currentReplicas: 2, availableReplicas: 2})
      const mine = await pods('db')
      expect(mine.map(({metadata}) => metadata.name)).toEqual(['db-0', 'db-1'])
      for (const pod of mine) {
        expect(pod.metadata.labels?.['controller-revision-hash']).toBe(after.status.updateRevision)
        expect(stampOf(pod)).toBe('2026-01-01T00:00:00.000Z')
      }
      const revisions = await owned('controllerrevisions', after)
      expect(revisions.map(({revision}) => revision).toSorted()).toEqual([1, 2])
    })

    test('a StatefulSet with a partition renews only the pods at and past it', async () => {
      await ground.workload('statefulsets', 'split', {
        updateStrategy: {type: 'RollingUpdate', rollingUpdate: {partition: 1}},
      })
      await ground.rolledOut('statefulsets/split')
      await restart('statefulsets/split', '2026-01-01T00:00:00.000Z')
      const after = await ground.until('statefulsets/split', ({metadata, status}) => {
        return (
          status.observedGeneration === metadata.generation &&
          status.updatedReplicas === 1 &&
          status.readyReplicas === 2
        )
      })
      expect(after.status.currentRevision).not.toBe(after.status.updateRevision)
      expect((await pods('split')).map(stampOf)).toEqual([undefined, '2026-01-01T00:00:00.000Z'])
    })

    test('a StatefulSet with OnDelete knows the new revision and leaves its pods alone', async () => {
      await ground.workload('statefulsets', 'manual', {updateStrategy: {type: 'OnDelete'}})
      const before = await ground.rolledOut('statefulsets/manual')
      await restart('statefulsets/manual', '2026-01-01T00:00:00.000Z')
      const after = await ground.until(
        'statefulsets/manual',
        ({metadata, status}) => status.observedGeneration === metadata.generation,
      )
      expect(after.status.updateRevision).not.toBe(before.status.updateRevision)
      expect(after.status).not.toHaveProperty('updatedReplicas')
      expect((await pods('manual')).map(stampOf)).toEqual([undefined, undefined])
    })

    test('a DaemonSet: a pod on every node, renewed one after the other', async () => {
      await ground.workload('daemonsets', 'agent')
      const before = await ground.rolledOut('daemonsets/agent')
      const nodes = before.status.desiredNumberScheduled
      expect(nodes).toBeGreaterThan(0)
      const written = await restart('daemonsets/agent', '2026-01-01T00:00:00.000Z')
      const after = await ground.rolledOut('daemonsets/agent')
      expect(after.status).toMatchObject({
        observedGeneration: written.metadata.generation,
        currentNumberScheduled: nodes,
        updatedNumberScheduled: nodes,
        numberAvailable: nodes,
        numberReady: nodes,
        numberMisscheduled: 0,
      })
      expect((await pods('agent')).map(stampOf)).toEqual(Array.from({length: nodes}, () => '2026-01-01T00:00:00.000Z'))
    })
  })
}
