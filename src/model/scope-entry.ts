import type {TargetsOf} from './cluster.ts'
import type {WorkloadKind} from './workload.ts'

/** What was searched, and what was not. */
export interface ScopeEntry {
  /** Null: it was searched. */
  readonly targetsOf: TargetsOf | null
  readonly kinds: readonly WorkloadKind[]
  readonly namespaces: readonly string[]
  readonly selector: string | null
  readonly contexts: readonly string[]
  readonly contextsLeftOut: readonly string[]
  readonly notSearched: NotSearched
}

/** What may run the image besides, and was not searched. The contexts are in `contextsLeftOut`. */
export interface NotSearched {
  /** Kinds of workloads that `--kind` leaves out. */
  readonly kinds: readonly WorkloadKind[]
  /** `-n` was given: in other namespaces nothing was searched. */
  readonly otherNamespaces: boolean
  /** `-l` was given: workloads with other labels were not searched. */
  readonly otherLabels: boolean
  /** What is never searched: always the same names. */
  readonly resources: readonly string[]
}
