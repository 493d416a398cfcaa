import {HubspokeError} from '../../model/failure.ts'
import type {Reader} from '../answer/reader.ts'
import type {ReadingDeps} from '../retry-read.ts'
import {readImageCache, type StoredCache} from './cache-store.ts'
import type {ImageCache} from './image-cache.ts'

/** @see Reader.imageCache */
export async function tryCache(
  {cluster, request, deps}: Pick<Reader, 'cluster' | 'request' | 'deps'>,
  isFirst: boolean,
): Promise<StoredCache | string> {
  try {
    return await readImageCache(cluster.configMaps, request.cacheNamespace, deps, request.query)
  } catch (error) {
    if (!(error instanceof HubspokeError) || (isFirst && isLost(error))) throw error
    return `the image cache could not be read: ${error.message.replace(/\.$/, '')}`
  }
}

function isLost({failureClass}: HubspokeError): boolean {
  return failureClass === 'unreachable' || failureClass === 'timeout' || failureClass === 'unauthenticated'
}

/**
 * How old the cache is, by the clocks of whoever built it and of this machine, which are often the same. One from the
 * future is as new as can be.
 */
export function cacheAgeMs({builtAt}: ImageCache, {clock}: ReadingDeps): number | undefined {
  return builtAt && Math.max(0, clock.date().getTime() - builtAt.getTime())
}
