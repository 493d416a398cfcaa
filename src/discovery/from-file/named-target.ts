import type {ImageQuery} from '../../image/image-query.ts'
import type {ContextRef} from '../../model/cluster.ts'
import type {WorkloadIdentity, WorkloadKind} from '../../model/workload.ts'

/** A workload as a file of targets names it. */
export interface NamedTarget extends Omit<WorkloadIdentity, 'uid'> {
  readonly context: string
  /** Undefined, as the UID of the workload: the file does not tell. */
  readonly clusterUid: string | undefined
  readonly uid: string | undefined
}

/** The targets of a file that are acted on, and through which contexts. */
export interface NamedTargets {
  /** How sentences name the file: `targets.json`, `stdin`. */
  readonly file: string
  readonly query: ImageQuery
  /** In the order of the file, each once. */
  readonly targets: readonly NamedTarget[]
  /** The selected contexts of the kubeconfig: of these, those that the file names are used. */
  readonly contexts: readonly ContextRef[]
  /** The names of all contexts of the kubeconfig. */
  readonly known: ReadonlySet<string>
  /** Contexts that may lead to the cluster of a context that is not in the kubeconfig. */
  readonly others: readonly ContextRef[]
  /** Contexts were selected, too: a target of another context is left out, and is no mistake. */
  readonly contextsSelected: boolean
  /** Patterns of `-n`; empty: all namespaces. */
  readonly namespaces: readonly string[]
  readonly kinds: readonly WorkloadKind[]
}
