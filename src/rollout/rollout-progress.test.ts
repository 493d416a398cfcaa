import {expect, test} from 'vitest'
import {workloadState} from '../../test/support/distribution/workload-state.ts'
import type {WorkloadState} from '../model/workload.ts'
import {type Farthest, progressFrom} from './rollout-progress.ts'

/** For each step: did it count as progress? */
function progressOf(...steps: readonly Partial<WorkloadState>[]): boolean[] {
  let farthest: Farthest | undefined
  return steps.map((step) => {
    const next = progressFrom(farthest, workloadState(step))
    farthest = next.farthest
    return next.progressed
  })
}

test.each([
  {
    because: 'the controller has seen the change',
    steps: [
      {generation: 2, observedGeneration: 1},
      {generation: 2, observedGeneration: 2},
    ],
    expected: [true, true],
  },
  {because: 'more are updated', steps: [{updated: 0}, {updated: 1}], expected: [true, true]},
  {because: 'fewer are old', steps: [{current: 5}, {current: 4}], expected: [true, true]},
  {because: 'more are ready', steps: [{ready: 1}, {ready: 2}], expected: [true, true]},
  {because: 'more are available', steps: [{available: 1}, {available: 2}], expected: [true, true]},
  {because: 'nothing changed', steps: [{updated: 1}, {updated: 1}], expected: [true, false]},
  {
    because: 'a crash loop comes and goes',
    steps: [
      {updated: 1, ready: 2},
      {updated: 1, ready: 3},
      {updated: 1, ready: 2},
      {updated: 1, ready: 3},
    ],
    expected: [true, true, false, false],
  },
  {
    because: 'readiness counts anew after each updated pod',
    steps: [
      {updated: 1, ready: 3},
      {updated: 2, ready: 2},
      {updated: 2, ready: 3},
    ],
    expected: [true, true, true],
  },
  {
    because: 'losing updated pods is no progress, and neither is making up for it',
    steps: [{updated: 2}, {updated: 1}, {updated: 2}],
    expected: [true, false, false],
  },
  {because: 'it was scaled', steps: [{updated: 2}, {updated: 2, wanted: 5}], expected: [true, true]},
  {because: 'its spec changed', steps: [{updated: 3}, {updated: 0, generation: 2}], expected: [true, true]},
])('$because: $expected', ({steps, expected}) => {
  expect(progressOf(...steps)).toEqual(expected)
})
