import {describe, expect, test} from 'vitest'
import {newReplicas, oldReplicas, resolve, roomOf} from './rolling-update.ts'
import type {Deployment, ReplicaSet} from './workload-types.ts'

const deployment = (replicas: number, maxSurge: number | string = '25%', maxUnavailable: number | string = '25%') =>
  ({
    metadata: {name: 'd'},
    spec: {replicas, strategy: {type: 'RollingUpdate', rollingUpdate: {maxSurge, maxUnavailable}}},
  }) as unknown as Deployment
const set = (replicas: number, availableReplicas = replicas) =>
  ({metadata: {name: `${replicas}`}, spec: {replicas}, status: {replicas, availableReplicas}}) as unknown as ReplicaSet

describe('room of a rolling update', () => {
  test.each([
    {replicas: 4, surge: '25%', unavailable: '25%', expected: {surge: 1, unavailable: 1}, because: 'a quarter'},
    {replicas: 3, surge: '25%', unavailable: '25%', expected: {surge: 1, unavailable: 0}, because: 'up, and down'},
    {replicas: 1, surge: 0, unavailable: '25%', expected: {surge: 0, unavailable: 1}, because: 'never both zero'},
    {replicas: 10, surge: 3, unavailable: 2, expected: {surge: 3, unavailable: 2}, because: 'numbers are numbers'},
    {replicas: 0, surge: '25%', unavailable: '25%', expected: {surge: 0, unavailable: 0}, because: 'nothing to roll'},
  ])('$replicas with $surge and $unavailable: $because', ({replicas, surge, unavailable, expected}) => {
    expect(roomOf(deployment(replicas, surge, unavailable))).toEqual(expected)
  })

  test('a value that is neither number nor percentage is zero', () => {
    expect([resolve('x', 10, Math.ceil), resolve(undefined, 10, Math.ceil)]).toEqual([0, 0])
  })
})

describe('one step', () => {
  test.each([
    {because: 'the surge first', current: undefined, old: [set(3)], expected: 1},
    {because: 'no more than the surge allows', current: set(1), old: [set(3)], expected: 1},
    {because: 'as many as were removed', current: set(1), old: [set(2)], expected: 2},
    {because: 'never more than specified', current: set(3), old: [], expected: 3},
    {because: 'down to the specified number', current: set(5), old: [], expected: 3},
  ])('the new set of three: $because', ({current, old, expected}) => {
    expect(newReplicas(deployment(3), current, old)).toBe(expected)
  })

  test('with Recreate, all at once', () => {
    const recreate = {...deployment(3), spec: {replicas: 3, strategy: {type: 'Recreate'}}} as unknown as Deployment
    expect(newReplicas(recreate, undefined, [])).toBe(3)
  })

  test.each([
    {because: 'none before the new pod is available', current: set(1, 0), old: [3], available: [3], expected: {}},
    {because: 'one for one', current: set(1), old: [3], available: [3], expected: {3: 2}},
    {because: 'broken pods are removed first', current: set(1, 0), old: [3], available: [1], expected: {}},
    {because: 'oldest first', current: set(2), old: [1, 1], available: [1, 1], expected: {1: 0}},
  ])('the old sets of three: $because', ({current, old, available, expected}) => {
    const sets = old.map((replicas, index) => set(replicas, available[index]))
    const scaled = [...oldReplicas(deployment(3), current, sets)].map(([{metadata}, replicas]) => [
      metadata.name,
      replicas,
    ])
    expect(Object.fromEntries(scaled)).toEqual(expected)
  })

  test('broken pods of an old set make room even while nothing is available', () => {
    expect([...oldReplicas(deployment(4), set(1, 0), [set(4, 2)]).values()]).toEqual([3])
  })
})
