import {beforeAll, describe, expect, test} from 'vitest'
import {mergePatch, strategicMergePatch} from '../cluster/raw-client.ts'
import {type ApiObject, type ContractCluster, Ground, type Plural} from './contract-cluster.ts'

/** What a change of an image does. */
export function describeImages(cluster: () => ContractCluster): void {
  describe('images', () => {
    let ground: Ground
    beforeAll(async () => {
      ground = await Ground.create(cluster())
    })

    const image = (tag: string) => `registry.example/app:${tag}`
    const bodyOf = (tag: string, metadata: object = {}) => ({
      metadata,
      spec: {template: {spec: {containers: [{name: 'app', image: image(tag)}]}}},
    })
    const set = async (resource: string, body: object, type = strategicMergePatch): Promise<ApiObject> =>
      (await ground.expect(200, ground.client.patch<ApiObject>(ground.path(resource), body, type))).body
    const running = async (name: string): Promise<string[]> => {
      const pods = (await ground.list(`pods?labelSelector=app%3D${name}`)).items.filter(
        ({metadata}) => !('deletionTimestamp' in metadata),
      )
      return [...new Set(pods.map(({spec}) => spec.containers[0].image as string))]
    }
    const settled = async (resource: string, name: string, tag: string): Promise<ApiObject> => {
      const object = await ground.rolledOut(resource)
      await expect.poll(() => running(name), {timeout: 20_000, interval: 50}).toEqual([image(tag)])
      return object
    }
    const revisionsOf = async (plural: string, owner: ApiObject): Promise<readonly ApiObject[]> =>
      (await ground.list(plural)).items.filter(
        ({metadata}) => metadata.ownerReferences?.[0]?.uid === owner.metadata.uid,
      )
    const revisionKey = 'deployment.kubernetes.io/revision'

    test.each<Plural>(['deployments', 'statefulsets', 'daemonsets'])(
      'of %s: with the uid and the version of the object a patch of either type rolls it out to every pod',
      async (plural) => {
        const name = `set-${plural}`
        const resource = `${plural}/${name}`
        await ground.workload(plural, name)
        await settled(resource, name, '1')
        for (const [tag, type] of [
          ['2', strategicMergePatch],
          ['3', mergePatch],
        ] as const) {
          const before = await quiet(ground, resource)
          const {uid, resourceVersion, generation} = before.metadata
          const after = await set(resource, bodyOf(tag, {uid, resourceVersion}), type)
          expect(after.metadata.generation).toBe(generation + 1)
          await settled(resource, name, tag)
        }
        const kind = plural === 'deployments' ? 'replicasets' : 'controllerrevisions'
        expect(await revisionsOf(kind, await ground.read(resource))).toHaveLength(3)
      },
    )

    test('that run: each container says which by its imageID', async () => {
      await ground.workload('deployments', 'told', {replicas: 1})
      await settled('deployments/told', 'told', '1')
      const [pod] = (await ground.list('pods?labelSelector=app%3Dtold')).items
      expect(pod?.status.containerStatuses).toMatchObject([{name: 'app', image: image('1'), ready: true}])
      expect(pod?.status.containerStatuses[0]).toHaveProperty('imageID')
    })

    test('put back: a Deployment returns to its old ReplicaSet, under the next revision', async () => {
      await ground.workload('deployments', 'returned')
      const first = await settled('deployments/returned', 'returned', '1')
      const [old] = await revisionsOf('replicasets', first)
      await set('deployments/returned', bodyOf('2'))
      await settled('deployments/returned', 'returned', '2')
      await set('deployments/returned', bodyOf('1'))
      const last = await settled('deployments/returned', 'returned', '1')
      expect(last.metadata.annotations?.[revisionKey]).toBe('3')
      const sets = await revisionsOf('replicasets', last)
      expect(sets).toHaveLength(2)
      const active = sets.find(({spec}) => spec.replicas > 0)
      expect(active?.metadata.uid).toBe(old?.metadata.uid)
      expect(active?.metadata.annotations?.['deployment.kubernetes.io/revision-history']).toBe('1')
    })

    test.each<Plural>(['statefulsets', 'daemonsets'])(
      'put back: %s return to their old revision, which becomes the newest',
      async (plural) => {
        const name = `back-${plural}`
        await ground.workload(plural, name)
        await settled(`${plural}/${name}`, name, '1')
        await set(`${plural}/${name}`, bodyOf('2'))
        await settled(`${plural}/${name}`, name, '2')
        await set(`${plural}/${name}`, bodyOf('1'))
        const object = await settled(`${plural}/${name}`, name, '1')
        const revisions = await revisionsOf('controllerrevisions', object)
        const numbers = revisions.map(({revision, data}) => [revision, data.spec.template.spec.containers[0].image])
        expect(numbers.toSorted()).toEqual([
          [2, image('2')],
          [3, image('1')],
        ])
      },
    )

    test('of one init container change beside the others', async () => {
      const initContainers = [
        {name: 'first', image: image('1')},
        {name: 'second', image: image('1')},
      ]
      const template = {
        metadata: {labels: {app: 'prepared'}},
        spec: {containers: [{name: 'app', image: image('1')}], initContainers},
      }
      await ground.workload('deployments', 'prepared', {replicas: 0, template})
      const changed = {spec: {template: {spec: {initContainers: [{name: 'second', image: image('2')}]}}}}
      const {spec} = await set('deployments/prepared', changed)
      expect(spec.template.spec.initContainers).toMatchObject([
        {name: 'first', image: image('1')},
        {name: 'second', image: image('2')},
      ])
      expect(spec.template.spec.containers).toMatchObject([{name: 'app', image: image('1')}])
    })

    test('without a name are refused', async () => {
      await ground.workload('deployments', 'nameless', {replicas: 0})
      const body = {spec: {template: {spec: {containers: [{name: 'app', image: ''}]}}}}
      expect(await ground.client.patch(ground.path('deployments/nameless'), body, strategicMergePatch)).toMatchObject({
        status: 422,
        body: {
          message: 'Deployment.apps "nameless" is invalid: spec.template.spec.containers[0].image: Required value',
        },
      })
    })
  })
}

/** The object after the last write of its status, so that its version is stable. */
async function quiet(ground: Ground, resource: string): Promise<ApiObject> {
  let last = await ground.read(resource)
  await expect
    .poll(
      async () => {
        const before = last
        last = await ground.read(resource)
        return last.metadata.resourceVersion === before.metadata.resourceVersion
      },
      {timeout: 20_000, interval: 200},
    )
    .toBe(true)
  return last
}
