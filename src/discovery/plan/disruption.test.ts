import {expect, test} from 'vitest'
import type {DisruptionBudget} from '../../model/disruption-budget.ts'
import type {PodReplacement} from '../../model/workload.ts'
import {disruption} from './disruption.ts'

const web = {app: 'web'}
const budget: DisruptionBudget = {
  namespace: 'shop',
  name: 'web',
  selector: [{key: 'app', operator: 'In', values: ['web']}],
  minAvailable: undefined,
  maxUnavailable: 1,
  expectedPods: 4,
}

test.each<{wanted: number; awayAtOnce: number; recreates?: boolean; marks: readonly string[]; because: string}>([
  {wanted: 4, awayAtOnce: 0, marks: [], because: 'new pods come first'},
  {wanted: 4, awayAtOnce: 1, marks: [], because: 'the others serve, and the budget allows it'},
  {wanted: 4, awayAtOnce: 2, marks: ['2 of 4 away at once, budget web allows 1'], because: 'rollouts heed no budget'},
  {wanted: 1, awayAtOnce: 1, marks: ['its only pod'], because: 'nobody serves meanwhile'},
  {
    wanted: 4,
    awayAtOnce: 4,
    marks: ['all 4 at once', '4 of 4 away at once, budget web allows 1'],
    because: 'nobody has to serve meanwhile',
  },
  {wanted: 1, awayAtOnce: 1, recreates: true, marks: ['Recreate'], because: 'its strategy says so'},
])('$marks, because $because', ({recreates = false, marks, ...numbers}) => {
  const replacement: PodReplacement = {recreates, ...numbers, podLabels: web}
  expect(disruption(replacement, [budget]).map(({message}) => message)).toEqual(marks)
})

test('a budget for other pods is none', () => {
  const other: PodReplacement = {recreates: false, wanted: 4, awayAtOnce: 2, podLabels: {app: 'api'}}
  expect(disruption(other, [budget])).toEqual([])
})
