import type {ListrDefaultRendererLogLevels} from 'listr2'
import type {Frame, Row} from './live-frame.ts'
import type {Every, ProgressStream} from './progress.ts'

export interface LiveListOptions {
  readonly stream: ProgressStream
  readonly every: Every
  readonly color: boolean
  /** The current content; read ten times a second. */
  readonly frame: () => Frame
}

/** A list that is on the screen until it is closed. */
export interface LiveList {
  /** Resolves when the screen is as it was before, and the cursor is visible again. Never rejects. */
  close(): Promise<void>
}

const frameMs = 100

type Listr2 = typeof import('listr2')

/**
 * Draws frames with listr2's default renderer until it is closed: one task per row, and one for the totals with the lines
 * below as its output. Call it only after the previous list was closed: two at once draw over each other.
 *
 * Defaults of listr2 that must not apply here: write to stdout, exit with 127 on SIGINT, hold back other output meanwhile,
 * and render every row again with every event (a hundred events with twenty rows take half a second of CPU).
 */
export async function openLiveList(options: LiveListOptions): Promise<LiveList> {
  const listr2 = await import('listr2')
  const {rows, totals} = options.frame()
  const tasks = [...rows, totals].map((row) => createTask(row))
  const pace = {isDue: false}
  const refresh = () => {
    const frame = options.frame()
    for (const [index, row] of [...frame.rows, frame.totals].entries()) tasks[index]?.show(row)
    tasks.at(-1)?.showBelow(frame.below)
    pace.isDue = true
  }
  const list = new listr2.Listr(
    tasks.map(({task}) => task),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      renderer: pacedRenderer(listr2, pace),
      rendererOptions: {
        clearOutput: true,
        formatOutput: 'truncate',
        spinner: tickingSpinner(listr2, options.every, refresh),
        ...styles(listr2, options.color),
        logger: new listr2.ListrLogger<ListrDefaultRendererLogLevels>({
          processOutput: outputTo(listr2, options.stream),
          useIcons: true,
          toStderr: [],
        }),
      },
    },
  )
  const ended = list.run().catch(() => undefined)
  return {
    async close() {
      for (const {end} of tasks) end()
      await ended
    },
  }
}

interface TaskHandle {
  title: string
  output: string
}

/** One row as a task: it runs until its row is no longer active, or the list is closed. */
function createTask(first: Row) {
  let handle: TaskHandle | undefined
  let below = ''
  const {promise, resolve, reject} = Promise.withResolvers<void>()
  return {
    task: {
      title: first.text,
      rendererOptions: {outputBar: 1},
      task: (_: unknown, wrapper: TaskHandle) => {
        handle = wrapper
        return promise
      },
    },
    show({text, state}: Row) {
      if (handle === undefined) return
      if (handle.title !== text) handle.title = text
      if (state === 'done') resolve()
      if (state === 'trouble') reject(new Error(text))
    },
    showBelow(lines: readonly string[]) {
      const text = lines.join('\n')
      if (handle === undefined || text === below) return
      below = text
      handle.output = text
    },
    end: () => resolve(),
  }
}

/** Draws only when a frame is due, on any event. */
function pacedRenderer({DefaultRenderer}: Listr2, pace: {isDue: boolean}) {
  return class PacedRenderer extends DefaultRenderer {
    // listr2 would check stdout to decide whether it may draw.
    static override nonTTY = true

    override update(): void {
      if (!pace.isDue) return
      pace.isDue = false
      super.update()
    }
  }
}

function tickingSpinner({Spinner}: Listr2, every: Every, refresh: () => void) {
  let stop: (() => void) | undefined
  return new (class TickingSpinner extends Spinner {
    override isRunning(): boolean {
      return stop !== undefined
    }

    override start(draw?: () => void): void {
      stop = every(frameMs, () => {
        this.spin()
        refresh()
        draw?.()
      })
    }

    override stop(): void {
      stop?.()
      stop = undefined
    }
  })()
}

/** Colours as requested; listr2's own depend on stdout. */
function styles({ListrDefaultRendererLogLevels: level}: Listr2, color: boolean) {
  const paint = (code: number) => (text?: string) => (color ? `\x1b[${code}m${text}\x1b[39m` : `${text}`)
  return {
    icon: {[level.OUTPUT]: '›', [level.FAILED]: '✖', [level.COMPLETED]: '✔'},
    color: {
      [level.PENDING]: paint(33),
      [level.COMPLETED]: paint(32),
      [level.FAILED]: paint(31),
      [level.OUTPUT]: paint(33),
    },
  }
}

/** Everything to one stream, without holding back other output. */
function outputTo({ProcessOutput, ANSI_ESCAPE_CODES}: Listr2, stream: ProgressStream) {
  return new (class StreamOutput extends ProcessOutput {
    override get stdout(): NodeJS.WriteStream {
      return new Proxy(super.stdout, {
        get(target, property) {
          if (property === 'write')
            return (text: string) => {
              stream.write(text)
              return true
            }
          if (property === 'isTTY') return true
          if (property === 'columns') return stream.columns()
          if (property === 'rows') return stream.rows()
          return Reflect.get(target, property)
        },
      })
    }

    override get stderr(): NodeJS.WriteStream {
      return this.stdout
    }

    override hijack(): void {
      stream.write(ANSI_ESCAPE_CODES.CURSOR_HIDE)
    }

    override release(): void {
      stream.write(ANSI_ESCAPE_CODES.CURSOR_SHOW)
    }

    override toStdout(text: string, endsLine = true): boolean {
      stream.write(endsLine ? `${text}\n` : text)
      return true
    }

    override toStderr(text: string, endsLine = true): boolean {
      return this.toStdout(text, endsLine)
    }
  })()
}
