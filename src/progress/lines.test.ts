import {expect, test} from 'vitest'
import type {HubEvent} from '../model/event.ts'
import {createLinesProgress} from './lines.ts'
import {finished, planned, read, started, stuck, target} from './testing/events.ts'

function start(verbose = false) {
  const written: string[] = []
  const time = {now: 0}
  const progress = createLinesProgress({
    stream: {write: (text) => written.push(text)},
    clock: {now: () => time.now, date: () => new Date(2026, 10, 24, 3, 4, 5, time.now)},
    verbose,
  })
  return {progress, written, time}
}

const web = target('eu/shop/web')
const rolling = (message: string): HubEvent => ({type: 'target-progress', target: web, message})

test('a run is shown line by line, with date, time and zone', () => {
  const {progress, written} = start()
  const events: HubEvent[] = [
    {type: 'discovery-started', contexts: ['eu', 'us']},
    read('eu'),
    read('us', {problem: stuck}),
    planned('eu/shop/web'),
    started('eu/shop/web'),
    {type: 'target-retrying', target: web, attempt: 1, delayMs: 30_000, reason: 'HTTP 503.'},
    started('eu/shop/web', 2),
    {type: 'target-written', target: web},
    finished('eu/shop/web', 'succeeded'),
    finished('eu/shop/cart', 'failed', {failure: stuck}),
    finished('eu/shop/late', 'not-run', {attempts: 0, reason: 'The run stopped first.'}),
    {type: 'stopping', reason: 'SIGINT'},
    {type: 'notice', message: 'The ledger has no end.'},
  ]
  for (const event of events) progress.onEvent(event)
  expect(written.every((line) => line.startsWith('2026-11-24T03:04:05Z  ') && line.endsWith('\n'))).toBe(true)
  expect(written.map((line) => line.slice(22, -1))).toEqual([
    'reading 2 contexts',
    'eu  0 of 312 workloads match (scan, no image cache)',
    'us  NOT READ: It is stuck.',
    'run 20261124-030405-9f3a starts with 1 target',
    'eu/shop/Deployment/web  next try in 30s: HTTP 503.',
    'eu/shop/Deployment/web  try 2',
    'eu/shop/Deployment/web  written, waiting for its rollout',
    'eu/shop/Deployment/web  succeeded after 12s',
    'eu/shop/Deployment/cart  FAILED after 12s: It is stuck.',
    'eu/shop/Deployment/late  not-run: The run stopped first.',
    'stopping: SIGINT',
    'The ledger has no end.',
  ])
})

test('a long rollout shows its progress at most every ten seconds, and nothing twice', () => {
  const {progress, written, time} = start()
  progress.onEvent({type: 'target-written', target: web})
  for (const [now, message] of [
    [1000, '1 of 9'],
    [9999, '2 of 9'],
    [10_000, '3 of 9'],
    [12_000, '4 of 9'],
    [20_000, '3 of 9'],
    [21_000, '5 of 9'],
  ] as const) {
    time.now = now
    progress.onEvent(rolling(message))
  }
  expect(written.slice(1).map((line) => line.trim().split('  ').at(-1))).toEqual(['3 of 9', '5 of 9'])
})

test('a new reason why a rollout is stuck is shown at once, an unchanged one no more often than the rest', () => {
  const {progress, written, time} = start()
  const troubled = (reason: string, message: string): HubEvent => ({
    type: 'target-trouble',
    target: web,
    reason,
    message,
  })
  for (const [now, event] of [
    [0, rolling('1 of 9')],
    [2_000, troubled('ErrImagePull', 'ErrImagePull: not found')],
    [7_000, troubled('ImagePullBackOff', 'ImagePullBackOff: not found')],
    [8_000, rolling('2 of 9')],
    [9_000, troubled('ImagePullBackOff', 'ImagePullBackOff: denied')],
    [30_000, troubled('ImagePullBackOff', 'ImagePullBackOff: denied again')],
  ] as const) {
    time.now = now
    progress.onEvent(event)
  }
  expect(written.map((line) => line.trim().split('  ').at(-1))).toEqual([
    '1 of 9',
    'ErrImagePull: not found',
    'ImagePullBackOff: not found',
    'ImagePullBackOff: denied again',
  ])
})

test('--verbose shows every step at once', () => {
  const {progress, written} = start(true)
  for (const event of [started('eu/shop/web'), rolling('1 of 9'), rolling('1 of 9'), rolling('2 of 9')]) {
    progress.onEvent(event)
  }
  expect(written.map((line) => line.trim().split('  ').at(-1))).toEqual(['started', '1 of 9', '2 of 9'])
})

test('text of a cluster stays on its line', () => {
  const {progress, written} = start()
  progress.onEvent(finished('eu/shop/web', 'failed', {reason: 'a\n\x1b[2Jb'}))
  expect(written).toEqual(['2026-11-24T03:04:05Z  eu/shop/Deployment/web  FAILED after 12s: a\\x0a\\x1b[2Jb\n'])
})

test('nothing is written after the stop', async () => {
  const {progress, written} = start()
  await progress.stop()
  progress.onEvent({type: 'stopping', reason: 'SIGINT'})
  expect(written).toEqual([])
})

test('waves are shown when they start, pause and wait', () => {
  const {progress, written} = start()
  const place = {wave: 1, of: 3}
  const events: HubEvent[] = [
    {type: 'wave-started', ...place, targets: 1},
    {type: 'wave-paused', ...place, ms: 300_000},
    {type: 'wave-waiting', ...place, message: 'eu/shop/Deployment/web: 0 of 1 pods ready'},
    {type: 'wave-waiting', ...place, message: ''},
    {...finished('eu/shop/web', 'failed', {reason: 'It became faulty.'}), type: 'target-regressed'} as HubEvent,
  ]
  for (const event of events) progress.onEvent(event)
  expect(written.map((line) => line.slice(22, -1))).toEqual([
    'wave 1 of 3 starts with 1 target',
    'wave 1 of 3 has ended; 5m of pause, in which health is watched',
    'wave 2 of 3 waits for health: eu/shop/Deployment/web: 0 of 1 pods ready',
    'wave 2 of 3 no longer waits: all targets are healthy',
    'eu/shop/Deployment/web  FAILED after 12s: It became faulty.',
  ])
})
