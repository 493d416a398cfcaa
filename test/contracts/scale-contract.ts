import {beforeAll, describe, expect, test} from 'vitest'
import {applyPatch, mergePatch, strategicMergePatch} from '../cluster/raw-client.ts'
import {type ApiObject, type ContractCluster, Ground} from './contract-cluster.ts'

/** The scale subresource, and the autoscalers that point at it. */
export function describeScales(cluster: () => ContractCluster): void {
  describe('scales', () => {
    let ground: Ground
    beforeAll(async () => {
      ground = await Ground.create(cluster())
    })

    const otherUid = '11111111-2222-3333-4444-555555555555'
    const patch = (resource: string, body: unknown, type = mergePatch) =>
      ground.client.patch<ApiObject>(ground.path(resource), body, type)

    test.each(['deployments', 'statefulsets'] as const)('of %s are read and written', async (plural) => {
      await ground.workload(plural, 'sized', {replicas: 2})
      const before = await ground.rolledOut(`${plural}/sized`)
      const read = await ground.client.get<ApiObject>(ground.path(`${plural}/sized/scale`))
      expect(read).toMatchObject({
        status: 200,
        body: {
          kind: 'Scale',
          apiVersion: 'autoscaling/v1',
          metadata: {name: 'sized', namespace: ground.namespace, uid: before.metadata.uid},
          spec: {replicas: 2},
          status: {replicas: 2, selector: 'app=sized'},
        },
      })
      const put = await ground.client.put<ApiObject>(ground.path(`${plural}/sized/scale`), {
        ...read.body,
        spec: {replicas: 3},
      })
      expect(put).toMatchObject({status: 200, body: {kind: 'Scale', spec: {replicas: 3}}})
      const after = await ground.rolledOut(`${plural}/sized`)
      expect(after.spec.replicas).toBe(3)
      expect(after.metadata.generation).toBe(before.metadata.generation + 1)
      for (const [count, type] of [
        [1, mergePatch],
        [4, strategicMergePatch],
      ] as const) {
        expect(await patch(`${plural}/sized/scale`, {spec: {replicas: count}}, type)).toMatchObject({
          status: 200,
          body: {kind: 'Scale', spec: {replicas: count}},
        })
      }
      const operations = [{op: 'replace', path: '/spec/replicas', value: 2}]
      const json = await patch(`${plural}/sized/scale`, operations, 'application/json-patch+json')
      expect(json).toMatchObject({status: 200, body: {spec: {replicas: 2}}})
      expect((await ground.read(`${plural}/sized`)).spec.replicas).toBe(2)
    })

    test('to zero: the field is absent, as every zero is', async () => {
      await ground.workload('deployments', 'zero', {replicas: 1})
      const {body} = await patch('deployments/zero/scale', {spec: {replicas: 0}})
      expect(body.spec).toEqual({})
      expect((await ground.rolledOut('deployments/zero')).status).not.toHaveProperty('replicas')
    })

    test('of a ReplicaSet are read', async () => {
      await ground.workload('deployments', 'behind', {replicas: 1})
      await ground.rolledOut('deployments/behind')
      const [set] = (await ground.list('replicasets?labelSelector=app%3Dbehind')).items
      const scale = await ground.client.get<ApiObject>(ground.path(`replicasets/${set?.metadata.name}/scale`))
      expect(scale).toMatchObject({status: 200, body: {kind: 'Scale', spec: {replicas: 1}, status: {replicas: 1}}})
    })

    test('of another version or another object are a conflict', async () => {
      await ground.workload('deployments', 'moved', {replicas: 0})
      const {body} = await ground.client.get<ApiObject>(ground.path('deployments/moved/scale'))
      await patch('deployments/moved', {metadata: {labels: {touched: 'yes'}}})
      const stale = await ground.client.put(ground.path('deployments/moved/scale'), {...body, spec: {replicas: 1}})
      expect(stale).toMatchObject({
        status: 409,
        body: {
          reason: 'Conflict',
          message:
            'Operation cannot be fulfilled on deployments.apps "moved": the object has been modified; please apply your changes to the latest version and try again',
        },
      })
      const {resourceVersion} = body.metadata
      const patched = await patch('deployments/moved/scale', {metadata: {resourceVersion}, spec: {replicas: 1}})
      expect(patched).toMatchObject({status: 409, body: {reason: 'Conflict'}})
      expect(await patch('deployments/moved/scale', {metadata: {uid: otherUid}, spec: {replicas: 1}})).toMatchObject({
        status: 409,
        body: {
          message: `Operation cannot be fulfilled on deployments/scale.apps "moved": Precondition failed: UID in precondition: ${otherUid}, UID in object meta: ${body.metadata.uid}`,
          details: {name: 'moved', group: 'apps', kind: 'deployments/scale'},
        },
      })
      expect((await ground.read('deployments/moved')).spec.replicas).toBe(0)
    })

    test('that are no count are refused; a DaemonSet has none', async () => {
      await ground.workload('deployments', 'counted', {replicas: 0})
      await ground.workload('daemonsets', 'everywhere')
      expect(await patch('deployments/counted/scale', {spec: {replicas: -1}})).toMatchObject({
        status: 422,
        body: {
          message:
            'Scale.autoscaling "counted" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
        },
      })
      const wrong = {apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'counted'}, spec: {replicas: 1}}
      expect(await ground.client.put(ground.path('deployments/counted/scale'), wrong)).toMatchObject({
        status: 400,
        body: {
          message:
            'Deployment in version "v1" cannot be handled as a Scale: converting (v1.Deployment) to (autoscaling.Scale): unknown conversion',
        },
      })
      expect((await patch('deployments/none/scale', {spec: {replicas: 1}})).status).toBe(404)
      expect((await ground.client.get(ground.path('daemonsets/everywhere/scale'))).status).toBe(404)
    })

    test('with dryRun=All answer as if; who scaled owns the replicas through the subresource', async () => {
      await ground.workload('deployments', 'managed', {replicas: 0})
      expect(await patch('deployments/managed/scale?dryRun=All', {spec: {replicas: 9}})).toMatchObject({
        status: 200,
        body: {spec: {replicas: 9}},
      })
      expect((await ground.read('deployments/managed')).spec.replicas).toBe(0)
      await patch('deployments/managed/scale?fieldManager=scaler', {spec: {replicas: 1}})
      const {managedFields} = (await ground.read('deployments/managed')).metadata as unknown as {
        managedFields: object[]
      }
      expect(managedFields).toContainEqual(
        expect.objectContaining({
          manager: 'scaler',
          operation: 'Update',
          apiVersion: 'apps/v1',
          subresource: 'scale',
          fieldsV1: {'f:spec': {'f:replicas': {}}},
        }),
      )
      const object = {apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'managed'}, spec: {replicas: 2}}
      const path = `${ground.path('deployments/managed')}?fieldManager=one`
      expect(await ground.client.patch(path, object, applyPatch)).toMatchObject({
        status: 409,
        body: {
          details: {
            causes: [
              {message: 'conflict with "scaler" with subresource "scale" using apps/v1', field: '.spec.replicas'},
            ],
          },
        },
      })
    })

    test('have autoscalers, which are created, listed across namespaces, changed and deleted', async () => {
      const scaleTargetRef = {apiVersion: 'apps/v1', kind: 'Deployment', name: 'absent'}
      const created = await ground.client.post<ApiObject>(ground.path('horizontalpodautoscalers'), {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: {name: 'absent'},
        spec: {scaleTargetRef, maxReplicas: 3},
      })
      expect(created).toMatchObject({status: 201, body: {spec: {scaleTargetRef, minReplicas: 1, maxReplicas: 3}}})
      const across = await ground.client.get<{items: ApiObject[]}>('/apis/autoscaling/v2/horizontalpodautoscalers')
      const mine = across.body.items.filter(({metadata}) => metadata.namespace === ground.namespace)
      expect(mine.map(({spec}) => spec.scaleTargetRef)).toEqual([scaleTargetRef])
      const changed = await patch('horizontalpodautoscalers/absent', {spec: {maxReplicas: 5}})
      expect(changed).toMatchObject({status: 200, body: {spec: {maxReplicas: 5}}})
      expect((await ground.client.delete(ground.path('horizontalpodautoscalers/absent'))).status).toBe(200)
      expect((await ground.client.get(ground.path('horizontalpodautoscalers/absent'))).status).toBe(404)
    })
  })
}
