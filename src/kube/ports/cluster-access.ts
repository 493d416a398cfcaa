import type {ClusterIdentity, ContextRef, Cost, Link} from '../../model/cluster.ts'
import type {AccessReviews} from './access-reviews.ts'
import type {ConfigMaps} from './config-maps.ts'
import type {DisruptionBudgets} from './disruption-budgets.ts'
import type {Events} from './events.ts'
import type {Leases} from './leases.ts'
import type {ClusterObjects} from './objects.ts'
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
  readonly objects: ClusterObjects
  readonly access: AccessReviews
  /** Reads the UID of `kube-system`; where that is forbidden, the fallback is a hash of server URL and CA. A UID that was read is remembered. */
  identity(signal: AbortSignal): Promise<ClusterIdentity>
  /** The same, always read: a remembered UID would hide that another cluster is now behind the same URL. */
  identityNow(signal: AbortSignal): Promise<ClusterIdentity>
  /** Reads it now. Rejects with class `other-cluster` if it is another one, or can no longer be read. */
  confirmIdentity(uid: string, signal: AbortSignal): Promise<void>
  /** `v1.36.3`, as the server reports it. */
  serverVersion(signal: AbortSignal): Promise<string>
  /** The time of the server's clock, in whole seconds. Undefined: the server did not send it. */
  serverDate(signal: AbortSignal): Promise<Date | undefined>
  /** When the credentials expire, as far as they contain it: no request is sent. Undefined: unknown. */
  credentialsExpire(): Promise<CredentialsExpiry | undefined>
  /** The names of all namespaces; requested only to distinguish a mistyped namespace from one without workloads. */
  listNamespaces(signal: AbortSignal): Promise<readonly string[]>
  /** Counted since the connection was opened. */
  cost(): Cost
  /** Measured by requests that are sent anyway. */
  link(): Link
  /** Ends the connection and every watch on it. Never rejects. */
  close(): Promise<void>
}

export interface CredentialsExpiry {
  readonly at: Date
  /** A plugin, an identity provider or a file that is renewed will provide the next ones. */
  readonly renewed: boolean
}

/** The contexts of a kubeconfig, and access to each of them. */
export interface Kubeconfig {
  /** In the order of the files; names are unique, as kubectl merges them. */
  readonly contexts: readonly ContextRef[]
  readonly currentContext: string | undefined
  /** The files that were read, for messages. */
  readonly sources: readonly string[]
  /** The only context is the service account of the pod in which this process runs; no file contains it. */
  readonly isInCluster: boolean
  /** More contexts than these take turns: their connections are closed after their answers, for others that wait. */
  readonly connectedAtOnce: number
  /** Identifies the server of a context and the way to it: two with the same endpoint reach the same server. Not for display. */
  endpointOf(context: string): string
  /**
   * The text of a kubeconfig in which this context is the only one. It holds credentials.
   *
   * @throws HubspokeError for a context that cannot be used
   */
  minified(context: string): string
  /** The same access every time: one connection per context, opened with its first request. */
  open(context: string): ClusterAccess
}
