import type {Holder} from '../lease/lease-record.ts'
import {accountWords} from '../model/actor.ts'
import {HubspokeError} from '../model/failure.ts'
import type {Clusters} from './clusters.ts'
import type {Runtime} from './process/runtime.ts'

/** Who watches one context: what others that want to watch its cluster are told. */
export function watchHolder({random, user}: Pick<Runtime, 'random' | 'user'>): Holder {
  const suffix = Math.floor(random() * 2 ** 48)
  return {
    identity: `cache-watch-${suffix.toString(16).padStart(12, '0')}`,
    runId: '',
    verb: 'cache watch',
    user: accountWords(user),
    host: user.host,
  }
}

/**
 * Contexts that are watched cannot take turns.
 *
 * @throws HubspokeError of class `usage` when they are more than there may be connections
 */
export function refuseTurns({selected, connectedAtOnce}: Clusters): void {
  if (selected.length <= connectedAtOnce) return
  const message = `${selected.length} contexts cannot be watched at once: this process may open few files, which is enough for ${connectedAtOnce}.`
  throw new HubspokeError('usage', message, {suggestions: ['ulimit -n 4096', "-c 'PATTERN'  to watch some of them"]})
}
