import {HubspokeError} from '../../model/failure.ts'
import {createRunId, restartStamp} from '../../model/run-id.ts'
import type {Runtime} from '../process/runtime.ts'

export interface RunIdentity {
  readonly id: string
  /** What marks the writes of this run, RFC 3339 with milliseconds. */
  readonly stamp: string
  /** Somebody chose the id: it may be the run of an earlier invocation. */
  readonly named: boolean
}

/**
 * The identity of the run that starts now, or of the one that was named: the same id is the same run, with the same stamp.
 *
 * @throws HubspokeError of class `usage` for what is no run id
 */
export function runIdentity(
  named: string | undefined,
  {clock, random}: Pick<Runtime, 'clock' | 'random'>,
): RunIdentity {
  const id = named ?? createRunId(clock.date(), random())
  const stamp = restartStamp(id)
  if (stamp === undefined) {
    throw new HubspokeError(
      'usage',
      `Invalid run ID "${id}": it must look like ${createRunId(clock.date(), random())}.`,
    )
  }
  return {id, stamp, named: named !== undefined}
}
