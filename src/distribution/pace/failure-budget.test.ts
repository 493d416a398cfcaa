import {expect, test} from 'vitest'
import {isBudgetExceeded, spendsBudget} from './failure-budget.ts'

test('a budget is exceeded, not merely used up', () => {
  expect([0, 1, 2, 3].map((failures) => isBudgetExceeded(failures, 2))).toEqual([false, false, false, true])
  expect(isBudgetExceeded(1_000, undefined)).toBe(false)
})

test('only what failed or could not be verified spends it', () => {
  const outcomes = ['failed', 'unverified', 'not-run', 'skipped', 'unchanged', 'succeeded'] as const
  expect(outcomes.filter((outcome) => spendsBudget({outcome}))).toEqual(['failed', 'unverified'])
})
