import {apiPath} from './api-path.ts'

/** A kind of object of the API, and its path on a server. */
export interface Resource {
  /** Empty: the core group. */
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
  readonly scope: 'namespace' | 'cluster'
}

const core = {group: '', version: 'v1', scope: 'namespace'} as const

export const configMaps: Resource = {...core, plural: 'configmaps', kind: 'ConfigMap'}
export const events: Resource = {...core, plural: 'events', kind: 'Event'}
export const namespaces: Resource = {...core, plural: 'namespaces', kind: 'Namespace', scope: 'cluster'}
export const pods: Resource = {...core, plural: 'pods', kind: 'Pod'}
export const replicaSets: Resource = {...core, group: 'apps', plural: 'replicasets', kind: 'ReplicaSet'}
export const controllerRevisions: Resource = {
  ...core,
  group: 'apps',
  plural: 'controllerrevisions',
  kind: 'ControllerRevision',
}
export const disruptionBudgets: Resource = {
  ...core,
  group: 'policy',
  plural: 'poddisruptionbudgets',
  kind: 'PodDisruptionBudget',
}
export const leases: Resource = {...core, group: 'coordination.k8s.io', plural: 'leases', kind: 'Lease'}
export const accessReviews: Resource = {
  ...core,
  group: 'authorization.k8s.io',
  plural: 'selfsubjectaccessreviews',
  kind: 'SelfSubjectAccessReview',
  scope: 'cluster',
}

export const selfReviews: Resource = {
  ...core,
  group: 'authentication.k8s.io',
  plural: 'selfsubjectreviews',
  kind: 'SelfSubjectReview',
  scope: 'cluster',
}

export type Query = Readonly<Record<string, string | undefined>>

/** The `apiVersion` of its objects: `apps/v1`, or `v1`. */
export function apiVersionOf({group, version}: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`
}

/** The collection of a resource in one namespace, or in all of them; with names, one object of it or a part of one. */
export function resourcePath(
  {group, version, plural}: Resource,
  namespace: string | undefined,
  names: readonly string[] = [],
  query: Query = {},
): string {
  const root = group === '' ? ['api', version] : ['apis', group, version]
  const scope = namespace === undefined ? [] : ['namespaces', namespace]
  return apiPath([...root, ...scope, plural, ...names], query)
}
