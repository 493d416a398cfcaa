import type {Clock} from '../../shared/clock.ts'
import type {Stored} from './cache-store.ts'
import type {CacheOrigin} from './image-cache.ts'

/**
 * How old the cache is by the clock of its server, which dated it, too; where the server does not tell the time, by that of
 * this machine. One from the future is as new as can be. Undefined: there is none, or it does not say.
 */
export function cacheAgeMs(stored: Stored<CacheOrigin>, clock: Pick<Clock, 'date'>): number | undefined {
  if (stored.state !== 'present' || stored.cache.builtAt === undefined) return undefined
  const now = stored.serverDate ?? clock.date()
  return Math.max(0, now.getTime() - stored.cache.builtAt.getTime())
}
