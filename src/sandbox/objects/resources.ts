/** A kind of object that the sandbox serves, as discovery describes it. */
export interface Resource {
  /** Empty: the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  /** As in paths. */
  readonly plural: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
  readonly subresources: readonly Subresource[]
}

export interface Subresource {
  readonly name: string
  readonly kind: string
  /** Of its kind, when it is not the resource's own. */
  readonly group?: string
  readonly version?: string
  readonly verbs: readonly string[]
}

const allVerbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']
const status = (kind: string): Subresource => ({name: 'status', kind, verbs: ['get', 'patch', 'update']})
const scale: Subresource = {
  name: 'scale',
  kind: 'Scale',
  group: 'autoscaling',
  version: 'v1',
  verbs: ['get', 'patch', 'update'],
}

type Traits = Partial<Pick<Resource, 'namespaced' | 'shortNames' | 'categories' | 'verbs' | 'subresources'>>

function resource(group: string, kind: string, plural: string, traits: Traits = {}): Resource {
  return {
    group,
    version: 'v1',
    kind,
    plural,
    namespaced: true,
    shortNames: [],
    categories: [],
    verbs: allVerbs,
    subresources: [],
    ...traits,
  }
}

const all = ['all']

export const namespaces = resource('', 'Namespace', 'namespaces', {
  namespaced: false,
  shortNames: ['ns'],
  subresources: [status('Namespace')],
})
export const nodes = resource('', 'Node', 'nodes', {
  namespaced: false,
  shortNames: ['no'],
  subresources: [status('Node')],
})
export const configMaps = resource('', 'ConfigMap', 'configmaps', {shortNames: ['cm']})
const secrets = resource('', 'Secret', 'secrets')
export const serviceAccounts = resource('', 'ServiceAccount', 'serviceaccounts', {shortNames: ['sa']})
export const events = resource('', 'Event', 'events', {shortNames: ['ev']})
export const pods = resource('', 'Pod', 'pods', {
  shortNames: ['po'],
  categories: all,
  subresources: [status('Pod'), {name: 'log', kind: 'Pod', verbs: ['get']}],
})
export const deployments = resource('apps', 'Deployment', 'deployments', {
  shortNames: ['deploy'],
  categories: all,
  subresources: [scale, status('Deployment')],
})
export const replicaSets = resource('apps', 'ReplicaSet', 'replicasets', {
  shortNames: ['rs'],
  categories: all,
  subresources: [scale, status('ReplicaSet')],
})
export const statefulSets = resource('apps', 'StatefulSet', 'statefulsets', {
  shortNames: ['sts'],
  categories: all,
  subresources: [scale, status('StatefulSet')],
})
export const daemonSets = resource('apps', 'DaemonSet', 'daemonsets', {
  shortNames: ['ds'],
  categories: all,
  subresources: [status('DaemonSet')],
})
export const controllerRevisions = resource('apps', 'ControllerRevision', 'controllerrevisions')
export const leases = resource('coordination.k8s.io', 'Lease', 'leases')
const podDisruptionBudgets = resource('policy', 'PodDisruptionBudget', 'poddisruptionbudgets', {
  shortNames: ['pdb'],
  subresources: [status('PodDisruptionBudget')],
})
export const selfSubjectAccessReviews = resource(
  'authorization.k8s.io',
  'SelfSubjectAccessReview',
  'selfsubjectaccessreviews',
  {namespaced: false, verbs: ['create']},
)

export const selfSubjectReviews = resource('authentication.k8s.io', 'SelfSubjectReview', 'selfsubjectreviews', {
  namespaced: false,
  verbs: ['create'],
})

/** Every resource of a simulated cluster, each group in the order in which discovery lists it. */
export const resources: readonly Resource[] = [
  configMaps,
  events,
  namespaces,
  nodes,
  pods,
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
  podDisruptionBudgets,
]

export function findResource(group: string, version: string, plural: string): Resource | undefined {
  return resources.find((each) => each.group === group && each.version === version && each.plural === plural)
}

export function resourceOfKind(kind: string): Resource | undefined {
  return resources.find((each) => each.kind === kind)
}

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
