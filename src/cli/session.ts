import type {OnEvent} from '../model/event.ts'
import type {StopSwitch} from '../model/stop.ts'
import {chooseProgress} from '../progress/choose-progress.ts'
import type {Runtime} from './runtime.ts'
import {stopOnSignals} from './stop-on-signals.ts'

/** A command at work: it can be stopped, and it says how far it is. */
export interface Session {
  readonly stop: StopSwitch
  readonly onEvent: OnEvent
  /** Clears progress off the screen while `speak` has it, and shows it again afterwards. */
  aside<Result>(speak: () => Promise<Result>): Promise<Result>
}

export interface SessionFlags {
  readonly quiet: boolean
  readonly verbose: boolean
  /** Milliseconds after which the run is stopped. */
  readonly deadline?: number | undefined
}

/** Runs `work` with progress on stderr and an ear for signals; both have ended when it returns. */
export async function withSession<Result>(
  runtime: Runtime,
  flags: SessionFlags,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const {stop, release} = stopOnSignals(runtime)
  const over = new AbortController()
  if (flags.deadline !== undefined) {
    void runtime.clock.sleep(flags.deadline, over.signal).then(() => over.signal.aborted || stop.stop('deadline'))
  }
  const {stderr, env, clock, every} = runtime
  const progress = await chooseProgress({stderr, env, clock, every, quiet: flags.quiet, verbose: flags.verbose})
  try {
    return await work({
      stop,
      onEvent: progress.onEvent,
      async aside(speak) {
        await progress.pause()
        return speak()
      },
    })
  } finally {
    await progress.stop()
    over.abort()
    release()
  }
}
