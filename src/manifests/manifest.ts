import {printable} from '../shared/printable.ts'

/** An object of parsed JSON, with any content. */
export type JsonRecord = Readonly<Record<string, unknown>>

/** One object of the API, as a file describes it. */
export interface Manifest {
  /** Such as `v1` or `apps/v1`. */
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  /** As written in the file; undefined: none is written there. */
  readonly namespace: string | undefined
  /** The whole object as plain JSON, without `status` and the metadata that a server sets. */
  readonly object: JsonRecord
  readonly origin: Origin
}

/** Where an object is described; the line counts from 1. */
export interface Origin {
  readonly file: string
  readonly line: number
}

/** What an object is, without the version of its API. */
export interface GroupKind {
  readonly apiVersion: string
  readonly kind: string
}

/** The API group: `apps` for `apps/v1`, empty for the core group. */
export function groupOf({apiVersion}: Pick<GroupKind, 'apiVersion'>): string {
  return apiVersion.includes('/') ? apiVersion.replace(/\/.*$/, '') : ''
}

/** `Deployment`, `Deployment.apps`: the kind, and its group where it is not the core group. */
export function kindWithGroup(of: GroupKind): string {
  const group = groupOf(of)
  return group === '' ? of.kind : `${of.kind}.${group}`
}

/**
 * The name of an object within one cluster: `shop/Deployment/web`, `shop/Widget.example.com/w1`. The group is written where
 * it is neither the core group nor `apps`.
 *
 * @param namespace undefined: the object has the scope of the cluster, as in `Namespace/shop`
 */
export function partName(manifest: GroupKind & Pick<Manifest, 'name'>, namespace: string | undefined): string {
  const kind = groupOf(manifest) === 'apps' ? manifest.kind : kindWithGroup(manifest)
  return [...(namespace === undefined ? [] : [namespace]), kind, manifest.name].join('/')
}

/**
 * `secret.yaml, line 3`: where an object is described, for sentences. Not `secret.yaml:3`, which would be redacted as if it
 * were the name of a secret and its value.
 */
export function placeText({file, line}: Origin): string {
  return `${printable(file)}, line ${line}`
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
