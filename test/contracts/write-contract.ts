import {beforeAll, describe, expect, test} from 'vitest'
import {applyPatch, mergePatch, strategicMergePatch} from '../cluster/raw-client.ts'
import {type ApiObject, type ContractCluster, Ground, restartPatch} from './contract-cluster.ts'

/** Creating, changing and deleting, and what is refused. */
export function describeWrites(cluster: () => ContractCluster): void {
  describe('writes', () => {
    let ground: Ground
    beforeAll(async () => {
      ground = await Ground.create(cluster())
    })

    const patch = (resource: string, body: unknown, type = strategicMergePatch) =>
      ground.client.patch<ApiObject>(ground.path(resource), body, type)
    const otherUid = '11111111-2222-3333-4444-555555555555'
    const conflict = (name: string) => ({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      message: `Operation cannot be fulfilled on deployments.apps "${name}": the object has been modified; please apply your changes to the latest version and try again`,
      reason: 'Conflict',
      details: {name, group: 'apps', kind: 'deployments'},
      code: 409,
    })

    test('create an object with a uid, a version, a time and generation 1', async () => {
      const created = await ground.workload('deployments', 'created', {replicas: 0})
      expect(created).toMatchObject({kind: 'Deployment', apiVersion: 'apps/v1'})
      expect(created.metadata).toMatchObject({
        generation: 1,
        uid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        resourceVersion: expect.stringMatching(/^\d+$/),
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        namespace: ground.namespace,
      })
      expect(created.spec).toMatchObject({
        progressDeadlineSeconds: 600,
        revisionHistoryLimit: 10,
        strategy: {type: 'RollingUpdate', rollingUpdate: {maxSurge: '25%', maxUnavailable: '25%'}},
      })
    })

    test('refuse to create what exists', async () => {
      await ground.configMap('twice')
      const again = await ground.client.post(ground.path('configmaps'), {metadata: {name: 'twice'}})
      expect(again).toMatchObject({
        status: 409,
        body: {
          kind: 'Status',
          message: 'configmaps "twice" already exists',
          reason: 'AlreadyExists',
          details: {name: 'twice', kind: 'configmaps'},
          code: 409,
        },
      })
    })

    test('refuse to create in a namespace that does not exist', async () => {
      const reply = await ground.client.post('/api/v1/namespaces/there-is-none/configmaps', {metadata: {name: 'a'}})
      const body = {message: 'namespaces "there-is-none" not found', reason: 'NotFound', code: 404}
      expect(reply).toMatchObject({status: 404, body})
    })

    test('refuse a namespace that exists, and more than a ConfigMap holds', async () => {
      const again = await ground.client.post('/api/v1/namespaces', {metadata: {name: ground.namespace}})
      expect(again).toMatchObject({status: 409, body: {reason: 'AlreadyExists', details: {kind: 'namespaces'}}})
      const tooMuch = {metadata: {name: 'big'}, data: {key: 'x'.repeat(1024 * 1024 + 1)}}
      expect(await ground.client.post(ground.path('configmaps'), tooMuch)).toMatchObject({
        status: 422,
        body: {
          message: 'ConfigMap "big" is invalid: []: Too long: may not be more than 1048576 bytes',
          reason: 'Invalid',
          details: {causes: [{reason: 'FieldValueTooLong'}]},
        },
      })
    })

    test('say in full what was not found', async () => {
      const body = {
        kind: 'Status',
        status: 'Failure',
        message: 'deployments.apps "none" not found',
        reason: 'NotFound',
        details: {name: 'none', group: 'apps', kind: 'deployments'},
        code: 404,
      }
      expect(await ground.client.get(ground.path('deployments/none'))).toMatchObject({status: 404, body})
      expect(await patch('deployments/none', {metadata: {labels: {a: 'b'}}})).toMatchObject({status: 404, body})
      expect(await ground.client.delete(ground.path('deployments/none'))).toMatchObject({status: 404, body})
    })

    test('know no resource that is not served', async () => {
      expect(await ground.client.get('/apis/apps/v1/nonsense')).toMatchObject({status: 404})
    })

    test('that change nothing keep version and generation', async () => {
      await ground.workload('deployments', 'same', {replicas: 0})
      await patch('deployments/same', restartPatch('2026-01-01T00:00:00.000Z'))
      const before = await ground.until(
        'deployments/same',
        ({metadata, status}) => status.observedGeneration === metadata.generation,
      )
      const replies = [
        await patch('deployments/same', restartPatch('2026-01-01T00:00:00.000Z')),
        await patch('deployments/same', restartPatch('2026-01-01T00:00:00.000Z'), mergePatch),
        await ground.client.put<ApiObject>(ground.path('deployments/same'), before),
      ]
      const {resourceVersion, generation} = before.metadata
      for (const {status, body} of replies) {
        expect({status, metadata: body.metadata}).toMatchObject({status: 200, metadata: {resourceVersion, generation}})
      }
    })

    test('with a stale version are a conflict, also when they would change nothing', async () => {
      const {metadata} = await ground.workload('deployments', 'stale', {replicas: 0})
      await patch('deployments/stale', {metadata: {annotations: {touched: 'yes'}}})
      const {resourceVersion} = metadata
      for (const type of [strategicMergePatch, mergePatch]) {
        const reply = await patch(
          'deployments/stale',
          restartPatch('2026-01-01T00:00:00.000Z', {resourceVersion}),
          type,
        )
        expect(reply).toMatchObject({status: 409, body: conflict('stale')})
      }
      expect(await patch('deployments/stale', {metadata: {resourceVersion}})).toMatchObject({status: 409})
      expect((await ground.read('deployments/stale')).spec.template.metadata).not.toHaveProperty('annotations')
    })

    test('with uid and version of the object pass; with another uid they are invalid', async () => {
      await ground.workload('deployments', 'identity', {replicas: 0})
      const {metadata} = await ground.until('deployments/identity', ({status}) => status.observedGeneration === 1)
      const {uid, resourceVersion} = metadata
      const wrong = await patch(
        'deployments/identity',
        restartPatch('2026-01-01T00:00:00.000Z', {uid: otherUid, resourceVersion}),
      )
      expect(wrong).toMatchObject({
        status: 422,
        body: {
          kind: 'Status',
          message: expect.stringContaining(`metadata.uid: Invalid value: "${otherUid}": field is immutable`),
          reason: 'Invalid',
          details: {name: 'identity', group: 'apps', kind: 'Deployment', causes: [{field: 'metadata.uid'}, {}]},
          code: 422,
        },
      })
      const right = await patch(
        'deployments/identity',
        restartPatch('2026-01-01T00:00:00.000Z', {uid, resourceVersion}),
      )
      expect(right).toMatchObject({status: 200, body: {metadata: {uid, generation: 2}}})
    })

    test('with another uid and a stale version are a conflict: what was recreated under the same name', async () => {
      const {metadata} = await ground.workload('deployments', 'reborn', {replicas: 0})
      await ground.client.delete(ground.path('deployments/reborn'))
      await ground.workload('deployments', 'reborn', {replicas: 0})
      const {uid, resourceVersion} = metadata
      const reply = await patch('deployments/reborn', restartPatch('2026-01-01T00:00:00.000Z', {uid, resourceVersion}))
      expect(reply).toMatchObject({status: 409, body: conflict('reborn')})
    })

    test('that replace need no version, but a stale one is a conflict, and so is another uid', async () => {
      const {metadata} = await ground.configMap('replaced', {a: '1'})
      const path = ground.path('configmaps/replaced')
      const replace = (data: object, meta: object) =>
        ground.client.put(path, {metadata: {name: 'replaced', ...meta}, data})
      expect(await replace({b: '2'}, {})).toMatchObject({status: 200, body: {data: {b: '2'}}})
      expect(await replace({c: '3'}, {resourceVersion: metadata.resourceVersion})).toMatchObject({
        status: 409,
        body: {reason: 'Conflict', details: {name: 'replaced', kind: 'configmaps'}},
      })
      expect(await replace({c: '3'}, {uid: otherUid})).toMatchObject({status: 409, body: {reason: 'Conflict'}})
      expect((await ground.read('configmaps/replaced')).data).toEqual({b: '2'})
    })

    test('of leases need a version, so that of two takers one gets it', async () => {
      const lease = (holderIdentity: string, resourceVersion?: string) => ({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: {name: 'lock', ...(resourceVersion && {resourceVersion})},
        spec: {holderIdentity, leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.123456Z'},
      })
      const take = (holder: string, version?: string) =>
        ground.client.put<ApiObject>(ground.path('leases/lock'), lease(holder, version))
      const created = await ground.client.post<ApiObject>(ground.path('leases'), lease('one'))
      expect(created).toMatchObject({status: 201, body: {spec: {renewTime: '2026-01-01T00:00:00.123456Z'}}})
      expect(await ground.client.post(ground.path('leases'), lease('two'))).toMatchObject({
        status: 409,
        body: {reason: 'AlreadyExists', message: 'leases.coordination.k8s.io "lock" already exists'},
      })
      const {resourceVersion} = created.body.metadata
      expect(await take('two', resourceVersion)).toMatchObject({status: 200, body: {spec: {holderIdentity: 'two'}}})
      expect(await take('three', resourceVersion)).toMatchObject({status: 409, body: {reason: 'Conflict'}})
      expect(await take('three')).toMatchObject({status: 422, body: {reason: 'Invalid'}})
      expect((await ground.read('leases/lock')).spec.holderIdentity).toBe('two')
    })

    test('count the generation up for the spec, and for the annotations of a Deployment, for nothing else', async () => {
      await ground.workload('deployments', 'counted', {replicas: 0})
      await ground.workload('statefulsets', 'counted', {replicas: 0})
      const generation = async (resource: string, body: object) =>
        (await patch(resource, body)).body.metadata.generation
      const note = {metadata: {annotations: {note: 'a'}}}
      expect(await generation('deployments/counted', {metadata: {labels: {note: 'a'}}})).toBe(1)
      await ground.until(
        'deployments/counted',
        ({metadata, status}) => status.observedGeneration === metadata.generation,
      )
      const before = (await ground.read('deployments/counted')).metadata.generation
      expect(await generation('deployments/counted', note)).toBe(before + 1)
      expect(await generation('deployments/counted', {spec: {minReadySeconds: 1}})).toBe(before + 2)
      expect(await generation('statefulsets/counted', note)).toBe(1)
      expect(await generation('statefulsets/counted', {spec: {minReadySeconds: 1}})).toBe(2)
    })

    test('merge: a strategic patch keeps the other containers, a merge patch replaces the list, null removes', async () => {
      const containers = [
        {name: 'app', image: 'registry.example/app:1'},
        {name: 'proxy', image: 'registry.example/proxy:1'},
      ]
      const template = {metadata: {labels: {app: 'merged'}}, spec: {containers}}
      await ground.workload('deployments', 'merged', {replicas: 0, template, annotations: {keep: 'a', drop: 'b'}})
      const image = (value: string) => ({
        metadata: {annotations: {drop: null}},
        spec: {template: {spec: {containers: [{name: 'proxy', image: value}]}}},
      })
      const strategic = await patch('deployments/merged', image('registry.example/proxy:2'))
      expect(strategic.body.spec.template.spec.containers).toMatchObject([
        {name: 'app', image: 'registry.example/app:1'},
        {name: 'proxy', image: 'registry.example/proxy:2'},
      ])
      expect(strategic.body.metadata.annotations).toMatchObject({keep: 'a'})
      expect(strategic.body.metadata.annotations).not.toHaveProperty('drop')
      const merged = await patch('deployments/merged', image('registry.example/proxy:3'), mergePatch)
      expect(merged.body.spec.template.spec.containers).toMatchObject([
        {name: 'proxy', image: 'registry.example/proxy:3'},
      ])
      expect(merged.body.spec.template.spec.containers).toHaveLength(1)
    })

    test('with dryRun=All answer as if, and change nothing', async () => {
      const before = await ground.workload('statefulsets', 'rehearsed', {replicas: 0})
      const rehearsed = await patch('statefulsets/rehearsed?dryRun=All', restartPatch('2026-01-01T00:00:00.000Z'))
      expect(rehearsed).toMatchObject({
        status: 200,
        body: {
          metadata: {generation: 2, resourceVersion: expect.any(String)},
          spec: {
            template: {metadata: {annotations: {'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00.000Z'}}},
          },
        },
      })
      expect((await ground.read('statefulsets/rehearsed')).metadata.generation).toBe(before.metadata.generation)
      const created = await ground.client.post(ground.path('configmaps?dryRun=All'), {metadata: {name: 'rehearsed'}})
      expect(created.status).toBe(201)
      expect((await ground.client.get(ground.path('configmaps/rehearsed'))).status).toBe(404)
      expect((await ground.client.delete(ground.path('statefulsets/rehearsed?dryRun=All'))).status).toBe(200)
      expect((await ground.client.get(ground.path('statefulsets/rehearsed'))).status).toBe(200)
    })

    test('that are not valid are refused with the field and the reason', async () => {
      await ground.workload('deployments', 'invalid', {replicas: 0})
      expect(await patch('deployments/invalid', {spec: {replicas: -1}})).toMatchObject({
        status: 422,
        body: {
          message:
            'Deployment.apps "invalid" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
          reason: 'Invalid',
          details: {
            name: 'invalid',
            kind: 'Deployment',
            causes: [{reason: 'FieldValueInvalid', field: 'spec.replicas'}],
          },
        },
      })
      expect(await patch('deployments/invalid', {spec: {replicas: 1}}, 'application/json')).toMatchObject({
        status: 415,
        body: {reason: 'UnsupportedMediaType'},
      })
    })

    test('delete: the reply names what is gone, and then it is gone', async () => {
      const {metadata} = await ground.configMap('deleted')
      expect(await ground.client.delete(ground.path('configmaps/deleted'))).toMatchObject({
        status: 200,
        body: {kind: 'Status', status: 'Success', details: {name: 'deleted', kind: 'configmaps', uid: metadata.uid}},
      })
      expect((await ground.client.get(ground.path('configmaps/deleted'))).status).toBe(404)
    })

    test('apply: creates, changes nothing the second time, and is a conflict where another manager owns the field', async () => {
      const apply = (manager: string, key: string, force = false) =>
        ground.client.patch<ApiObject>(
          `${ground.path('configmaps/applied')}?fieldManager=${manager}&force=${force}`,
          {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'applied', namespace: ground.namespace}, data: {key}},
          applyPatch,
        )
      const created = await apply('one', 'a')
      expect(created).toMatchObject({status: 201, body: {data: {key: 'a'}}})
      const again = await apply('one', 'a')
      expect(again.status).toBe(200)
      expect(again.body.metadata.resourceVersion).toBe(created.body.metadata.resourceVersion)
      expect(await apply('two', 'b')).toMatchObject({
        status: 409,
        body: {
          reason: 'Conflict',
          details: {causes: [{reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.key'}]},
        },
      })
      expect(await apply('two', 'b', true)).toMatchObject({status: 200, body: {data: {key: 'b'}}})
    })
  })
}
