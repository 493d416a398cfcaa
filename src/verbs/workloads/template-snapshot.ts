import type {TemplateWrite} from '../../kube/ports/workloads.ts'
import type {Snapshot} from '../../model/snapshot.ts'
import type {WorkloadState} from '../../model/workload.ts'
import {changeCause, isOwnCause} from './change-words.ts'

/** The state before a change of a pod template: what a revert restores. */
export interface TemplateSnapshot {
  /** The restartedAt annotation before; null: there was none. */
  readonly restartedAt: string | null
  /** The digest of the pod template without that annotation. */
  readonly template: string
  /** The annotations of the workload itself that the change sets or removes; null: there was none. */
  readonly annotations: TemplateWrite['annotations']
}

type Found = Pick<WorkloadState, 'restartedAt' | 'templateDigest' | 'ownAnnotations' | 'changeCause'>

/** The workload right before its change, for the ledger. */
export function takeSnapshot(found: Found, {annotations}: Pick<TemplateWrite, 'annotations'>): Snapshot {
  const {restartedAt = null, templateDigest, ownAnnotations, changeCause: cause = null} = found
  const present: TemplateWrite['annotations'] = {...ownAnnotations, [changeCause]: cause}
  const replaced = Object.keys(annotations).map((name) => [name, present[name] ?? null] as const)
  return {restartedAt, template: templateDigest, ...Object.fromEntries(replaced)}
}

/** The same, from a ledger or a receipt; undefined where it is not complete. */
export function readSnapshot(snapshot: Snapshot | null | undefined): TemplateSnapshot | undefined {
  const {restartedAt, template, ...annotations} = snapshot ?? {}
  if (restartedAt === undefined || typeof template !== 'string') return undefined
  return {restartedAt, template, annotations}
}

/** The annotations that a revert writes: a change cause that another client has written since is kept. */
export function annotationsBefore(
  {annotations}: TemplateSnapshot,
  {changeCause: cause}: Found,
): TemplateSnapshot['annotations'] {
  if (cause === undefined || isOwnCause(cause)) return annotations
  const {[changeCause]: _, ...others} = annotations
  return others
}
