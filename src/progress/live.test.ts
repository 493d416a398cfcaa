import {setImmediate as nextTurn} from 'node:timers/promises'
import {expect, test} from 'vitest'
import {createLiveProgress} from './live.ts'
import {finished, planned, read, started, stuck} from './testing/events.ts'
import {createScreen} from './testing/screen.ts'

/** A live display on a screen of 80 columns, whose clock only the test advances. */
function start({rows = 24, color = false} = {}) {
  const screen = createScreen(80, rows)
  const written: string[] = []
  const tickers = new Set<() => void>()
  let drawing = Promise.withResolvers<void>()
  const progress = createLiveProgress({
    stream: {
      write(text) {
        written.push(text)
        screen.write(text)
      },
      columns: () => 80,
      rows: () => rows,
    },
    every(_, callback) {
      tickers.add(callback)
      drawing.resolve()
      return () => {
        tickers.delete(callback)
        drawing = Promise.withResolvers()
      }
    },
    color,
  })
  /** Two frames: tasks that end with the first one are drawn with the second. */
  const tick = async () => {
    for (let frame = 0; frame < 2; frame++) {
      for (const callback of [...tickers]) callback()
      await nextTurn()
    }
  }
  return {
    progress,
    screen,
    written,
    tickers,
    tick,
    /** Resolves when a list is on the screen. */
    async drawn() {
      await drawing.promise
      await nextTurn()
      await tick()
    },
  }
}

const withoutSpinner = (lines: readonly string[]) => lines.map((line) => line.replace(/^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] /, ''))

test('discovery is drawn, and gone when every context has answered', async () => {
  const {progress, screen, drawn, tick} = start()
  progress.onEvent({type: 'discovery-started', contexts: ['eu', 'us']})
  await drawn()
  progress.onEvent(read('eu'))
  await tick()
  expect(withoutSpinner(screen.lines())).toEqual(['Read 1 of 2 contexts', '  › waiting for us'])
  expect(screen.state.cursorIsHidden).toBe(true)
  progress.onEvent(read('us'))
  await nextTurn()
  expect(screen.lines()).toEqual([])
  expect(screen.state.cursorIsHidden).toBe(false)
})

test('reads of other things than workloads are drawn in the same way', async () => {
  const {progress, screen, drawn, tick} = start()
  progress.onEvent({type: 'discovery-started', contexts: ['eu', 'us', 'ap']})
  await drawn()
  progress.onEvent({type: 'context-answered', context: 'eu', problem: stuck})
  progress.onEvent({type: 'context-answered', context: 'us', problem: null})
  await tick()
  expect(withoutSpinner(screen.lines())).toEqual([
    'Read 2 of 3 contexts, 1 not in full',
    '  › eu FAILED: It is stuck.',
    '    waiting for ap',
  ])
  progress.onEvent({type: 'context-answered', context: 'ap', problem: null})
  await nextTurn()
  expect(screen.lines()).toEqual([])
})

test('a run is redrawn in one place, and leaves nothing behind', async () => {
  const {progress, screen, drawn, tick, tickers} = start()
  progress.onEvent(planned('eu/shop/web', 'eu/shop/cart', 'us/shop/web'))
  progress.onEvent(started('eu/shop/web'))
  await drawn()
  progress.onEvent(finished('us/shop/web', 'failed', {failure: stuck}))
  await tick()
  expect(withoutSpinner(screen.lines())).toEqual([
    'eu     0 of 2 done, 1 rolling',
    '✖ us     0 of 1 done, 1 in trouble',
    'Total  0 of 3 done, 1 rolling, 1 in trouble',
    '  › us/shop/Deployment/web FAILED: It is stuck.',
  ])
  await progress.stop()
  expect(screen.lines()).toEqual([])
  expect(screen.state).toEqual({cursorIsHidden: false, scrolled: 0})
  expect(tickers.size).toBe(0)
})

test.each([
  {rows: 8, lines: 7},
  {rows: 24, lines: 17},
])('sixty clusters in trouble do not scroll a screen of $rows rows', async ({rows, lines}) => {
  const {progress, screen, drawn, tick} = start({rows})
  const names = Array.from({length: 60}, (_, index) => `cluster-with-a-long-name-${index}/a-long-namespace/web`)
  progress.onEvent(planned(...names))
  progress.onEvent(started(names[0] ?? ''))
  await drawn()
  for (const name of names.slice(0, 50)) {
    progress.onEvent(finished(name, 'failed', {reason: 'A sentence that is longer than a line. '.repeat(5)}))
    await tick()
  }
  expect(screen.lines()).toHaveLength(lines)
  expect(screen.lines()[0]).toContain('cluster-with-a-long-name-0')
  expect(Math.max(...screen.lines().map((line) => line.length))).toBeLessThanOrEqual(80)
  await progress.stop()
  expect(screen.lines()).toEqual([])
  expect(screen.state.scrolled).toBe(0)
})

