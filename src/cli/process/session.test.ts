import {expect, test} from 'vitest'
import {recordedOutput} from '../../../test/support/recorded-output.ts'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import type {StopSignal} from '../../model/exit-code.ts'
import type {Runtime} from './runtime.ts'
import {type Session, type SessionFlags, withSession} from './session.ts'

function setUp() {
  const clock = createVirtualClock({autoAdvance: true, loopback: false})
  const ends: string[] = []
  const said: string[] = []
  let listener: ((signal: StopSignal) => void) | undefined
  const output = recordedOutput({all: said})
  const runtime = {
    clock,
    env: {},
    stdout: output,
    stderr: output,
    every: () => () => undefined,
    onStopSignal(heard: (signal: StopSignal) => void) {
      listener = heard
      return () => undefined
    },
    abort: (code: number) => void ends.push(`${code} after ${clock.now()} ms`),
  } as unknown as Runtime
  const within = (work: (session: Session) => Promise<unknown>, flags: Partial<SessionFlags> = {}) =>
    withSession(runtime, {quiet: true, verbose: false, ...flags}, work)
  return {clock, ends, said, within, send: (signal: StopSignal) => listener?.(signal)}
}

test('requests are given up 20 s after a stop, and the process ends 10 s later where that does not help', async () => {
  const {clock, ends, said, within, send} = setUp()
  let gaveUpAt: number | undefined
  void within(async (session) => {
    session.recordedIn('The record is there.')
    session.abort.addEventListener('abort', () => {
      gaveUpAt = clock.now()
    })
    send('SIGTERM')
    await new Promise(() => undefined)
  })
  await expect.poll(() => ends).toEqual(['143 after 30000 ms'])
  expect(gaveUpAt).toBe(20_000)
  expect(said.join('')).toContain('The record is there.')
})

test('a deadline ends in the same way, with 5', async () => {
  const {ends, within} = setUp()
  void within(() => new Promise(() => undefined), {deadline: 5_000})
  await expect.poll(() => ends).toEqual(['5 after 35000 ms'])
})

test('a second signal says where the record is', async () => {
  const {ends, said, within, send} = setUp()
  void within(async (session) => {
    session.recordedIn('The record is there.')
    send('SIGINT')
    send('SIGINT')
    await new Promise(() => undefined)
  })
  await expect.poll(() => ends).toContain('130 after 0 ms')
  expect(said.join('')).toContain('The record is there.')
})

test('work that ends leaves nothing behind', async () => {
  const {clock, ends, within, send} = setUp()
  await within(async () => send('SIGINT'), {deadline: 60_000})
  expect([clock.sleepers, ends]).toEqual([0, []])
})
