import {type CachedOnly, isUnread} from '../../model/cluster.ts'
import {cacheAgeMs} from '../cache/cache-age.ts'
import {byPlace} from '../cache/image-cache.ts'
import {answerFromCache} from './answer-from-cache.ts'
import type {Answer, Reader} from './reader.ts'

/**
 * What the image cache says of the parts of a cluster that the caller may not read. Undefined where it says nothing that can
 * be relied on: it is not there, cannot be read, is not surely of this cluster, or is asked for labels, which it does not
 * know. The cache is read for it only where something is forbidden, and not again where it was read already.
 */
export async function answerOfUnread(
  reader: Reader,
  {unread: parts, problem}: Pick<Answer, 'unread' | 'problem'>,
): Promise<CachedOnly | undefined> {
  const {query, kinds, namespaces, selector} = reader.request
  const unread = problem ? kinds.map((kind) => ({kind, failure: problem})) : parts
  const forbidden = unread.filter(({failure}) => failure.class === 'forbidden')
  if (forbidden.length === 0 || selector !== undefined) return undefined
  const [stored, identity] = await Promise.all([reader.imageCache(false), reader.identity()])
  if (typeof stored === 'string' || stored.state !== 'present') return undefined
  if (identity.isFallback || stored.cache.clusterUid !== identity.uid) return undefined
  const {matches} = answerFromCache(stored.cache, {query, kinds, namespaces})
  const unseen = matches.filter((match) => isUnread(forbidden, match)).toSorted(byPlace)
  if (unseen.length === 0) return undefined
  const ageMs = cacheAgeMs(stored, reader.deps.clock)
  return {matches: unseen, ...(ageMs !== undefined && {ageMs})}
}
