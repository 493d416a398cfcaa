import {type Announcer, createAnnouncer} from '../../distribution/announce-writes.ts'
import type {Clusters} from '../clusters.ts'
import type {Runtime} from '../process/runtime.ts'
import type {Session} from '../process/session.ts'

/** Tells of writes in the clusters that they were made in. */
export function writeAnnouncer(
  {user, clock}: Pick<Runtime, 'user' | 'clock'>,
  clusters: Pick<Clusters, 'open'>,
  {onEvent}: Pick<Session, 'onEvent'>,
): Announcer {
  return createAnnouncer({events: (context) => clusters.open(context).events, host: user.host, clock, onEvent})
}
