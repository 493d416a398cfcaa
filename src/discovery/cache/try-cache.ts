import {HubspokeError} from '../../model/failure.ts'
import type {Reader} from '../answer/reader.ts'
import {readImageCache, type StoredCache} from './cache-store.ts'

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
