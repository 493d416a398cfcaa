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

/** A workload that matches and was not acted on, by a rule and not by accident. */
export interface ExcludedEntry extends WorkloadEntry {
  readonly reason: string
  /** What to type so that it is included. */
  readonly include: string
}
