import type {Failure} from './failure.ts'
import type {NearImage} from './near-image.ts'
import type {ListedWorkload, WorkloadImages, WorkloadKind} from './workload.ts'

/** An entry of the kubeconfig as it was selected: a local alias, never an identity. */
export interface ContextRef {
  readonly name: string
  readonly server: string
  /** The namespace the context names, or `default`. */
  readonly namespace: string
}

/** What identifies a cluster: the UID of its `kube-system` namespace; where that may not be read, server URL and CA hash stand in. */
export interface ClusterIdentity {
  readonly uid: string
  readonly isFallback: boolean
  /** The image cache names this cluster, and the cluster itself was not asked: used for answers, never for a write. */
  readonly fromCache?: boolean
  /** Another cluster has the same UID: the first context of this one tells them apart. */
  readonly sharedFrom?: string
}

/** Does a context point at another cluster than before? */
export function isOtherCluster(one: ClusterIdentity, other: ClusterIdentity): boolean {
  return one.uid !== other.uid
}

/** What answering cost, counted on the connection of one context. */
export interface Cost {
  readonly connections: number
  readonly requests: number
  /** Bytes of response bodies as they came over the wire, before they were unpacked. */
  readonly bytesRead: number
}

/** How far away a cluster is, as the requests that were made have measured it. */
export interface Link {
  /** The shortest time from a request to the head of its answer, in milliseconds. Undefined: nothing was asked yet. */
  readonly roundTripMs?: number
  /** Bytes of bodies per millisecond. Undefined: no body was long enough to tell. */
  readonly bytesPerMs?: number
}

/**
 * Which source answered discovery; `ledger`: that of an earlier run, whose targets are retried; `file`: a file that names the
 * targets, each of which was read.
 */
export type Tier = 'cache' | 'cache+changes' | 'scan' | 'ledger' | 'file'

/** A part of a cluster that was asked for and could not be read. */
export interface Unread {
  readonly kind: WorkloadKind
  /** Undefined: in all namespaces. */
  readonly namespace?: string
  /** Namespaces that were read in the place of all of them. */
  readonly readInstead?: readonly string[]
  readonly failure: Failure
}

/** Does a workload lie in a part that could not be read? */
export function isUnread(
  unread: readonly Unread[],
  {kind, namespace}: Pick<WorkloadImages, 'kind' | 'namespace'>,
): boolean {
  return unread.some((part) => {
    if (part.kind !== kind) return false
    return part.namespace === undefined ? !part.readInstead?.includes(namespace) : part.namespace === namespace
  })
}

/** A workload that runs the image, with the containers that matched. */
export interface WorkloadMatch extends ListedWorkload {
  readonly matched: WorkloadImages['images']
}

/** What the image cache says of the parts that the caller may not read: it was so when the cache was built. */
export interface CachedOnly {
  /** Age of that cache, in milliseconds. */
  readonly ageMs?: number
  /** With an empty `uid`, which a cache does not hold. */
  readonly matches: readonly WorkloadMatch[]
}

/** A workload that the image cache or a file of targets named and that is no target. */
export interface DroppedMatch extends Pick<WorkloadImages, 'kind' | 'namespace' | 'name'> {
  /** `recreated`: the file of targets has another UID; a cache has none. */
  readonly why: 'gone' | 'runs another image' | 'recreated'
}

/** What discovery learned of one context. A context that could not be read is a reading with a `problem`, never a shorter list. */
export interface ClusterReading {
  readonly context: ContextRef
  readonly identity?: ClusterIdentity
  readonly serverVersion?: string
  readonly tier?: Tier
  /** One clause that says why this tier answered, e.g. `no image cache in this cluster`. */
  readonly tierReason?: string
  /** Age of the image cache that answered, in milliseconds. */
  readonly cacheAgeMs?: number
  readonly cost: Cost
  readonly workloadsRead: number
  readonly matches: readonly WorkloadMatch[]
  readonly unread: readonly Unread[]
  /** Undefined: everything could be read, or the cache says nothing of the rest that can be relied on. */
  readonly cachedOnly?: CachedOnly
  /** Where nothing matched: images that may have been meant. */
  readonly near?: readonly NearImage[]
  /** What the image cache or a file of targets named and the cluster does not run any more; only for a verb that writes. */
  readonly dropped?: readonly DroppedMatch[]
  /** Set when nothing could be read at all. */
  readonly problem?: Failure
}

/** What names the targets of a run: an earlier run, or a file. */
export interface TargetsOf {
  readonly type: 'run' | 'file'
  /** The id of the run; the file as sentences name it: `stdin`, or its quoted path. */
  readonly name: string
}

/** What was searched: an empty answer refers to it. */
export interface Scope {
  /** Nothing was searched: the other fields say where the targets are. Absent: it was. */
  readonly targetsOf?: TargetsOf
  readonly kinds: readonly WorkloadKind[]
  /** Namespace patterns as given; empty: all namespaces. */
  readonly namespaces: readonly string[]
  readonly selector?: string
  readonly contexts: readonly string[]
  /** Contexts of the kubeconfig that were not selected. */
  readonly contextsLeftOut: readonly string[]
}
