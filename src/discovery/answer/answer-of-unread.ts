import {type CachedOnly, isUnread} from '../../model/cluster.ts'
import {cacheAgeMs} from '../cache/cache-age.ts'
import {byPlace} from '../cache/image-cache.ts'
import {answerFromCache} from './answer-from-cache.ts'
import type {Answer, Reader} from './reader.ts'

/**
 * The answer of the image cache for the parts of a cluster that the caller may not read. Undefined without a reliable one: the
 * cache is missing, unreadable, not certainly of this cluster, or the query has a label selector, and a cache has no
 * labels. The cache is read for it only where a read was forbidden, and not again where it was read already.
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
