import {beforeAll, describe, expect, test} from 'vitest'
import {mergePatch} from '../cluster/raw-client.ts'
import {type ContractCluster, Ground} from './contract-cluster.ts'

const pod = {restartPolicy: 'Never', containers: [{name: 'a', image: 'registry.example/a:1'}]}

/** Objects that manifests hold by mistake, and the refusal. */
const mistakes: readonly {readonly plural: string; readonly object: object; readonly says: string}[] = [
  {
    plural: 'configmaps',
    object: {metadata: {name: 'wrong', labels: {'a b': 'c'}}},
    says: 'ConfigMap "wrong" is invalid: metadata.labels: Invalid value: "a b": name part must consist of',
  },
  {
    plural: 'secrets',
    object: {metadata: {name: 'wrong'}, data: {a: '%%%'}},
    says: 'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0',
  },
  {
    plural: 'services',
    object: {metadata: {name: 'wrong'}, spec: {}},
    says: 'Service "wrong" is invalid: spec.ports: Required value',
  },
  {
    plural: 'roles',
    object: {metadata: {name: 'wrong'}, rules: [{apiGroups: [''], resources: ['pods']}]},
    says: 'Role.rbac.authorization.k8s.io "wrong" is invalid: rules[0].verbs: Required value: verbs must contain at least one value',
  },
  {
    plural: 'cronjobs',
    object: {metadata: {name: 'wrong'}, spec: {schedule: 'daily', jobTemplate: {spec: {template: {spec: pod}}}}},
    says: 'CronJob.batch "wrong" is invalid: spec.schedule: Invalid value: "daily": expected exactly 5 fields, found 1: [daily]',
  },
  {
    plural: 'horizontalpodautoscalers',
    object: {
      metadata: {name: 'wrong'},
      spec: {
        scaleTargetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'a'},
        minReplicas: 5,
        maxReplicas: 3,
      },
    },
    says: 'HorizontalPodAutoscaler.autoscaling "wrong" is invalid: spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`',
  },
  {
    plural: 'deployments',
    object: {
      metadata: {name: 'wrong'},
      spec: {
        selector: {matchLabels: {app: 'a'}},
        template: {
          metadata: {labels: {app: 'a'}},
          spec: {
            containers: [{name: 'a', image: 'registry.example/a:1', volumeMounts: [{name: 'v', mountPath: '/v'}]}],
          },
        },
      },
    },
    says: 'Deployment.apps "wrong" is invalid: spec.template.spec.containers[0].volumeMounts[0].name: Not found: "v"',
  },
]

/** What the API refuses of manifests that can be read. */
export function describeValidity(cluster: () => ContractCluster): void {
  describe('validity', () => {
    let ground: Ground
    beforeAll(async () => {
      ground = await Ground.create(cluster())
    })

    test.each(mistakes)('of $plural: $says', async ({plural, object, says}) => {
      const reply = await ground.client.post<{message: string; code: number}>(ground.path(plural), object)
      expect(reply.body.message).toContain(says)
      expect([400, 422]).toContain(reply.status)
      expect(reply.body.code).toBe(reply.status)
    })

    test('what may not change: a roleRef, an immutable ConfigMap, the address of a Service, most of a StatefulSet', async () => {
      const create = (plural: string, object: object) => ground.client.post(ground.path(plural), object)
      const change = (resource: string, body: object) =>
        ground.client.patch<{message: string}>(ground.path(resource), body, mergePatch)
      const apiGroup = 'rbac.authorization.k8s.io'
      await create('rolebindings', {metadata: {name: 'fixed'}, roleRef: {apiGroup, kind: 'Role', name: 'a'}})
      const value = `{"APIGroup":"${apiGroup}","Kind":"Role","Name":"b"}`
      expect(await change('rolebindings/fixed', {roleRef: {name: 'b'}})).toMatchObject({
        status: 422,
        body: {
          message: `RoleBinding.${apiGroup} "fixed" is invalid: roleRef: Invalid value: ${value}: cannot change roleRef`,
        },
      })
      await create('configmaps', {metadata: {name: 'fixed'}, immutable: true, data: {a: '1'}})
      expect(await change('configmaps/fixed', {data: {a: '2'}})).toMatchObject({
        status: 422,
        body: {message: 'ConfigMap "fixed" is invalid: data: Forbidden: field is immutable when `immutable` is set'},
      })
      await create('services', {metadata: {name: 'fixed'}, spec: {ports: [{port: 80}]}})
      expect(await change('services/fixed', {spec: {clusterIP: '10.0.0.9'}})).toMatchObject({
        status: 422,
        body: {
          message:
            'Service "fixed" is invalid: spec.clusterIPs[0]: Invalid value: ["10.0.0.9"]: may not change once set',
        },
      })
      await ground.workload('statefulsets', 'fixed', {replicas: 0})
      expect(await change('statefulsets/fixed', {spec: {serviceName: 'other'}})).toMatchObject({
        status: 422,
        body: {
          message: expect.stringMatching(
            /spec: Forbidden: updates to statefulset spec for fields other than '.+' are forbidden$/,
          ),
        },
      })
    })
  })
}
