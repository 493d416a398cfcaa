import {expect, test} from 'vitest'
import {atMost} from './at-most.ts'

const numbers = Array.from({length: 10}, (_, i) => i)

test('at most the allowed number at once, and the results in order', async () => {
  let now = 0
  let most = 0
  const results = await atMost(3, numbers, async (number) => {
    most = Math.max(most, ++now)
    for (let turns = 10 - number; turns > 0; turns--) await Promise.resolve()
    now--
    return number * 2
  })
  expect(results).toEqual(numbers.map((number) => number * 2))
  expect(most).toBe(3)
})

test('no items resolve at once', async () => {
  expect(await atMost(3, [], () => Promise.reject(new Error('no')))).toEqual([])
})

test('after a failure no more work is started, and running work is waited for', async () => {
  const started: number[] = []
  const ended: number[] = []
  const work = async (number: number): Promise<void> => {
    started.push(number)
    if (number === 1) throw new Error('failed')
    for (let turns = 5; turns > 0; turns--) await Promise.resolve()
    ended.push(number)
  }
  await expect(atMost(3, numbers, work)).rejects.toThrow('failed')
  expect(started).toEqual([0, 1, 2])
  expect(ended).toEqual([0, 2])
})
