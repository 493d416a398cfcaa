import type {LockPolicy} from '../../distribution/lock/run-lock.ts'
import {accountWords} from '../../model/actor.ts'
import type {Runtime} from '../process/runtime.ts'
import type {RunIdentity} from './run-identity.ts'

export interface LockFlags {
  readonly lock: LockPolicy['mode']
  readonly 'lock-wait'?: number | undefined
  readonly 'cache-namespace': string
  readonly 'dry-run'?: string | undefined
}

/** How the flags want the clusters locked, and who asks: what another run that finds the lock taken is told. */
export function lockPolicy(
  {id}: RunIdentity,
  verb: string,
  flags: LockFlags,
  {random, user}: Pick<Runtime, 'random' | 'user'>,
  userIn: NonNullable<LockPolicy['userIn']>,
): LockPolicy {
  const suffix = Math.floor(random() * 2 ** 48)
  return {
    mode: flags['dry-run'] === undefined ? flags.lock : 'off', // it writes nothing that others could be kept from
    waitMs: flags['lock-wait'],
    namespace: flags['cache-namespace'],
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
