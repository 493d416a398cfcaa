import type {Clock} from '../shared/clock.ts'
import {createLinesProgress} from './lines.ts'
import type {Every, Progress, ProgressStream} from './progress.ts'
import {silentProgress} from './silent.ts'

export interface ProgressOptions {
  readonly stderr: ProgressStream & {readonly isTerminal: boolean}
  readonly quiet: boolean
  readonly verbose: boolean
  /** Contains `CI`, `TERM` and `NO_COLOR`. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Pick<Clock, 'now' | 'date'>
  readonly every: Every
}

/** The minimum size for a live display; in less space, lines show more. */
const leastRows = 8
const leastColumns = 40

/**
 * The suitable display: live on an interactive terminal, lines elsewhere and with `--verbose`, none with `--quiet`. An error
 * in the display does not stop the events: the display shows nothing any more.
 */
export async function chooseProgress(options: ProgressOptions): Promise<Progress> {
  const {stderr, quiet, verbose, env, clock, every} = options
  if (quiet) return silentProgress
  const stream = {
    write: careful((text) => stderr.write(text)),
    columns: () => stderr.columns(),
    rows: () => stderr.rows(),
  }
  if (!verbose && canDraw(options)) {
    const {createLiveProgress} = await import('./live.ts')
    return guarded(createLiveProgress({stream, every, now: () => clock.now(), color: (env.NO_COLOR ?? '') === ''}))
  }
  return guarded(createLinesProgress({stream, clock, verbose}))
}

function canDraw({stderr, env}: ProgressOptions): boolean {
  const isCi = !['', '0', 'false'].includes(env.CI ?? '')
  if (!stderr.isTerminal || isCi || env.TERM === 'dumb') return false
  return (stderr.rows() ?? leastRows) >= leastRows && (stderr.columns() ?? leastColumns) >= leastColumns
}

/** A stream that has failed is not used again. */
function careful(write: (text: string) => void): (text: string) => void {
  let broken = false
  return (text) => {
    if (broken) return
    try {
      write(text)
    } catch {
      broken = true
    }
  }
}

/** An error of the display must not end a run. */
function guarded(progress: Progress): Progress {
  let broken = false
  const shielded = (show: () => void): void => {
    if (broken) return
    try {
      show()
    } catch {
      broken = true
    }
  }
  return {
    onEvent: (event) => shielded(() => progress.onEvent(event)),
    resume: () => shielded(() => progress.resume()),
    pause: () => progress.pause().catch(() => undefined),
    stop: () => progress.stop().catch(() => undefined),
  }
}
