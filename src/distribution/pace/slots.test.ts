import {describe, expect, test} from 'vitest'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import {createSlots, type SlotCounts} from './slots.ts'

interface Work {
  readonly cluster: string
  readonly count: number
  readonly ms: number
}

/** Clusters take turns in the plan, as they do in every plan; answers when the last task of each cluster had ended. */
async function lastEnds(counts: SlotCounts, work: readonly Work[]): Promise<Record<string, number>> {
  const clock = createVirtualClock({autoAdvance: true, loopback: false})
  const inSlots = createSlots(counts)
  const ends: Record<string, number> = {}
  const longest = Math.max(...work.map(({count}) => count))
  const plan = Array.from({length: longest}, (_, turn) => work.filter(({count}) => turn < count)).flat()
  await Promise.all(
    plan.map(({cluster, ms}) =>
      inSlots(cluster, async () => {
        await clock.sleep(ms)
        ends[cluster] = clock.now()
      }),
    ),
  )
  return ends
}

const hour = 3_600_000

describe('a large and slow cluster beside a small one', () => {
  const large = {cluster: 'large', count: 1_000, ms: hour}
  const small = {cluster: 'small', count: 10, ms: 1_000}

  test.each([
    {because: 'it cannot fill the slots of the run', concurrency: 50, concurrencyPerPlace: 10, smallEnds: 1_000},
    {because: 'a free slot is the small one’s', concurrency: 10, concurrencyPerPlace: 10, smallEnds: 2_000},
    {because: 'a free slot is the small one’s', concurrency: 2, concurrencyPerPlace: 10, smallEnds: 10_000},
  ])('does not starve it with $concurrency slots: $because', async ({smallEnds, because: _, ...counts}) => {
    expect(await lastEnds(counts, [large, small])).toMatchObject({small: smallEnds})
  })
})

test('ten slow clusters beside a quick one: it has its share all the time', async () => {
  const slow = Array.from({length: 10}, (_, index) => ({cluster: `slow-${index}`, count: 50, ms: hour}))
  const counts = {concurrency: 55, concurrencyPerPlace: 10}
  const {quick} = await lastEnds(counts, [...slow, {cluster: 'quick', count: 50, ms: 1_000}])
  expect(quick).toBe(10_000)
})

test('clusters alike end alike', async () => {
  const three = ['a', 'b', 'c'].map((cluster) => ({cluster, count: 20, ms: 1_000}))
  expect(await lastEnds({concurrency: 6, concurrencyPerPlace: 10}, three)).toEqual({a: 10_000, b: 10_000, c: 10_000})
})

test('a task that fails gives its slots back', async () => {
  const inSlots = createSlots({concurrency: 1, concurrencyPerPlace: 1})
  const failing = inSlots('eu', () => Promise.reject(new Error('no')))
  await expect(failing).rejects.toThrow('no')
  expect(await inSlots('eu', async () => 'next')).toBe('next')
})

test.each([0, -1, 1.5, Number.NaN])('%d slots are a bug of the caller', (count) => {
  expect(() => createSlots({concurrency: count, concurrencyPerPlace: 1})).toThrow(TypeError)
})
