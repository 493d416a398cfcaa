import type {ClusterAccess} from '../../../kube/ports/cluster-access.ts'
import type {ClusterIdentity} from '../../../model/cluster.ts'
import type {OnEvent} from '../../../model/event.ts'
import type {Failure} from '../../../model/failure.ts'
import type {Clock} from '../../../shared/clock.ts'
import {printable} from '../../../shared/printable.ts'
import type {ListCost} from '../image-cache.ts'
import {type Bell, createBell} from './bell.ts'
import {type ClusterMirror, createClusterMirror} from './cluster-mirror.ts'

/** As of when the mirror is known to be complete. */
export interface Proof {
  /** By the clock of the server, where it tells. */
  readonly builtAt: Date
  /** The same by our monotonic clock; undefined: somebody else built it. */
  readonly begunAt?: number
  /** By the clock of the server; undefined: it does not tell, or nothing is proved yet. */
  readonly provenAt?: Date | undefined
}

/** What is known of a cluster, and what of it is saved. It outlives connections, and the Lease. */
export interface WatchState {
  readonly mirror: ClusterMirror
  /** Rings when there is something new in the mirror, or a proof. */
  readonly bell: Bell
  proof: Proof | undefined
  /** The changes and the proof that are in the saved cache; undefined: it has to be written. */
  saved: {readonly changes: number; readonly provenAt: Date | undefined} | undefined
  /** Somebody else has saved something newer. */
  superseded: boolean
  /** The version of a stored cache that is known to be wrong. */
  distrusted: string | undefined
  /** By the monotonic clock, in milliseconds: no earlier is the cache written again. */
  mayWriteAt: number
  /** How large it was when it was written last. */
  size: {readonly bytes: number; readonly shards: number} | undefined
  /** What listing the whole cluster took the last time, where that is known. */
  lastList: ListCost | undefined
  identity: ClusterIdentity | undefined
  /** What the answer was; undefined: nobody was asked. */
  mayCreateNamespace: boolean | undefined
  /** Somebody else holds the Lease. */
  standsBy: boolean
  /** Why the last attempt, or the last write, came to nothing. */
  trouble: Failure | undefined
  writes: number
  /** Changes that were written. */
  changes: number
  reconnects: number
}

export function createWatchState(clock: Clock): WatchState {
  const bell = createBell(clock)
  return {
    mirror: createClusterMirror(bell.ring),
    bell,
    proof: undefined,
    saved: undefined,
    superseded: false,
    distrusted: undefined,
    mayWriteAt: Number.NEGATIVE_INFINITY,
    size: undefined,
    lastList: undefined,
    identity: undefined,
    mayCreateNamespace: undefined,
    standsBy: false,
    trouble: undefined,
    writes: 0,
    changes: 0,
    reconnects: 0,
  }
}

/** One cluster that is watched, and what it is watched with. */
export interface Watching {
  readonly cluster: ClusterAccess
  readonly clusterUid: string
  readonly namespace: string
  readonly state: WatchState
  readonly clock: Clock
  /** Aborted: the state is written once more, and the watch ends. */
  readonly stop: AbortSignal
  readonly onEvent: OnEvent
}

/** Says something of one cluster to people. */
export function say({cluster, onEvent}: Pick<Watching, 'cluster' | 'onEvent'>, message: string): void {
  onEvent({type: 'notice', message: `${printable(cluster.context.name)}  ${message}`})
}
