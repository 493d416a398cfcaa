import {exitCodes, exitForSignal, type StopSignal} from '../../model/exit-code.ts'
import {createStopSwitch, type StopSwitch} from '../../model/stop.ts'
import type {Runtime} from './runtime.ts'

export interface Interruption {
  /** Thrown by the first signal, or by the deadline: nothing new starts, what is under way ends in order. */
  readonly stop: StopSwitch
  release(): void
}

export interface FirstSignal {
  /** One line that says what happens now; undefined: whoever is asked at this moment is told by the end of the command. */
  notice(): string | undefined
  /** Said when a second one ends the process: where to look for what was done. */
  record?(): string | undefined
  /** Takes what is drawn off the screen, where the notice would be lost in it. */
  clear?(): Promise<void>
}

/**
 * The first SIGINT, SIGTERM or SIGHUP stops the run in order, which ends with its summary; a second one ends the process
 * at once with the code of that signal.
 */
export function stopOnSignals(
  runtime: Pick<Runtime, 'onStopSignal' | 'abort' | 'stderr'>,
  {notice, record, clear = async () => undefined}: FirstSignal,
): Interruption {
  const stop = createStopSwitch()
  let first: StopSignal | undefined
  const release = runtime.onStopSignal((signal) => {
    // A terminal that goes away tells its processes more than once, and a shell that ends tells its jobs: nobody insists.
    if (first === 'SIGHUP' && signal === 'SIGHUP') return
    if (first !== undefined) {
      const where = record?.()
      if (where !== undefined) runtime.stderr.write(`\n${where}\n`)
      runtime.abort(exitCodes[exitForSignal[signal]].code)
      return
    }
    first = signal
    const said = notice()
    if (said !== undefined) void clear().then(() => runtime.stderr.write(`\n${said}\n`))
    stop.stop(signal)
  })
  return {stop, release}
}
