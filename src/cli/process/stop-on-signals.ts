import {exitCodes, exitForSignal, type StopSignal} from '../../model/exit-code.ts'
import {createStopSwitch, type StopSwitch} from '../../model/stop.ts'
import type {Runtime} from './runtime.ts'

export interface Interruption {
  /** Set by the first signal, or by the deadline: nothing new starts, work in flight ends in order. */
  readonly stop: StopSwitch
  release(): void
}

export interface FirstSignal {
  /** One line that says what happens now; undefined: at a prompt, the end of the command says it. */
  notice(): string | undefined
  /** Printed when a second signal ends the process: where the run is recorded. */
  record?(): string | undefined
  /** Clears progress off the screen, so that the notice is visible. */
  clear?(): Promise<void>
}

/** `timeout` and some supervisors send SIGTERM to a process and then to its group, which is one request. In milliseconds. */
const sameRequestMs = 1_000

/**
 * The first SIGINT, SIGTERM or SIGHUP stops the run in order, which ends with its summary; a second one ends the process
 * at once with the code of that signal.
 */
export function stopOnSignals(
  runtime: Pick<Runtime, 'onStopSignal' | 'abort' | 'stderr' | 'clock'>,
  {notice, record, clear = async () => undefined}: FirstSignal,
): Interruption {
  const stop = createStopSwitch()
  let first: StopSignal | undefined
  let firstAt = 0
  const release = runtime.onStopSignal((signal) => {
    // A closing terminal sends SIGHUP more than once, and so does an ending shell: that is not a second request.
    if (first === 'SIGHUP' && signal === 'SIGHUP') return
    const isRepeated = first === 'SIGTERM' && signal === 'SIGTERM' && runtime.clock.now() - firstAt < sameRequestMs
    if (isRepeated) return
    if (first !== undefined) {
      const where = record?.()
      if (where !== undefined) runtime.stderr.write(`\n${where}\n`)
      runtime.abort(exitCodes[exitForSignal[signal]].code)
      return
    }
    first = signal
    firstAt = runtime.clock.now()
    const said = notice()
    if (said !== undefined) void clear().then(() => runtime.stderr.write(`\n${said}\n`))
    stop.stop(signal)
  })
  return {stop, release}
}
