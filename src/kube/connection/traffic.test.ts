import {expect, test} from 'vitest'
import {createTraffic} from './traffic.ts'

const ticking = (...times: readonly number[]) => {
  const left = [...times]
  return {now: () => left.shift() ?? 0}
}

test('nothing is measured before the first answer', () => {
  expect(createTraffic(ticking()).link()).toEqual({})
})

test('the shortest round trip counts: the server’s own time does not', () => {
  const traffic = createTraffic(ticking(0, 100, 200, 240, 300, 390))
  for (const _ of [1, 2, 3]) traffic.begin()()
  expect(traffic.link()).toEqual({roundTripMs: 40})
})

test('the throughput is measured by long bodies, not by short ones', () => {
  const traffic = createTraffic(ticking(0, 10, 11, 20, 30, 40, 60))
  traffic.begin()()(2_000)
  expect(traffic.link()).toEqual({roundTripMs: 10})
  const received = traffic.begin()()
  received(10_000)
  expect(traffic.link()).toEqual({roundTripMs: 10})
  received(20_000)
  expect(traffic.link()).toEqual({roundTripMs: 10, bytesPerMs: 1_000})
})
