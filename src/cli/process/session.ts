import type {OnEvent} from '../../model/event.ts'
import {exitCodes} from '../../model/exit-code.ts'
import {HubspokeError} from '../../model/failure.ts'
import {exitOfSignal, type StopSwitch} from '../../model/stop.ts'
import {chooseProgress} from '../../progress/choose-progress.ts'
import type {Progress} from '../../progress/progress.ts'
import {lendTerminal} from './lend-terminal.ts'
import type {Runtime} from './runtime.ts'
import {stopOnSignals} from './stop-on-signals.ts'

/** A running command: it can be stopped, and it shows its progress. */
export interface Session {
  readonly stop: StopSwitch
  /** Aborted when the time limit of a stop is over: requests in flight are aborted, so that the summary is always printed. */
  readonly abort: AbortSignal
  readonly onEvent: OnEvent
  /** Sets where the run is recorded, for the message of a second signal. */
  recordedIn(sentence: string): void
  /**
   * Clears progress off the screen while `speak` has it, and shows it again afterwards. Before the first write there is
   * nothing to finish: a signal then ends the prompt, and only the verdict mentions it.
   */
  aside<Result>(speak: () => Promise<Result>, when?: {readonly beforeWrites: boolean}): Promise<Result>
  /** The same for another program that prompts on this terminal, as a credential plugin does: hubspoke shows nothing meanwhile. */
  lendTerminal<Result>(use: () => Promise<Result>): Promise<Result>
}

export interface SessionFlags {
  readonly quiet: boolean
  readonly verbose: boolean
  /** Milliseconds after which the run is stopped. */
  readonly deadline?: number | undefined
}

/** Time limit for requests in flight after a stop, in milliseconds. Then they are aborted. */
const requestsGraceMs = 20_000

/** Time limit for locks, ledger and connections after that. Then the process ends. */
const endGraceMs = 10_000

/** Commands of foreach get SIGTERM; writes that were sent are answered. In lines that fit on a terminal. */
const stopping =
  'Stopping: nothing new starts, and what is in progress ends first.\nPress Ctrl-C again to end at once, without the summary.'

/** Runs `work` with progress on stderr and a handler for signals; both have ended when it returns. */
export async function withSession<Result>(
  runtime: Runtime,
  flags: SessionFlags,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  let progress: Progress | undefined
  let record: string | undefined
  let isAskedBeforeWrites = false
  const {stop, release} = stopOnSignals(runtime, {
    notice: () => (isAskedBeforeWrites ? undefined : stopping),
    record: () => record,
    clear: async () => progress?.pause(),
  })
  const over = new AbortController()
  const abort = abortAfterStop(stop, over.signal, {...runtime, record: () => record})
  if (flags.deadline !== undefined) {
    void runtime.clock.sleep(flags.deadline, over.signal).then(() => over.signal.aborted || stop.stop('deadline'))
  }
  const {stderr, env, clock, every} = runtime
  const shown = await chooseProgress({stderr, env, clock, every, quiet: flags.quiet, verbose: flags.verbose})
  progress = shown
  const lent = lendTerminal(shown)
  try {
    return await work({
      stop,
      abort,
      onEvent: lent.onEvent,
      lendTerminal: lent.lend,
      recordedIn(sentence) {
        record = sentence
      },
      async aside(speak, when) {
        await shown.pause()
        isAskedBeforeWrites = when?.beforeWrites ?? false
        try {
          return await speak()
        } finally {
          isAskedBeforeWrites = false
        }
      },
    })
  } finally {
    await shown.stop()
    over.abort()
    release()
  }
}

/**
 * A stop ends within its time limit, whatever a server or a file system does: first requests in flight are aborted, then, if
 * that is not enough, the process ends with the code of the stop, and prints where the record is.
 */
function abortAfterStop(
  stop: StopSwitch,
  over: AbortSignal,
  {clock, abort: end, stderr, record}: Pick<Runtime, 'clock' | 'abort' | 'stderr'> & {record(): string | undefined},
): AbortSignal {
  const giveUp = new AbortController()
  const onStop = async () => {
    await clock.sleep(requestsGraceMs, over)
    if (over.aborted) return
    giveUp.abort(new HubspokeError('timeout', 'The run was stopped, and this request did not end in time.'))
    await clock.sleep(endGraceMs, over)
    if (over.aborted) return
    const where = record()
    stderr.write(
      `\nhubspoke did not end within its time limit after the stop.${where === undefined ? '' : ` ${where}`}\n`,
    )
    end(exitCodes[exitOfSignal(stop.reason) ?? 'stopped-early'].code)
  }
  stop.signal.addEventListener('abort', onStop, {once: true})
  return giveUp.signal
}
