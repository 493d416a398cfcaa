import type {ClusterAccess} from '../kube/ports/cluster-access.ts'
import {HubspokeError} from '../model/failure.ts'
import type {Clock} from '../shared/clock.ts'
import {formatDuration} from '../shared/duration.ts'

/**
 * The refusal of credentials with the sentence that they have ended, where they say so themselves: then there is no need to look for
 * another cause. Anything else as it is.
 */
export async function withEndOfCredentials(
  error: unknown,
  cluster: ClusterAccess,
  clock: Pick<Clock, 'date'>,
): Promise<unknown> {
  if (!(error instanceof HubspokeError) || error.failureClass !== 'unauthenticated') return error
  const endedMs = await endedSince(cluster, clock)
  if (endedMs === undefined) return error
  const message = `${error.message} They ended ${formatDuration(endedMs)} ago, by the clock of this machine.`
  const {suggestions, status, refused} = error
  return new HubspokeError('unauthenticated', message, {suggestions, refused, ...(status !== undefined && {status})})
}

async function endedSince(cluster: ClusterAccess, clock: Pick<Clock, 'date'>): Promise<number | undefined> {
  try {
    const expiry = await cluster.credentialsExpire()
    const endedMs = expiry && clock.date().getTime() - expiry.at.getTime()
    return endedMs !== undefined && endedMs > 0 ? endedMs : undefined
  } catch (error) {
    // There are none, which is what the refusal says.
    if (error instanceof HubspokeError) return undefined
    throw error
  }
}
