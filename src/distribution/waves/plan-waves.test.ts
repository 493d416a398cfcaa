import {describe, expect, test} from 'vitest'
import {targetOf} from '../../../test/support/distribution/target.ts'
import type {Plan} from '../../model/target.ts'
import {planWaves, type WaveMark, type WaveUnit} from './plan-waves.ts'

/** A plan in which so many clusters take turns. */
const planOf = (targets: number, clusters = 1): Plan =>
  Array.from({length: targets}, (_, index) => targetOf(`web-${index}`, `cluster-${index % clusters}`))

/** `1`: one target; `10%`: a tenth. */
const marksOf = (text: string): readonly WaveMark[] =>
  text.split(',').map((mark) => (mark.endsWith('%') ? {percent: Number.parseInt(mark, 10)} : {count: Number(mark)}))

const wavesOf = (plan: Plan, text: string, unit: WaveUnit) => planWaves(plan, {marks: marksOf(text), unit})

const sizes = (plan: Plan, text: string, unit: WaveUnit = 'target') =>
  wavesOf(plan, text, unit).map(({length}) => length)

describe('waves of targets', () => {
  test.each([
    {targets: 90, text: '1,10%,50%,100%', waves: [1, 8, 36, 45]},
    {targets: 91, text: '1,10%,50%,100%', waves: [1, 9, 36, 45]},
    {targets: 10, text: '1,10%,50%,100%', waves: [1, 1, 3, 5]},
    {targets: 5, text: '1,10%,50%,100%', waves: [1, 1, 1, 2]},
    {targets: 3, text: '1,10%,50%,100%', waves: [1, 1, 1]},
    {targets: 2, text: '1,10%,50%,100%', waves: [1, 1]},
    {targets: 1, text: '1,10%,50%,100%', waves: [1]},
    {targets: 0, text: '1,10%,50%,100%', waves: []},
    {targets: 90, text: '100%', waves: [90]},
    {targets: 90, text: '1%,100%', waves: [1, 89]},
    {targets: 101, text: '1%,100%', waves: [2, 99]},
    {targets: 90, text: '20,10%,100%', waves: [20, 1, 69]},
    {targets: 4, text: '1,5,20,100%', waves: [1, 3]},
    {targets: 30, text: '1,5,20,100%', waves: [1, 4, 15, 10]},
    {targets: 10_000, text: '1,10%,50%,100%', waves: [1, 999, 4_000, 5_000]},
  ])('$text of $targets: $waves', ({targets, text, waves}) => {
    expect(sizes(planOf(targets), text)).toEqual(waves)
  })

  test('are cut from the plan in its order: the canary is its first target, and places take turns in each', () => {
    const plan = planOf(90, 3)
    const waves = wavesOf(plan, '1,10%,50%,100%', 'target')
    expect(waves.flat()).toEqual(plan)
    const perCluster = waves.map((wave) => Map.groupBy(wave, ({place}) => place).size)
    expect(perCluster).toEqual([1, 3, 3, 3])
  })
})

describe('waves of places', () => {
  test.each([
    {clusters: 10, text: '1,30%,100%', waves: [9, 18, 63]},
    {clusters: 3, text: '1,10%,50%,100%', waves: [30, 30, 30]},
    {clusters: 1, text: '1,100%', waves: [90]},
    {clusters: 4, text: '50%,100%', waves: [46, 44]},
  ])('$text of $clusters: $waves targets', ({clusters, text, waves}) => {
    expect(sizes(planOf(90, clusters), text, 'place')).toEqual(waves)
  })

  test('hold whole places, and their targets in the order of the plan', () => {
    const plan = planOf(12, 4)
    const [first, second] = wavesOf(plan, '50%,100%', 'place')
    expect(first).toEqual(plan.filter(({place}) => ['cluster-0', 'cluster-1'].includes(place)))
    expect(second).toEqual(plan.filter(({place}) => ['cluster-2', 'cluster-3'].includes(place)))
  })
})
