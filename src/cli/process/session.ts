import type {OnEvent} from '../../model/event.ts'
import type {StopSwitch} from '../../model/stop.ts'
import {chooseProgress} from '../../progress/choose-progress.ts'
import type {Progress} from '../../progress/progress.ts'
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
  let progress: Progress | undefined
  const {stop, release} = stopOnSignals(runtime, {
    notice: 'Stopping: writes in flight finish, nothing new starts. Again to abandon them.',
    clear: async () => progress?.pause(),
  })
  const over = new AbortController()
  if (flags.deadline !== undefined) {
    void runtime.clock.sleep(flags.deadline, over.signal).then(() => over.signal.aborted || stop.stop('deadline'))
  }
  const {stderr, env, clock, every} = runtime
  const shown = await chooseProgress({stderr, env, clock, every, quiet: flags.quiet, verbose: flags.verbose})
  progress = shown
  try {
    return await work({
      stop,
      onEvent: shown.onEvent,
      async aside(speak) {
        await shown.pause()
        return speak()
      },
    })
  } finally {
    await shown.stop()
    over.abort()
    release()
  }
}