test('events between two ticks draw nothing', async () => {
  const {progress, written, drawn, tick} = start()
  const names = Array.from({length: 500}, (_, index) => `eu/shop/web-${index}`)
  progress.onEvent(planned(...names))
  progress.onEvent(started('eu/shop/web-0'))
  await drawn()
  const before = written.length
  for (const name of names.slice(1)) progress.onEvent(finished(name, 'unchanged'))
  expect(written.length).toBe(before)
  await tick()
  expect(written.length - before).toBeLessThanOrEqual(2)
  await progress.stop()
})

test('a pause clears the screen for a question, and the next target draws again', async () => {
  const {progress, screen, drawn} = start()
  progress.onEvent(planned('eu/shop/web', 'eu/shop/cart'))
  progress.onEvent(started('eu/shop/web'))
  await drawn()
  await progress.pause()
  expect(screen.lines()).toEqual([])
  screen.write('Go on? [y/N] y\n')
  progress.onEvent(finished('eu/shop/web', 'succeeded'))
  progress.onEvent(started('eu/shop/cart'))
  await drawn()
  expect(withoutSpinner(screen.lines()).slice(0, 2)).toEqual(['Go on? [y/N] y', 'eu     1 of 2 done, 1 rolling'])
  await progress.stop()
  expect(screen.lines()).toEqual(['Go on? [y/N] y'])
})

test('a display that a pause removed is drawn again at once on resume', async () => {
  const {progress, screen, drawn} = start()
  progress.onEvent({type: 'discovery-started', contexts: ['eu', 'us']})
  await drawn()
  const before = withoutSpinner(screen.lines())
  await progress.pause()
  expect(screen.lines()).toEqual([])
  progress.resume()
  await drawn()
  expect(withoutSpinner(screen.lines())).toEqual(before)
  await progress.stop()
})

test('nothing is drawn on resume without an earlier display, nor after the end', async () => {
  const {progress, tickers} = start()
  await progress.pause()
  progress.resume()
  progress.onEvent({type: 'discovery-started', contexts: ['eu']})
  await progress.pause()
  await progress.stop()
  progress.resume()
  await nextTurn()
  expect(tickers.size).toBe(0)
})

test('a pause between two waves is drawn, also after a prompt', async () => {
  const {progress, screen, drawn} = start()
  progress.onEvent(planned('eu/shop/web', 'eu/shop/cart'))
  await progress.pause()
  screen.write('Continue? w\n')
  progress.onEvent({type: 'wave-paused', wave: 1, of: 2, ms: 60_000})
  await drawn()
  expect(withoutSpinner(screen.lines())).toContain('Total  0 of 2 done; next wave in 1m (1 of 2 ended)')
  await progress.stop()
})

test('notices stay after the display is closed', async () => {
  const {progress, screen} = start()
  progress.onEvent({type: 'notice', message: 'The ledger \x1b[31mhas no end.'})
  await progress.stop()
  expect(screen.lines()).toEqual(['The ledger \\x1b[31mhas no end.'])
})

test('a notice is written at once while nothing is drawn', async () => {
  const {progress, screen, drawn} = start()
  progress.onEvent({type: 'notice', message: 'Waiting for another run.'})
  await nextTurn()
  expect(screen.lines()).toEqual(['Waiting for another run.'])
  progress.onEvent(planned('eu/shop/web'))
  progress.onEvent(started('eu/shop/web'))
  await drawn()
  progress.onEvent({type: 'notice', message: 'Later.'})
  await nextTurn()
  expect(screen.lines()).not.toContain('Later.')
  await progress.stop()
  expect(screen.lines()).toEqual(['Waiting for another run.', 'Later.'])
})

test('nothing is drawn after the end, nor without events', async () => {
  const {progress, written} = start()
  await progress.stop()
  progress.onEvent(planned('eu/shop/web'))
  progress.onEvent(started('eu/shop/web'))
  await progress.stop()
  expect(written).toEqual([])
})

test('a signal is left to its handlers: listr2 would exit with 127', async () => {
  const {progress, drawn} = start()
  progress.onEvent({type: 'discovery-started', contexts: ['eu']})
  await drawn()
  const names = process.listeners('SIGINT').map((listener) => listener.name)
  expect(names.filter((name) => name.includes('signalHandler'))).toEqual([])
  await progress.stop()
})

test('colour is written only on request', async () => {
  for (const color of [true, false]) {
    const {progress, written, drawn} = start({color})
    progress.onEvent({type: 'discovery-started', contexts: ['eu']})
    await drawn()
    expect(written.join('').includes('\x1b[33m')).toBe(color)
    await progress.stop()
  }
})
