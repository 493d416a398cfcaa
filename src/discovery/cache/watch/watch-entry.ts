import type {CacheEntry} from '../../../model/cache-entry.ts'
import type {ClusterIdentity, ContextRef} from '../../../model/cluster.ts'
import type {Clock} from '../../../shared/clock.ts'
import {countOf} from '../../../shared/words.ts'
import {describeCache, noCacheEntry} from '../cache-entry.ts'
import type {WatchState} from './watch-state.ts'

/** The result of watching a cluster. */
export function watchEntry(context: ContextRef, state: WatchState, clock: Clock): CacheEntry {
  const {mirror, identity, size, trouble, changes, writes, reconnects} = state
  const isKnown = mirror.isWhole() && identity !== undefined
  const facts = isKnown ? describeMirror(context, identity, state, clock) : noCacheEntry(context, identity)
  const entry = {
    ...facts,
    shards: size?.shards ?? null,
    bytes: size?.bytes ?? null,
    watch: {changes, writes, reconnects},
  }
  if (trouble) {
    const standing = writes > 0 ? 'watched' : isKnown ? 'not-saved' : 'not-read'
    return {...entry, state: standing, reason: trouble.message, problem: trouble}
  }
  if (state.standsBy) return {...entry, state: 'standing-by', reason: 'another client watches it'}
  if (!isKnown) return {...entry, state: 'not-read', reason: 'stopped before it was read'}
  return {...entry, state: 'watched', reason: `${countOf(changes, 'change')} in ${countOf(writes, 'write')}`}
}

function describeMirror(context: ContextRef, identity: ClusterIdentity, {mirror, proof}: WatchState, clock: Clock) {
  const {builtAt = clock.date(), begunAt, provenAt} = proof ?? {}
  const cache = mirror.toCache({clusterUid: identity.uid, builtAt, ...(provenAt && {provenAt})})
  return describeCache(context, identity, cache, begunAt === undefined ? undefined : Math.round(clock.now() - begunAt))
}
