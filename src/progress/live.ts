import type {HubEvent} from '../model/event.ts'
import {printable} from '../shared/printable.ts'
import {fitFrame, frameOf} from './live-frame.ts'
import {type LiveList, openLiveList} from './live-list.ts'
import type {Every, Progress, ProgressStream} from './progress.ts'
import {createProgressModel, type ProgressView} from './progress-model.ts'

export interface LiveOptions {
  readonly stream: ProgressStream
  readonly every: Every
  readonly color: boolean
  /** Milliseconds, for countdowns. */
  readonly now?: () => number
}

const defaultRows = 24

/** What happens at the next event, after a prompt. */
const drawsAgain: ReadonlySet<HubEvent['type']> = new Set(['target-started', 'wave-paused'])

/**
 * A live display on a terminal: a row per cluster, totals, and the latest problems. It is removed when it stops, because
 * the report repeats all of it; only notices, which are in no report, stay as lines.
 */
export function createLiveProgress({stream, every, color, now}: LiveOptions): Progress {
  const model = createProgressModel(now)
  // The size at the opening of a list is kept: its rows cannot be added or removed.
  const open = async (): Promise<LiveList> => {
    const fit = fitFrame(stream.rows() ?? defaultRows)
    return openLiveList({stream, every, color, frame: () => frameOf(model.view(), fit)})
  }
  let list: Promise<LiveList | undefined> | undefined
  let settled: Promise<void> = Promise.resolve()
  let notices: string[] = []
  let stopped = false
  let wasDrawn = false
  const show = () => {
    // Without its display, a run continues.
    list ??= settled.then(open).catch(() => undefined)
  }
  const hide = async () => {
    const shown = list
    list = undefined
    settled = settled.then(async () => (await shown)?.close())
    await settled
    for (const notice of notices) stream.write(`${printable(notice)}\n`)
    notices = []
  }
  const follow = (event: HubEvent) => {
    model.apply(event)
    if (event.type === 'notice') {
      notices.push(event.message)
      // Nothing that would have to be waited for is drawn.
      if (list === undefined) void hide()
    }
    if (event.type === 'discovery-started' && event.contexts.length > 0) show()
    if (endsReading(event, model.view())) void hide()
    if (drawsAgain.has(event.type)) show()
  }
  return {
    onEvent(event) {
      if (!stopped) follow(event)
    },
    pause() {
      wasDrawn ||= list !== undefined
      return hide()
    },
    resume() {
      if (wasDrawn && !stopped) show()
      wasDrawn = false
    },
    async stop() {
      stopped = true
      await hide()
    },
  }
}

function endsReading({type}: HubEvent, {contexts}: ProgressView): boolean {
  if (type === 'distribution-started' || type === 'watch-started') return true
  return (type === 'context-read' || type === 'context-answered') && contexts.waitingFor.length === 0
}
