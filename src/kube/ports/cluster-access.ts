import type {ClusterIdentity, ContextRef, Cost, Link} from '../../model/cluster.ts'
import type {AccessReviews} from './access-reviews.ts'
import type {ConfigMaps} from './config-maps.ts'
import type {DisruptionBudgets} from './disruption-budgets.ts'
import type {Events} from './events.ts'
import type {Leases} from './leases.ts'
import type {Workloads} from './workloads.ts'

/**
 * What the stages need of a cluster, and nothing else. Every method rejects only with a `HubspokeError` (or with a bug),
 * and ends at once when its signal is aborted.
 */
export interface ClusterAccess {
  readonly context: ContextRef
  readonly workloads: Workloads
  readonly configMaps: ConfigMaps
  readonly leases: Leases
  readonly budgets: DisruptionBudgets
  readonly events: Events
  readonly access: AccessReviews
  /** Reads the UID of `kube-system`; where that is forbidden, stands in server URL and CA hash. A UID that was read is remembered. */
  identity(signal: AbortSignal): Promise<ClusterIdentity>
  /** The same, read now: what was remembered is what another cluster behind the same URL would not be seen by. */
  identityNow(signal: AbortSignal): Promise<ClusterIdentity>
  /** Reads it now. Rejects with class `other-cluster` unless it is this one, or where that cannot be told any more. */
  confirmIdentity(uid: string, signal: AbortSignal): Promise<void>
  /** `v1.36.3`, as the server calls itself. */
  serverVersion(signal: AbortSignal): Promise<string>
  /** What the clock of the server says, in whole seconds. Undefined: it does not say. */
  serverDate(signal: AbortSignal): Promise<Date | undefined>
  /** When the credentials end, as far as they tell themselves: nobody is asked. Undefined: they do not tell. */
  credentialsExpire(): Promise<CredentialsExpiry | undefined>
  /** The names of all namespaces; asked only to tell a mistyped namespace from one in which nothing runs. */
  listNamespaces(signal: AbortSignal): Promise<readonly string[]>
  /** Counted since the connection was opened. */
  cost(): Cost
  /** Measured by the requests that were made; nothing is sent for it. */
  link(): Link
  /** Ends the connection and every watch on it. Never rejects. */
  close(): Promise<void>
}

export interface CredentialsExpiry {
  readonly at: Date
  /** A plugin, an identity provider or a file that somebody keeps fresh has the next ones. */
  readonly renewed: boolean
}

/** The contexts of a kubeconfig, and the way into each of them. */
export interface Kubeconfig {
  /** In the order of the files; names are unique, as kubectl merges them. */
  readonly contexts: readonly ContextRef[]
  readonly currentContext: string | undefined
  /** Where it was read from, for messages. */
  readonly sources: readonly string[]
  /** The one context is the service account of the pod that this process runs in; no file has it. */
  readonly isInCluster: boolean
  /** More contexts than these take turns: their connections are closed when they have answered, for others that wait. */
  readonly connectedAtOnce: number
  /** Where a context goes, and in which way: two with the same endpoint reach the same server. Not for people. */
  endpointOf(context: string): string
  /** The same access every time: one connection per context, opened with its first request. */
  open(context: string): ClusterAccess
}
