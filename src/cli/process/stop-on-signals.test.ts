import {expect, test} from 'vitest'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import type {StopSignal} from '../../model/exit-code.ts'
import {stopOnSignals} from './stop-on-signals.ts'

/** What happened, in order, and a way to send signals. */
function processThatHears() {
  const seen: string[] = []
  let listener: ((signal: StopSignal) => void) | undefined
  const clock = createVirtualClock()
  const runtime = {
    clock,
    onStopSignal(heard: (signal: StopSignal) => void) {
      listener = heard
      return () => {
        listener = undefined
      }
    },
    abort: (code: number) => seen.push(`abort ${code}`),
    stderr: {
      isTerminal: true,
      columns: () => 80,
      rows: () => 24,
      write: (text: string) => seen.push(text.trim()),
      flushed: async () => undefined,
    },
  }
  return {runtime, clock, seen, send: (signal: StopSignal) => listener?.(signal)}
}

test('the first signal stops; progress is cleared before the notice is written', async () => {
  const {runtime, seen, send} = processThatHears()
  const {stop} = stopOnSignals(runtime, {
    notice: () => 'Stopping.',
    clear: async () => {
      await Promise.resolve()
      seen.push('cleared')
    },
  })
  send('SIGTERM')
  expect(stop.reason).toBe('SIGTERM')
  await expect.poll(() => seen).toEqual(['cleared', 'Stopping.'])
})

test('a second one ends the process with its own code, whatever the first one was', () => {
  const {runtime, seen, send} = processThatHears()
  stopOnSignals(runtime, {notice: () => 'Stopping.'})
  send('SIGTERM')
  send('SIGINT')
  expect(seen).toContain('abort 130')
})

test('SIGTERM twice within a second is one request, as "timeout" sends it; later it is a second one', async () => {
  const {runtime, clock, seen, send} = processThatHears()
  stopOnSignals(runtime, {notice: () => 'Stopping.'})
  send('SIGTERM')
  send('SIGTERM')
  expect(seen).not.toContain('abort 143')
  await clock.advance(1_000)
  send('SIGTERM')
  expect(seen).toContain('abort 143')
})

test('after a deadline the first signal is a first one, and the second ends the process', () => {
  const {runtime, seen, send} = processThatHears()
  const {stop} = stopOnSignals(runtime, {notice: () => 'Stopping.'})
  stop.stop('deadline')
  send('SIGINT')
  expect(seen).not.toContain('abort 130')
  expect(stop.reason).toBe('deadline')
  send('SIGINT')
  expect(seen).toContain('abort 130')
})

test('after its release signals have no effect', () => {
  const {runtime, send} = processThatHears()
  const {stop, release} = stopOnSignals(runtime, {notice: () => 'Stopping.'})
  release()
  send('SIGINT')
  expect(stop.reason).toBeUndefined()
})

test('a second signal prints where the run is recorded', () => {
  const {runtime, seen, send} = processThatHears()
  stopOnSignals(runtime, {notice: () => 'Stopping.', record: () => 'See the ledger.'})
  send('SIGINT')
  send('SIGINT')
  expect(seen.slice(-2)).toEqual(['See the ledger.', 'abort 130'])
})

test('a closing terminal sends SIGHUP more than once: the run still ends in order', () => {
  const {runtime, seen, send} = processThatHears()
  const {stop} = stopOnSignals(runtime, {notice: () => 'Stopping.'})
  send('SIGHUP')
  send('SIGHUP')
  expect(stop.reason).toBe('SIGHUP')
  expect(seen.filter((each) => each.startsWith('abort'))).toEqual([])
})
