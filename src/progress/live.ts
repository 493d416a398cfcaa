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
  /** Milliseconds, for what is counted down. */
  readonly now?: () => number
}

const defaultRows = 24

/** What happens when there is something to see again, after somebody was asked. */
const drawsAgain: ReadonlySet<HubEvent['type']> = new Set(['target-started', 'wave-paused'])

/**
 * A display that stays in its place on a terminal: a row per cluster, totals, and what went wrong last. It is gone when it
 * stops, as the report says all of it again; only notices, which no report holds, stay as lines.
 */
export function createLiveProgress({stream, every, color, now}: LiveOptions): Progress {
  const model = createProgressModel(now)
  // The size that a list was opened with is kept: its rows cannot come and go.
  const open = async (): Promise<LiveList> => {
    const fit = fitFrame(stream.rows() ?? defaultRows)
    return openLiveList({stream, every, color, frame: () => frameOf(model.view(), fit)})
  }
  let list: Promise<LiveList | undefined> | undefined
  let settled: Promise<void> = Promise.resolve()
  let notices: readonly string[] = []
  let stopped = false
  let wasDrawn = false
  const show = () => {
    // Without its display, a run goes on.
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
      notices = [...notices, event.message]
      // Nothing is drawn that it would have to wait for.
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
  if (type === 'distribution-started') return true
  return (type === 'context-read' || type === 'context-answered') && contexts.waitingFor.length === 0
}
