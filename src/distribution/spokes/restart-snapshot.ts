import type {RestartWrite} from '../../kube/ports/workloads.ts'
import type {Snapshot} from '../../model/snapshot.ts'
import type {WorkloadState} from '../../model/workload.ts'
import {changeCause, isOwnCause} from './restart-words.ts'

/** What a restart replaces, or has to find as it was to be undone. */
export interface RestartSnapshot {
  /** The stamp of the restart before; null: there was none. */
  readonly restartedAt: string | null
  /** Of the pod template without its stamp. */
  readonly template: string
  /** Those of the workload itself that the restart sets or takes away, as they were; null: there was none. */
  readonly annotations: RestartWrite['annotations']
}

type Found = Pick<WorkloadState, 'restartedAt' | 'templateDigest' | 'ownAnnotations' | 'changeCause'>

/** The workload as it is right before its restart, for the ledger. */
export function beforeRestart(found: Found, annotations: RestartWrite['annotations']): Snapshot {
  const {restartedAt = null, templateDigest, ownAnnotations, changeCause: cause = null} = found
  const there: RestartWrite['annotations'] = {...ownAnnotations, [changeCause]: cause}
  const replaced = Object.keys(annotations).map((name) => [name, there[name] ?? null] as const)
  return {restartedAt, template: templateDigest, ...Object.fromEntries(replaced)}
}

/** The same, from the ledger; undefined where that does not say all of it. */
export function recordedBefore(before: Snapshot | undefined): RestartSnapshot | undefined {
  const {restartedAt, template, ...annotations} = before ?? {}
  if (restartedAt === undefined || typeof template !== 'string') return undefined
  return {restartedAt, template, annotations}
}

/** What the undo writes on the workload itself: a change cause that somebody has put there since stays. */
export function annotationsBefore(
  {annotations}: RestartSnapshot,
  {changeCause: cause}: Found,
): RestartSnapshot['annotations'] {
  if (cause === undefined || isOwnCause(cause)) return annotations
  const {[changeCause]: _, ...others} = annotations
  return others
}
