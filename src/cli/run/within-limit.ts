import {toFailure} from '../../model/failure.ts'
import type {Clock} from '../../shared/clock.ts'
import {formatDuration} from '../../shared/duration.ts'
import {printable} from '../../shared/printable.ts'
import {untilStopped} from '../../shared/until-stopped.ts'

/** Time limit, in milliseconds: a file system or a server that does not answer must not keep a command from ending. */
const limitMs = 5_000

/** Something that a command leaves elsewhere after its end. */
export interface Export {
  /** What to say when the time is over, without the time: `The metrics were not pushed to http://pushgateway:9091`. */
  readonly undone: string
  /** Rejects with a `HubspokeError` that says what could not be done. */
  work(signal: AbortSignal): Promise<void>
}

/**
 * Exports it. Undefined: it was exported; else a line that warns of it. Never rejects, and takes at most five seconds.
 */
export async function exportWithinLimit(
  {undone, work}: Export,
  clock: Pick<Clock, 'sleep'>,
): Promise<string | undefined> {
  const ended = new AbortController()
  const over = new AbortController()
  void clock.sleep(limitMs, ended.signal).then(() => ended.signal.aborted || over.abort())
  try {
    const isDone = await untilStopped(
      work(over.signal).then(() => true),
      over.signal,
    )
    return isDone ? undefined : `${undone} within ${formatDuration(limitMs)}.\n`
  } catch (error) {
    return `${printable(toFailure(error).message)}\n`
  } finally {
    ended.abort()
  }
}
