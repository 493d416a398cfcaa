import {expect, test} from 'vitest'
import {applyStages} from './apply-order.ts'
import {manifest} from './testing/manifests.ts'

test('what others need comes first, custom resources after workloads, and webhooks last', () => {
  const manifests = [
    manifest('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'),
    manifest('apiregistration.k8s.io/v1', 'APIService'),
    manifest('example.com/v1', 'Widget'),
    manifest('networking.k8s.io/v1', 'Ingress'),
    manifest('example.com/v1', 'Service'),
    manifest('apps/v1', 'Deployment'),
    manifest('batch/v1', 'Job'),
    manifest('v1', 'Service'),
    manifest('rbac.authorization.k8s.io/v1', 'RoleBinding'),
    manifest('rbac.authorization.k8s.io/v1', 'Role'),
    manifest('v1', 'Secret'),
    manifest('v1', 'ConfigMap'),
    manifest('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
    manifest('v1', 'Namespace'),
  ]
  expect(applyStages(manifests).map((stage) => stage.map(({kind}) => kind))).toEqual([
    ['Namespace'],
    ['CustomResourceDefinition'],
    ['Role', 'Secret', 'ConfigMap'],
    ['RoleBinding'],
    ['Service'],
    ['Deployment', 'Job'],
    ['Widget', 'Ingress', 'Service'],
    ['ValidatingWebhookConfiguration', 'APIService'],
  ])
})

test('within a stage the order is that of the files, and there is no empty stage', () => {
  const names = ['c', 'a', 'b']
  const stages = applyStages(names.map((name) => manifest('v1', 'ConfigMap', name)))
  expect(stages.map((stage) => stage.map(({name}) => name))).toEqual([names])
  expect(applyStages([])).toEqual([])
})
