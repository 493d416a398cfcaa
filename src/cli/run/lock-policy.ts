import type {LockPolicy} from '../../distribution/lock/run-lock.ts'
import {accountWords} from '../../model/actor.ts'
import type {Runtime} from '../process/runtime.ts'
import type {RunIdentity} from './run-identity.ts'
import type {RunSettings} from './run-settings.ts'

/** How the places of a run are locked, and the holder that another run is shown when it finds the lock held. */
export function lockPolicy(
  {id}: RunIdentity,
  verb: string,
  lock: RunSettings['lock'],
  {random, user}: Pick<Runtime, 'random' | 'user'>,
  userIn: NonNullable<LockPolicy['userIn']>,
): LockPolicy {
  const suffix = Math.floor(random() * 2 ** 48)
  return {
    ...lock,
    holder: {
      identity: `${id}-${suffix.toString(16).padStart(12, '0')}`,
      runId: id,
      verb,
      user: accountWords(user),
      host: user.host,
    },
    userIn,
  }
}
