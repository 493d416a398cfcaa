import {defineResource, type Resource, statusOf} from './define-resource.ts'

const rbac = 'rbac.authorization.k8s.io'
const clusterWide = {namespaced: false}

export const resourceQuotas = defineResource('', 'ResourceQuota', 'resourcequotas', {
  shortNames: ['quota'],
  subresources: [statusOf('ResourceQuota')],
})
export const customResourceDefinitions = defineResource(
  'apiextensions.k8s.io',
  'CustomResourceDefinition',
  'customresourcedefinitions',
  {
    ...clusterWide,
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    subresources: [statusOf('CustomResourceDefinition')],
  },
)

/** Kinds that manifests contain and no controller of the sandbox acts on: they are only stored, applied and listed. */
export const plainResources: readonly Resource[] = [
  defineResource('', 'LimitRange', 'limitranges', {shortNames: ['limits']}),
  defineResource('', 'PersistentVolumeClaim', 'persistentvolumeclaims', {
    shortNames: ['pvc'],
    subresources: [statusOf('PersistentVolumeClaim')],
  }),
  defineResource('', 'Service', 'services', {
    shortNames: ['svc'],
    categories: ['all'],
    subresources: [statusOf('Service')],
  }),
  defineResource('autoscaling', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', {
    version: 'v2',
    shortNames: ['hpa'],
    categories: ['all'],
    subresources: [statusOf('HorizontalPodAutoscaler')],
  }),
  defineResource('batch', 'CronJob', 'cronjobs', {
    shortNames: ['cj'],
    categories: ['all'],
    subresources: [statusOf('CronJob')],
  }),
  defineResource('batch', 'Job', 'jobs', {categories: ['all'], subresources: [statusOf('Job')]}),
  defineResource('networking.k8s.io', 'IngressClass', 'ingressclasses', clusterWide),
  defineResource('networking.k8s.io', 'Ingress', 'ingresses', {
    shortNames: ['ing'],
    subresources: [statusOf('Ingress')],
  }),
  defineResource('networking.k8s.io', 'NetworkPolicy', 'networkpolicies', {shortNames: ['netpol']}),
  defineResource('policy', 'PodDisruptionBudget', 'poddisruptionbudgets', {
    shortNames: ['pdb'],
    subresources: [statusOf('PodDisruptionBudget')],
  }),
  defineResource(rbac, 'ClusterRoleBinding', 'clusterrolebindings', clusterWide),
  defineResource(rbac, 'ClusterRole', 'clusterroles', clusterWide),
  defineResource(rbac, 'RoleBinding', 'rolebindings'),
  defineResource(rbac, 'Role', 'roles'),
  defineResource('scheduling.k8s.io', 'PriorityClass', 'priorityclasses', {...clusterWide, shortNames: ['pc']}),
]
