import type {ClusterAccess} from '../../../kube/ports/cluster-access.ts'
import type {ClusterIdentity} from '../../../model/cluster.ts'
import type {OnEvent} from '../../../model/event.ts'
import type {Failure} from '../../../model/failure.ts'
import type {Clock} from '../../../shared/clock.ts'
import {printable} from '../../../shared/printable.ts'
import type {ListCost} from '../image-cache.ts'
import {type Bell, createBell} from './bell.ts'
import {type ClusterMirror, createClusterMirror} from './cluster-mirror.ts'

/** The time as of which the mirror is known to be complete. */
export interface Proof {
  /** By the clock of the server, if it sends its time. */
  readonly builtAt: Date
  /** The same by our monotonic clock; undefined: another client built it. */
  readonly begunAt?: number
  /** By the clock of the server; undefined: it sends no time, or nothing is proved yet. */
  readonly provenAt?: Date | undefined
}

/** The known state of a cluster, and how much of it is saved. It is kept over connections, and over the loss of the Lease. */
export interface WatchState {
  readonly mirror: ClusterMirror
  /** Rings on a change in the mirror, or a proof. */
  readonly bell: Bell
  proof: Proof | undefined
  /** The changes and the proof in the saved cache; undefined: it must be written. */
  saved: {readonly changes: number; readonly provenAt: Date | undefined} | undefined
  /** Another client has saved a newer cache. */
  superseded: boolean
  /** The version of a stored cache that is known to be wrong. */
  distrusted: string | undefined
  /** By the monotonic clock, in milliseconds: the cache is not written again before. */
  mayWriteAt: number
  /** Its size at the last write. */
  size: {readonly bytes: number; readonly shards: number} | undefined
  /** The cost of the last list of the whole cluster, if known. */
  lastList: ListCost | undefined
  identity: ClusterIdentity | undefined
  /** The answer to the prompt; undefined: not asked yet. */
  mayCreateNamespace: boolean | undefined
  /** Another client holds the Lease. */
  standsBy: boolean
  /** Why the last attempt, or the last write, failed. */
  trouble: Failure | undefined
  writes: number
  /** The number of changes that were written. */
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

/** One cluster that is watched, and the dependencies of its watch. */
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

/** Reports a message about one cluster to the user. */
export function say({cluster, onEvent}: Pick<Watching, 'cluster' | 'onEvent'>, message: string): void {
  onEvent({type: 'notice', message: `${printable(cluster.context.name)}  ${message}`})
}
