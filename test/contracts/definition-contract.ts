import {randomBytes} from 'node:crypto'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {applyPatch, mergePatch, strategicMergePatch} from '../cluster/raw-client.ts'
import {type ApiObject, type ContractCluster, Ground} from './contract-cluster.ts'

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: {type: 'integer'},
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {type: 'object', required: ['name'], properties: {name: {type: 'string'}, count: {type: 'integer'}}},
        },
        tags: {type: 'array', items: {type: 'string'}},
        free: {type: 'object', 'x-kubernetes-preserve-unknown-fields': true},
      },
    },
    status: {type: 'object', 'x-kubernetes-preserve-unknown-fields': true},
  },
}

/** CustomResourceDefinitions, and the resources that they add. */
export function describeDefinitions(cluster: () => ContractCluster): void {
  describe('custom resources', () => {
    const group = `c${randomBytes(4).toString('hex')}.example.com`
    const name = `widgets.${group}`
    let ground: Ground
    beforeAll(async () => {
      ground = await Ground.create(cluster())
    })
    afterAll(() => ground.client.delete(`${definitions}/${name}`))

    const path = (object = '') => `/apis/${group}/v1/namespaces/${ground.namespace}/widgets${object}`
    const widget = (spec: object, metadata: object = {name: 'a'}) => ({
      apiVersion: `${group}/v1`,
      kind: 'Widget',
      metadata,
      spec,
    })
    const apply = (spec: object, query: string) =>
      ground.client.patch<ApiObject>(`${path('/a')}?${query}`, widget(spec), applyPatch)
    const served = async (at: string): Promise<number> => (await ground.client.get(at)).status

    test('a definition is applied, accepted and established; then its resource is discovered', async () => {
      expect(await served(path())).toBe(404)
      const created = await ground.client.patch<ApiObject>(
        `${definitions}/${name}?fieldManager=one`,
        {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          metadata: {name},
          spec: {
            group,
            scope: 'Namespaced',
            names: {plural: 'widgets', kind: 'Widget', shortNames: ['wd']},
            versions: [
              {
                name: 'v1',
                served: true,
                storage: true,
                subresources: {
                  status: {},
                  scale: {specReplicasPath: '.spec.size', statusReplicasPath: '.status.size'},
                },
                schema: {openAPIV3Schema: schema},
              },
              {name: 'v1beta1', served: true, storage: false, schema: {openAPIV3Schema: schema}},
            ],
          },
        },
        applyPatch,
      )
      expect(created).toMatchObject({
        status: 201,
        body: {spec: {names: {singular: 'widget', listKind: 'WidgetList'}}, status: {storedVersions: ['v1']}},
      })
      const conditions = async (): Promise<object[]> =>
        (await ground.client.get<ApiObject>(`${definitions}/${name}`)).body.status.conditions ?? []
      await expect.poll(conditions, {timeout: 20_000}).toMatchObject([
        {type: 'NamesAccepted', status: 'True', reason: 'NoConflicts'},
        {type: 'Established', status: 'True', reason: 'InitialNamesAccepted'},
      ])
      await expect.poll(() => served(path()), {timeout: 20_000}).toBe(200)
      await expect.poll(() => served(`/apis/${group}/v1`), {timeout: 20_000}).toBe(200)
      const {body} = await ground.client.get<{resources: object[]}>(`/apis/${group}/v1`)
      expect(body.resources).toContainEqual(
        expect.objectContaining({name: 'widgets', singularName: 'widget', kind: 'Widget', shortNames: ['wd']}),
      )
    })

    test('objects are applied: lists with keys merge, other lists and free fields conflict', async () => {
      const spec = {size: 1, parts: [{name: 'x', count: 1}], tags: ['t'], free: {a: {b: [1]}}}
      expect(await apply(spec, 'fieldManager=one')).toMatchObject({
        status: 201,
        body: {spec, metadata: {generation: 1}},
      })
      expect(await apply({parts: [{name: 'y', count: 2}]}, 'fieldManager=two')).toMatchObject({
        status: 200,
        body: {spec: {...spec, parts: expect.arrayContaining([spec.parts[0], {name: 'y', count: 2}])}},
      })
      const wanted = {size: 2, parts: [{name: 'x', count: 2}], tags: ['u'], free: {a: {b: [2]}}}
      expect(await apply(wanted, 'fieldManager=two')).toMatchObject({
        status: 409,
        body: {
          message:
            'Apply failed with 4 conflicts: conflicts with "one":\n- .spec.size\n- .spec.tags\n- .spec.free.a.b\n- .spec.parts[name="x"].count',
        },
      })
      expect((await apply(wanted, 'fieldManager=two&force=true')).body.spec).toMatchObject({size: 2, tags: ['u']})
    })

    test('are refused with a text where their definition has a number', async () => {
      expect(await apply({size: 'large'}, 'fieldManager=one&force=true')).toMatchObject({
        status: 500,
        body: {
          message: expect.stringMatching(
            /^failed to create typed patch object \(.*, Kind=Widget\): \.spec\.size: expected numeric \(int or float\), got string$/,
          ),
        },
      })
    })

    test('take merge patches and no strategic ones; a PUT says which version it replaces', async () => {
      const merged = await ground.client.patch<ApiObject>(path('/a'), {spec: {size: 5}}, mergePatch)
      expect(merged).toMatchObject({status: 200, body: {spec: {size: 5}}})
      expect(await ground.client.patch(path('/a'), {spec: {size: 6}}, strategicMergePatch)).toMatchObject({
        status: 415,
        body: {reason: 'UnsupportedMediaType'},
      })
      expect(await ground.client.put(path('/a'), widget({size: 7}))).toMatchObject({
        status: 422,
        body: {
          message: `widgets.${group} "a" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update`,
        },
      })
    })

    test('have a status and a scale of their own, and every served version', async () => {
      const status = await ground.client.patch<ApiObject>(
        path('/a/status'),
        {status: {size: 4}, spec: {size: 9}},
        mergePatch,
      )
      expect(status).toMatchObject({status: 200, body: {status: {size: 4}, spec: {size: 5}}})
      expect(await ground.client.get(path('/a/scale'))).toMatchObject({
        status: 200,
        body: {kind: 'Scale', spec: {replicas: 5}, status: {replicas: 4}},
      })
      expect(await ground.client.patch(path('/a/scale'), {spec: {replicas: 6}}, mergePatch)).toMatchObject({
        status: 200,
        body: {spec: {replicas: 6}},
      })
      const other = await ground.client.get<ApiObject>(path('/a').replace('/v1/', '/v1beta1/'))
      expect(other).toMatchObject({status: 200, body: {apiVersion: `${group}/v1beta1`, spec: {size: 6}}})
      const watch = await ground.client.watch(`${path()}?watch=1&timeoutSeconds=1`)
      await watch.until(({type, object}) => type === 'ADDED' && object.metadata.name === 'a')
      watch.close()
    })

    test('go with their definition', async () => {
      const deleted = await ground.client.delete<ApiObject>(`${definitions}/${name}`)
      expect(deleted).toMatchObject({
        status: 200,
        body: {metadata: {finalizers: ['customresourcecleanup.apiextensions.k8s.io']}},
      })
      await expect.poll(() => served(`${definitions}/${name}`), {timeout: 20_000}).toBe(404)
      await expect.poll(() => served(path('/a')), {timeout: 20_000}).toBe(404)
    })

    test('need a definition whose name is that of the resource and its group', async () => {
      const reply = await ground.client.post(definitions, {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: {name: `wrong.${group}`},
        spec: {
          group,
          scope: 'Namespaced',
          names: {plural: 'gadgets', kind: 'Gadget'},
          versions: [{name: 'v1', served: true, storage: true, schema: {openAPIV3Schema: {type: 'object'}}}],
        },
      })
      const why = 'must be spec.names.plural+"."+spec.group'
      expect(reply).toMatchObject({
        status: 422,
        body: {message: expect.stringContaining(`metadata.name: Invalid value: "wrong.${group}": ${why}`)},
      })
    })
  })
}
