import {expect, test} from 'vitest'
import {chooseProgress, type ProgressOptions} from './choose-progress.ts'

function options(more: Partial<ProgressOptions> & {size?: readonly [number, number]} = {}) {
  const written: string[] = []
  const [columns, rows] = more.size ?? [80, 24]
  let ticks = 0
  const whole: ProgressOptions = {
    stderr: {isTerminal: true, write: (text) => written.push(text), columns: () => columns, rows: () => rows},
    quiet: false,
    verbose: false,
    env: {TERM: 'xterm-256color'},
    clock: {now: () => 0, date: () => new Date(2026, 10, 24, 3, 4, 5)},
    every: () => {
      ticks += 1
      return () => undefined
    },
    ...more,
  }
  return {whole, written, ticks: () => ticks}
}

const piped = {isTerminal: false, columns: () => undefined, rows: () => undefined}

test.each([
  {more: {}, shows: 'live', because: 'a terminal'},
  {more: {env: {CI: 'false'}}, shows: 'live', because: 'CI=false is no CI'},
  {more: {quiet: true}, shows: 'nothing', because: '--quiet'},
  {more: {quiet: true, verbose: true}, shows: 'nothing', because: '--quiet wins'},
  {more: {verbose: true}, shows: 'lines', because: '--verbose shows every step, and keeps it'},
  {more: {env: {CI: 'true'}}, shows: 'lines', because: 'a CI log would keep every frame'},
  {more: {env: {TERM: 'dumb'}}, shows: 'lines', because: 'a terminal that cannot draw'},
  {more: {size: [80, 5] as const}, shows: 'lines', because: 'a terminal without room'},
  {more: {size: [20, 24] as const}, shows: 'lines', because: 'a terminal too narrow'},
])('$shows: $because', async ({more, shows}) => {
  const {whole, written, ticks} = options(more)
  const progress = await chooseProgress(whole)
  progress.onEvent({type: 'discovery-started', contexts: ['eu']})
  // A live display draws with its first tick; opening it was asked for before this resolves.
  await progress.pause()
  const lines = written.filter((text) => text.includes('reading 1 context'))
  expect([lines.length, ticks()]).toEqual({live: [0, 1], lines: [1, 0], nothing: [0, 0]}[shows])
})

test('a pipe gets lines', async () => {
  const written: string[] = []
  const {whole} = options({stderr: {...piped, write: (text) => written.push(text)}})
  const progress = await chooseProgress(whole)
  progress.onEvent({type: 'stopping', reason: 'SIGINT'})
  expect(written).toEqual(['2026-11-24T03:04:05Z  stopping: SIGINT\n'])
})

test('a stream that breaks is not used again, and no error is reported', async () => {
  let tries = 0
  const broken = () => {
    tries += 1
    throw new Error('EPIPE')
  }
  for (const stderr of [
    {...piped, write: broken},
    {...options().whole.stderr, write: broken},
  ]) {
    tries = 0
    const progress = await chooseProgress({...options().whole, stderr})
    progress.onEvent({type: 'discovery-started', contexts: ['eu']})
    progress.onEvent({type: 'stopping', reason: 'SIGPIPE'})
    await progress.pause()
    await progress.stop()
    expect(tries).toBe(1)
  }
})

test('a clock that throws ends the display, not the run', async () => {
  const clock = {
    now: () => 0,
    date: () => {
      throw new RangeError('no time')
    },
  }
  const progress = await chooseProgress(options({verbose: true, clock}).whole)
  expect(() => progress.onEvent({type: 'stopping', reason: 'SIGINT'})).not.toThrow()
})
