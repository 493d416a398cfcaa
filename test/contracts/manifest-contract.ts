import {beforeAll, describe, expect, test} from 'vitest'
import {type ContractCluster, Ground} from './contract-cluster.ts'

const rbac = 'rbac.authorization.k8s.io'
const job = {
  spec: {template: {spec: {restartPolicy: 'Never', containers: [{name: 'a', image: 'registry.example/job:1'}]}}},
}

/** What manifests hold, as little as the API takes, and what it makes of that. */
const manifests: readonly {
  readonly plural: string
  readonly apiVersion: string
  readonly kind: string
  readonly fields: object
  /** What the object has afterwards, beyond its own fields. */
  readonly filled: object
}[] = [
  {plural: 'configmaps', apiVersion: 'v1', kind: 'ConfigMap', fields: {data: {a: '1'}}, filled: {}},
  {
    plural: 'secrets',
    apiVersion: 'v1',
    kind: 'Secret',
    fields: {stringData: {a: 'text'}},
    filled: {type: 'Opaque', data: {a: 'dGV4dA=='}},
  },
  {
    plural: 'services',
    apiVersion: 'v1',
    kind: 'Service',
    fields: {spec: {selector: {app: 'x'}, ports: [{port: 80}]}},
    filled: {
      spec: {
        type: 'ClusterIP',
        clusterIP: expect.any(String),
        sessionAffinity: 'None',
        ports: [{port: 80, targetPort: 80, protocol: 'TCP'}],
      },
    },
  },
  {plural: 'serviceaccounts', apiVersion: 'v1', kind: 'ServiceAccount', fields: {}, filled: {}},
  {
    plural: 'jobs',
    apiVersion: 'batch/v1',
    kind: 'Job',
    fields: {spec: {...job.spec, suspend: true}},
    filled: {spec: {backoffLimit: 6, completions: 1, parallelism: 1}},
  },
  {
    plural: 'cronjobs',
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    fields: {spec: {schedule: '0 0 1 1 *', jobTemplate: job}},
    filled: {spec: {concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3}},
  },
  {
    plural: 'ingresses',
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    fields: {spec: {defaultBackend: {service: {name: 'x', port: {number: 80}}}}},
    filled: {status: {loadBalancer: {}}},
  },
  {
    plural: 'poddisruptionbudgets',
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    fields: {spec: {minAvailable: 1, selector: {matchLabels: {app: 'x'}}}},
    filled: {},
  },
  {
    plural: 'horizontalpodautoscalers',
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    fields: {spec: {scaleTargetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'x'}, maxReplicas: 3}},
    filled: {spec: {minReplicas: 1, metrics: [{type: 'Resource', resource: {name: 'cpu'}}]}},
  },
  {
    plural: 'roles',
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    fields: {rules: [{apiGroups: [''], resources: ['pods'], verbs: ['get']}]},
    filled: {},
  },
  {
    plural: 'rolebindings',
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    fields: {roleRef: {apiGroup: rbac, kind: 'Role', name: 'x'}, subjects: [{kind: 'User', name: 'somebody'}]},
    filled: {subjects: [{kind: 'User', name: 'somebody', apiGroup: rbac}]},
  },
]

/** The kinds that manifests usually hold: applied, found, applied again, deleted. */
export function describeManifests(cluster: () => ContractCluster): void {
  describe('manifests', () => {
    let ground: Ground
    beforeAll(async () => {
      ground = await Ground.create(cluster())
    })

    test.each(manifests)('a $kind: applied, filled, listed, deleted', async (manifest) => {
      const {plural, apiVersion, kind, fields, filled} = manifest
      const object = {apiVersion, kind, metadata: {name: 'x'}, ...fields}
      const created = await ground.apply(`${plural}/x`, object, {manager: 'one'})
      expect(created).toMatchObject({status: 201, body: {apiVersion, kind, metadata: {name: 'x'}, ...filled}})
      const again = await ground.apply(`${plural}/x`, object, {manager: 'one', force: true})
      expect(again).toMatchObject({status: 200, body: {metadata: {uid: created.body.metadata.uid}}})
      expect((await ground.list(plural)).items.map(({metadata}) => metadata.name)).toContain('x')
      expect((await ground.client.delete(ground.path(`${plural}/x`))).status).toBe(200)
      await expect.poll(async () => (await ground.client.get(ground.path(`${plural}/x`))).status).toBe(404)
    })

    test.each(['ClusterRole', 'ClusterRoleBinding'])('a %s, across the cluster', async (kind) => {
      const name = ground.namespace
      const path = `/apis/${rbac}/v1/${kind.toLowerCase()}s`
      const fields =
        kind === 'ClusterRole'
          ? {rules: [{apiGroups: [''], resources: ['pods'], verbs: ['get']}]}
          : {roleRef: {apiGroup: rbac, kind: 'ClusterRole', name}, subjects: []}
      const object = {apiVersion: `${rbac}/v1`, kind, metadata: {name}, ...fields}
      expect((await ground.client.post(path, object)).status).toBe(201)
      expect(await ground.client.get(`${path}/${name}`)).toMatchObject({status: 200, body: {kind, metadata: {name}}})
      expect((await ground.client.delete(`${path}/${name}`)).status).toBe(200)
    })

    test('a Namespace is applied, and its label says its name', async () => {
      const name = `${ground.namespace}-applied`
      const labels = {'hubspoke.test/ground': 'contract'}
      const object = {apiVersion: 'v1', kind: 'Namespace', metadata: {name, labels}}
      const type = 'application/apply-patch+yaml'
      expect(await ground.client.patch(`/api/v1/namespaces/${name}?fieldManager=one`, object, type)).toMatchObject({
        status: 201,
        body: {metadata: {labels: {...labels, 'kubernetes.io/metadata.name': name}}, status: {phase: 'Active'}},
      })
    })

    test('every kind is discovered, with its scope and its subresources', async () => {
      const wanted: readonly [string, object][] = [
        ['/api/v1', {name: 'services', namespaced: true, kind: 'Service'}],
        ['/apis/apps/v1', {name: 'deployments/scale', group: 'autoscaling', version: 'v1', kind: 'Scale'}],
        ['/apis/autoscaling/v2', {name: 'horizontalpodautoscalers', kind: 'HorizontalPodAutoscaler'}],
        [`/apis/${rbac}/v1`, {name: 'clusterroles', namespaced: false, kind: 'ClusterRole'}],
        ['/apis/apiextensions.k8s.io/v1', {name: 'customresourcedefinitions', namespaced: false}],
      ]
      for (const [path, resource] of wanted) {
        const {body} = await ground.client.get<{resources: object[]}>(path)
        expect(body.resources).toContainEqual(expect.objectContaining(resource))
      }
    })
  })
}
