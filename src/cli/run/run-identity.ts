import {HubspokeError} from '../../model/failure.ts'
import {createRunId, runMark} from '../../model/run-id.ts'
import type {Runtime} from '../process/runtime.ts'

export interface RunIdentity {
  readonly id: string
  /** What marks the writes of this run, RFC 3339 with milliseconds. */
  readonly mark: string
  /** The id was given: it may be the run of an earlier invocation. */
  readonly named: boolean
}

/**
 * The identity of the run that starts now, or of the one that was named: the same id is the same run, with the same mark.
 *
 * @throws HubspokeError of class `usage` for what is no run id
 */
export function runIdentity(
  named: string | undefined,
  {clock, random}: Pick<Runtime, 'clock' | 'random'>,
): RunIdentity {
  const id = named ?? createRunId(clock.date(), random())
  const mark = runMark(id)
  if (mark === undefined) {
    throw new HubspokeError(
      'usage',
      `Invalid run ID "${id}": it must look like ${createRunId(clock.date(), random())}.`,
    )
  }
  return {id, mark, named: named !== undefined}
}
