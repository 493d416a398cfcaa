import {exitCodes, exitForSignal} from '../model/exit-code.ts'
import {createStopSwitch, type StopSwitch} from '../model/stop.ts'
import type {Runtime} from './runtime.ts'

export interface Interruption {
  /** Thrown by the first signal, or by the deadline: nothing new starts, what is under way ends in order. */
  readonly stop: StopSwitch
  release(): void
}

/**
 * The first SIGINT, SIGTERM or SIGHUP stops the run in order, which ends with its summary; a second one ends the process
 * at once with the code of that signal.
 */
export function stopOnSignals(
  runtime: Pick<Runtime, 'onStopSignal' | 'abort' | 'stderr'>,
  notice = 'Stopping: writes in flight finish, nothing new starts. Once more to abandon them.',
): Interruption {
  const stop = createStopSwitch()
  const release = runtime.onStopSignal((signal) => {
    if (stop.reason !== undefined && stop.reason in exitForSignal) {
      runtime.abort(exitCodes[exitForSignal[signal]].code)
      return
    }
    runtime.stderr.write(`\n${notice}\n`)
    stop.stop(signal)
  })
  return {stop, release}
}
