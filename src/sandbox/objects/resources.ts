import {defineResource, type Resource, scale, statusOf} from './define-resource.ts'
import {customResourceDefinitions, plainResources, resourceQuotas} from './plain-resources.ts'

export type {Resource} from './define-resource.ts'
export {customResourceDefinitions, resourceQuotas} from './plain-resources.ts'

const all = ['all']

export const namespaces = defineResource('', 'Namespace', 'namespaces', {
  namespaced: false,
  shortNames: ['ns'],
  subresources: [statusOf('Namespace')],
})
export const nodes = defineResource('', 'Node', 'nodes', {
  namespaced: false,
  shortNames: ['no'],
  subresources: [statusOf('Node')],
})
export const configMaps = defineResource('', 'ConfigMap', 'configmaps', {shortNames: ['cm']})
const secrets = defineResource('', 'Secret', 'secrets')
export const serviceAccounts = defineResource('', 'ServiceAccount', 'serviceaccounts', {shortNames: ['sa']})
export const events = defineResource('', 'Event', 'events', {shortNames: ['ev']})
export const pods = defineResource('', 'Pod', 'pods', {
  shortNames: ['po'],
  categories: all,
  subresources: [statusOf('Pod'), {name: 'log', kind: 'Pod', verbs: ['get']}],
})
export const deployments = defineResource('apps', 'Deployment', 'deployments', {
  shortNames: ['deploy'],
  categories: all,
  subresources: [scale, statusOf('Deployment')],
})
export const replicaSets = defineResource('apps', 'ReplicaSet', 'replicasets', {
  shortNames: ['rs'],
  categories: all,
  subresources: [scale, statusOf('ReplicaSet')],
})
export const statefulSets = defineResource('apps', 'StatefulSet', 'statefulsets', {
  shortNames: ['sts'],
  categories: all,
  subresources: [scale, statusOf('StatefulSet')],
})
export const daemonSets = defineResource('apps', 'DaemonSet', 'daemonsets', {
  shortNames: ['ds'],
  categories: all,
  subresources: [statusOf('DaemonSet')],
})
export const controllerRevisions = defineResource('apps', 'ControllerRevision', 'controllerrevisions')
export const leases = defineResource('coordination.k8s.io', 'Lease', 'leases')
export const selfSubjectAccessReviews = defineResource(
  'authorization.k8s.io',
  'SelfSubjectAccessReview',
  'selfsubjectaccessreviews',
  {namespaced: false, verbs: ['create']},
)

export const selfSubjectReviews = defineResource('authentication.k8s.io', 'SelfSubjectReview', 'selfsubjectreviews', {
  namespaced: false,
  verbs: ['create'],
})

/** Every resource that a simulated cluster has from the start, each group in the order in which discovery lists it. */
export const builtInResources: readonly Resource[] = [
  configMaps,
  events,
  namespaces,
  nodes,
  pods,
  resourceQuotas,
  secrets,
  serviceAccounts,
  controllerRevisions,
  daemonSets,
  deployments,
  replicaSets,
  statefulSets,
  selfSubjectReviews,
  selfSubjectAccessReviews,
  leases,
  customResourceDefinitions,
  ...plainResources,
].toSorted((a, b) => (a.plural < b.plural ? -1 : 1))

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf({group, version}: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`
}

/** `deployments.apps`, as messages name a resource. */
export function qualifiedName({group, plural}: Pick<Resource, 'group' | 'plural'>): string {
  return group === '' ? plural : `${plural}.${group}`
}

/** `Deployment.apps`, as messages name a kind. */
export function qualifiedKind({group, kind}: Pick<Resource, 'group' | 'kind'>): string {
  return group === '' ? kind : `${kind}.${group}`
}
