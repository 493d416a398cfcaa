import type {FieldType} from '../fields/field-type.ts'

/** A kind of object that the sandbox serves, as discovery describes it. */
export interface Resource {
  /** `deployments.apps`: the same for every version of it, and the key of its objects in the store. */
  readonly id: string
  /** Empty: the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  /** As in paths. */
  readonly plural: string
  readonly singular: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
  readonly subresources: readonly Subresource[]
  /** Set for custom resources, which bring their own types and rules. */
  readonly custom?: CustomTraits
}

/** The content of the definition of a custom resource, except its names. */
export interface CustomTraits {
  /** How its fields merge. */
  readonly fieldType: FieldType
  /** The columns of `kubectl get` between name and age, in the words of the definition. */
  readonly columns: readonly PrinterColumn[]
  /** Dotted paths of the scale subresource; undefined: it has none. */
  readonly scale?: {readonly specReplicasPath: string; readonly statusReplicasPath: string}
}

export interface PrinterColumn {
  readonly name: string
  readonly type: string
  readonly jsonPath: string
  readonly priority?: number
}

export interface Subresource {
  readonly name: string
  readonly kind: string
  /** The API version of its kind, when it differs from the resource's. */
  readonly group?: string
  readonly version?: string
  readonly verbs: readonly string[]
}

type Traits = Partial<
  Pick<
    Resource,
    'namespaced' | 'shortNames' | 'categories' | 'verbs' | 'subresources' | 'version' | 'singular' | 'custom'
  >
>

const allVerbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']

export const statusOf = (kind: string): Subresource => ({name: 'status', kind, verbs: ['get', 'patch', 'update']})
export const scale: Subresource = {
  name: 'scale',
  kind: 'Scale',
  group: 'autoscaling',
  version: 'v1',
  verbs: ['get', 'patch', 'update'],
}

/** A resource with the usual properties: version `v1`, a namespace, every verb. */
export function defineResource(group: string, kind: string, plural: string, traits: Traits = {}): Resource {
  return {
    id: group === '' ? plural : `${plural}.${group}`,
    group,
    version: 'v1',
    kind,
    plural,
    singular: kind.toLowerCase(),
    namespaced: true,
    shortNames: [],
    categories: [],
    verbs: allVerbs,
    subresources: [],
    ...traits,
  }
}
