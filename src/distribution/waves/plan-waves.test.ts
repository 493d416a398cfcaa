import {describe, expect, test} from 'vitest'
import {targetOf} from '../../../test/support/distribution/target.ts'
import type {Plan} from '../../model/target.ts'
import {parseWaves, planWaves} from './plan-waves.ts'

/** A plan in which so many clusters take turns. */
const planOf = (targets: number, clusters = 1): Plan =>
  Array.from({length: targets}, (_, index) => targetOf(`web-${index}`, `cluster-${index % clusters}`))

const sizes = (plan: Plan, text: string, unit: 'target' | 'cluster' = 'target') =>
  planWaves(plan, text, unit).map((wave) => wave.length)

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

  test('are cut from the plan in its order: the canary is its first target, and clusters take turns in each', () => {
    const plan = planOf(90, 3)
    const waves = planWaves(plan, '1,10%,50%,100%', 'target')
    expect(waves.flat()).toEqual(plan)
    const perCluster = waves.map((wave) => Map.groupBy(wave, ({clusterUid}) => clusterUid).size)
    expect(perCluster).toEqual([1, 3, 3, 3])
  })
})

describe('waves of clusters', () => {
  test.each([
    {clusters: 10, text: '1,30%,100%', waves: [9, 18, 63]},
    {clusters: 3, text: '1,10%,50%,100%', waves: [30, 30, 30]},
    {clusters: 1, text: '1,100%', waves: [90]},
    {clusters: 4, text: '50%,100%', waves: [46, 44]},
  ])('$text of $clusters: $waves targets', ({clusters, text, waves}) => {
    expect(sizes(planOf(90, clusters), text, 'cluster')).toEqual(waves)
  })

  test('hold whole clusters, and their targets in the order of the plan', () => {
    const plan = planOf(12, 4)
    const [first, second] = planWaves(plan, '50%,100%', 'cluster')
    expect(first).toEqual(plan.filter(({clusterUid}) => ['cluster-0', 'cluster-1'].includes(clusterUid)))
    expect(second).toEqual(plan.filter(({clusterUid}) => ['cluster-2', 'cluster-3'].includes(clusterUid)))
  })
})

describe('a list that is refused', () => {
  test.each([
    {text: '', because: '"" is neither a number nor a percentage'},
    {text: 'one,100%', because: '"one" is neither'},
    {text: '1,,100%', because: '"" is neither'},
    {text: '1.5%,100%', because: '"1.5%" is neither'},
    {text: '-1,100%', because: '"-1" is neither'},
    {text: '0,100%', because: 'a wave of 0 has no targets'},
    {text: '0%,100%', because: 'a wave of 0% has no targets'},
    {text: '1,101%', because: '101% is more than everything'},
    {text: '50%,10%,100%', because: '10% is not more than 50%'},
    {text: '10%,10%,100%', because: '10% is not more than 10%'},
    {text: '5,1,100%', because: '1 is not more than 5'},
    {text: '10%,20,100%', because: 'numbers come first'},
    {text: '1,10%,50%', because: 'it must end with 100%'},
    {text: '1', because: 'it must end with 100%'},
    {text: '100%,100%', because: '100% is not more than 100%'},
  ])('"$text": $because', ({text, because}) => {
    expect(() => parseWaves(text)).toThrow(because)
    expect(() => parseWaves(text)).toThrow(expect.objectContaining({failureClass: 'usage'}))
  })

  test('says how it could be meant', () => {
    expect(() => parseWaves('1,10%')).toThrow(expect.objectContaining({suggestions: ['--waves 1,10%,100%']}))
  })

  test('spaces are no mistake', () => {
    expect(parseWaves(' 1, 10% ,100%')).toEqual([{count: 1}, {percent: 10}, {percent: 100}])
  })
})
