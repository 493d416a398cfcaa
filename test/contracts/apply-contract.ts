import {beforeAll, describe, expect, test} from 'vitest'
import {mergePatch, strategicMergePatch} from '../cluster/raw-client.ts'
import {type ApiObject, type ContractCluster, Ground} from './contract-cluster.ts'

/** Server-side apply: who owns which field, and what happens when two managers want the same one. */
export function describeApplies(cluster: () => ContractCluster): void {
  describe('server-side apply', () => {
    let ground: Ground
    beforeAll(async () => {
      ground = await Ground.create(cluster())
    })

    const container = (more: object = {}) => ({name: 'app', image: 'registry.example/app:1', ...more})
    const deployment = (name: string, spec: object = {}, metadata: object = {}) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {name, ...metadata},
      spec: {
        replicas: 0,
        selector: {matchLabels: {app: name}},
        template: {metadata: {labels: {app: name}}, spec: {containers: [container()]}},
        ...spec,
      },
    })
    const partly = (name: string, spec: object) => ({apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name}, spec})
    const entryOf = ({metadata}: ApiObject, manager: string) =>
      (metadata as unknown as {managedFields: readonly {manager: string; fieldsV1: object}[]}).managedFields.find(
        (entry) => entry.manager === manager,
      )

    test('creates with 201, and records the fields of its manager, elements of lists by their keys', async () => {
      const more = {env: [{name: 'A', value: '1'}], ports: [{containerPort: 80}]}
      const template = {metadata: {labels: {app: 'owned'}}, spec: {containers: [container(more)]}}
      const {status, body} = await ground.apply('deployments/owned', deployment('owned', {template}), {manager: 'one'})
      expect(status).toBe(201)
      expect(entryOf(body, 'one')).toEqual({
        manager: 'one',
        operation: 'Apply',
        apiVersion: 'apps/v1',
        time: expect.any(String),
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:spec': {
            'f:replicas': {},
            'f:selector': {},
            'f:template': {
              'f:metadata': {'f:labels': {'f:app': {}}},
              'f:spec': {
                'f:containers': {
                  'k:{"name":"app"}': {
                    '.': {},
                    'f:env': {'k:{"name":"A"}': {'.': {}, 'f:name': {}, 'f:value': {}}},
                    'f:image': {},
                    'f:name': {},
                    'f:ports': {'k:{"containerPort":80,"protocol":"TCP"}': {'.': {}, 'f:containerPort': {}}},
                  },
                },
              },
            },
          },
        },
      })
    })

    test('the same again changes nothing: no version, no time', async () => {
      await ground.apply('deployments/again', deployment('again'), {manager: 'one'})
      const before = await ground.until('deployments/again', ({status}) => status.observedGeneration === 1)
      const {status, body} = await ground.apply('deployments/again', deployment('again'), {manager: 'one'})
      expect(status).toBe(200)
      expect(body.metadata).toEqual(before.metadata)
    })

    test('is a conflict where another applier has another value, named by manager and field', async () => {
      await ground.apply('deployments/contested', deployment('contested'), {manager: 'one'})
      const wanted = partly('contested', {
        replicas: 0,
        template: {spec: {containers: [{name: 'app', image: 'registry.example/app:2'}]}},
      })
      const field = '.spec.template.spec.containers[name="app"].image'
      expect(await ground.apply('deployments/contested', wanted, {manager: 'two'})).toMatchObject({
        status: 409,
        body: {
          kind: 'Status',
          status: 'Failure',
          message: `Apply failed with 1 conflict: conflict with "one": ${field}`,
          reason: 'Conflict',
          details: {causes: [{reason: 'FieldManagerConflict', message: 'conflict with "one"', field}]},
          code: 409,
        },
      })
    })

    test('names several conflicts in a list, and the version of a manager that did not apply', async () => {
      await ground.apply('deployments/several', deployment('several', {minReadySeconds: 1}), {manager: 'one'})
      const wanted = partly('several', {replicas: 3, minReadySeconds: 2})
      expect(await ground.apply('deployments/several', wanted, {manager: 'two'})).toMatchObject({
        status: 409,
        body: {
          message: 'Apply failed with 2 conflicts: conflicts with "one":\n- .spec.minReadySeconds\n- .spec.replicas',
        },
      })
      const path = `${ground.path('deployments/several')}?fieldManager=editor`
      await ground.client.patch(path, {spec: {minReadySeconds: 3}}, mergePatch)
      const message = 'conflict with "editor" using apps/v1'
      const again = await ground.apply('deployments/several', deployment('several', {minReadySeconds: 1}), {
        manager: 'one',
      })
      expect(again).toMatchObject({
        status: 409,
        body: {
          message: `Apply failed with 1 conflict: ${message}: .spec.minReadySeconds`,
          details: {causes: [{message, field: '.spec.minReadySeconds'}]},
        },
      })
    })

    test('with force takes the field, and the other manager does not own it any more', async () => {
      await ground.apply('deployments/taken', deployment('taken'), {manager: 'one'})
      const taken = await ground.apply('deployments/taken', partly('taken', {replicas: 2}), {
        manager: 'two',
        force: true,
      })
      expect(taken).toMatchObject({status: 200, body: {spec: {replicas: 2}}})
      expect(entryOf(taken.body, 'two')?.fieldsV1).toEqual({'f:spec': {'f:replicas': {}}})
      expect(entryOf(taken.body, 'one')?.fieldsV1).not.toHaveProperty(['f:spec', 'f:replicas'])
      const query = `${ground.path('deployments/taken')}?force=true`
      expect(await ground.client.patch(query, {spec: {replicas: 1}}, mergePatch)).toMatchObject({
        status: 422,
        body: {message: expect.stringContaining('force: Forbidden: may not be specified for non-apply patch')},
      })
    })

    test('the same value may be owned by two; it goes when neither says it any more', async () => {
      await ground.apply('configmaps/shared', configMap('shared', {key: 'v', own: '1'}), {manager: 'one'})
      await ground.apply('configmaps/shared', configMap('shared', {key: 'v'}), {manager: 'two'})
      const left = await ground.apply('configmaps/shared', configMap('shared', {}), {manager: 'one'})
      expect(left.body.data).toEqual({key: 'v'})
      const gone = await ground.apply('configmaps/shared', configMap('shared', {}), {manager: 'two'})
      expect(gone.body).not.toHaveProperty('data')
    })

    test('what a manager applied and says no more is removed: labels, variables, ports, containers', async () => {
      const more = {env: [{name: 'A', value: '1'}], ports: [{containerPort: 80}]}
      const first = [container(more), {name: 'sidecar', image: 'registry.example/proxy:1'}]
      const templateOf = (containers: object[]) => ({metadata: {labels: {app: 'less'}}, spec: {containers}})
      const labels = {labels: {team: 'a'}}
      await ground.apply('deployments/less', deployment('less', {template: templateOf(first)}, labels), {
        manager: 'one',
      })
      const second = deployment('less', {template: templateOf([container()])})
      const {body} = await ground.apply('deployments/less', second, {manager: 'one'})
      expect(body.metadata).not.toHaveProperty('labels')
      expect(body.spec.template.spec.containers).toHaveLength(1)
      expect(body.spec.template.spec.containers[0]).not.toHaveProperty('env')
      expect(body.spec.template.spec.containers[0]).not.toHaveProperty('ports')
    })

    test('beside an update: the updater owns what it set, and the applier is told', async () => {
      await ground.apply('deployments/edited', deployment('edited'), {manager: 'one'})
      const image = {spec: {template: {spec: {containers: [{name: 'app', image: 'registry.example/app:2'}]}}}}
      const path = `${ground.path('deployments/edited')}?fieldManager=kubectl-set`
      const {body} = await ground.client.patch<ApiObject>(path, image, strategicMergePatch)
      expect(entryOf(body, 'kubectl-set')?.fieldsV1).toEqual({
        'f:spec': {'f:template': {'f:spec': {'f:containers': {'k:{"name":"app"}': {'f:image': {}}}}}},
      })
      expect(await ground.apply('deployments/edited', deployment('edited'), {manager: 'one'})).toMatchObject({
        status: 409,
        body: {details: {causes: [{message: 'conflict with "kubectl-set" using apps/v1'}]}},
      })
    })

    test('with dryRun=All answers as if: conflicts too, and nothing is written', async () => {
      const created = await ground.apply('configmaps/as-if', configMap('as-if', {a: '1'}), {
        manager: 'one',
        dryRun: true,
      })
      expect(created).toMatchObject({status: 201, body: {data: {a: '1'}, metadata: {uid: expect.any(String)}}})
      expect((await ground.client.get(ground.path('configmaps/as-if'))).status).toBe(404)
      await ground.apply('configmaps/as-if', configMap('as-if', {a: '1'}), {manager: 'one'})
      const other = configMap('as-if', {a: '2'})
      expect((await ground.apply('configmaps/as-if', other, {manager: 'two', dryRun: true})).status).toBe(409)
      const forced = await ground.apply('configmaps/as-if', other, {manager: 'two', dryRun: true, force: true})
      expect(forced).toMatchObject({status: 200, body: {data: {a: '2'}}})
      expect((await ground.read('configmaps/as-if')).data).toEqual({a: '1'})
    })

    test('is refused without a manager, of another kind, with an element named twice, with text for a number', async () => {
      const path = ground.path('deployments/refused')
      const type = 'application/apply-patch+yaml'
      expect(await ground.client.patch(path, deployment('refused'), type)).toMatchObject({
        status: 422,
        body: {message: expect.stringContaining('fieldManager: Required value: is required for apply patch')},
      })
      expect(await ground.apply('deployments/refused', configMap('refused', {}), {manager: 'one'})).toMatchObject({
        status: 400,
        body: {message: 'invalid object type: /v1, Kind=ConfigMap', reason: 'BadRequest'},
      })
      await ground.apply('deployments/refused', deployment('refused'), {manager: 'one'})
      const env = [
        {name: 'A', value: '1'},
        {name: 'A', value: '2'},
      ]
      const patchError = 'failed to create typed patch object (/refused; apps/v1, Kind=Deployment): '
      const twice = partly('refused', {template: {spec: {containers: [{name: 'app', env}]}}})
      expect(await ground.apply('deployments/refused', twice, {manager: 'one'})).toMatchObject({
        status: 500,
        body: {
          message: `${patchError}.spec.template.spec.containers[name="app"].env: duplicate entries for key [name="A"]`,
        },
      })
      expect(
        await ground.apply('deployments/refused', partly('refused', {replicas: 'two'}), {manager: 'one'}),
      ).toMatchObject({
        status: 500,
        body: {message: `${patchError}.spec.replicas: expected numeric (int or float), got string`},
      })
    })

    test('merges variables in its own order; what another manager owns stays behind what it follows', async () => {
      const variables = (...names: readonly string[]) => names.map((name) => ({name, value: '1'}))
      const withEnv = (...names: readonly string[]) => {
        const containers = [container({env: variables(...names)})]
        return deployment('ordered', {template: {metadata: {labels: {app: 'ordered'}}, spec: {containers}}})
      }
      await ground.apply('deployments/ordered', withEnv('A', 'B', 'C'), {manager: 'one'})
      const {body} = await ground.apply('deployments/ordered', withEnv('C', 'X', 'A'), {manager: 'two'})
      const {env} = body.spec.template.spec.containers[0]
      expect(env.map(({name}: {name: string}) => name)).toEqual(['B', 'C', 'X', 'A'])
      const next = await ground.apply('deployments/ordered', withEnv('A', 'Z'), {manager: 'three'})
      const names = next.body.spec.template.spec.containers[0].env.map(({name}: {name: string}) => name)
      expect(names).toEqual(['B', 'C', 'X', 'A', 'Z'])
    })

    test('knows the fields of an object without managed fields by the manager before-first-apply', async () => {
      await ground.apply('configmaps/forgotten', configMap('forgotten', {a: '1'}), {manager: 'one'})
      await ground.client.patch(ground.path('configmaps/forgotten'), {metadata: {managedFields: [{}]}}, mergePatch)
      expect(
        await ground.apply('configmaps/forgotten', configMap('forgotten', {a: '2'}), {manager: 'one'}),
      ).toMatchObject({
        status: 409,
        body: {message: 'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.a'},
      })
    })

    test('needs the namespace, also when it only pretends', async () => {
      for (const query of ['', '&dryRun=All']) {
        const path = `/api/v1/namespaces/there-is-none/configmaps/x?fieldManager=one${query}`
        const reply = await ground.client.patch(path, configMap('x', {}), 'application/apply-patch+yaml')
        expect(reply).toMatchObject({status: 404, body: {message: 'namespaces "there-is-none" not found'}})
      }
    })
  })
}

function configMap(name: string, data: object): object {
  return {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name}, data}
}
