import type {Clock} from '../../shared/clock.ts'
import type {Stored} from './cache-store.ts'
import type {CacheOrigin} from './image-cache.ts'

/**
 * The age of the cache by the clock of its server, which also dated it; where the server sends no time, by that of
 * this machine. A build time in the future is age 0. Undefined: there is no cache, or it has no build time.
 */
export function cacheAgeMs(stored: Stored<CacheOrigin>, clock: Pick<Clock, 'date'>): number | undefined {
  if (stored.state !== 'present' || stored.cache.builtAt === undefined) return undefined
  const now = stored.serverDate ?? clock.date()
  return Math.max(0, now.getTime() - stored.cache.builtAt.getTime())
}
