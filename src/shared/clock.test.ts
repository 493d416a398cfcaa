import {expect, test} from 'vitest'
import {systemClock} from './clock.ts'

test.each([2 ** 31, 9e99, Number.POSITIVE_INFINITY])('a sleep of %d ms does not end at once', async (ms) => {
  const over = new AbortController()
  let awake = false
  const sleep = systemClock.sleep(ms, over.signal).then(() => {
    awake = true
  })
  for (let turn = 0; turn < 20; turn++) await systemClock.sleep(1)
  expect(awake).toBe(false)
  over.abort()
  await sleep
})

test.each([0, -5, Number.NaN])('a sleep of %d ms ends', async (ms) => {
  await systemClock.sleep(ms)
})

test('a sleep with an aborted signal ends at once', async () => {
  await systemClock.sleep(Number.POSITIVE_INFINITY, AbortSignal.abort())
})
