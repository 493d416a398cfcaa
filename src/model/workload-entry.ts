import type {ContainerImage, WorkloadKind} from './workload.ts'

/** A workload in any document. */
export interface WorkloadEntry {
  readonly clusterUid: string
  readonly context: string
  readonly kind: WorkloadKind
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly matched: readonly ContainerImage[]
}

/** A target of another type, in any document. */
export interface OtherTargetEntry {
  readonly type: string
  readonly key: string
  readonly label: string
  readonly place: string
  readonly via: string
}

/** A target in any document: only those that are no workloads have a `type`. */
export type TargetEntry = WorkloadEntry | OtherTargetEntry

export function isWorkloadEntry<Entry extends TargetEntry>(entry: Entry): entry is Extract<Entry, WorkloadEntry> {
  return !('type' in entry)
}

/** A target that matches and was not acted on, because of a rule. */
export type ExcludedEntry = TargetEntry & Include

interface Include {
  readonly reason: string
  /** What to type so that it is included. */
  readonly include: string
}
