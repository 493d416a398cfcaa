import {expect, test} from 'vitest'
import {failureBudget} from '../../distribution/pace/failure-budget.ts'
import {parseLimit} from './parse-limit.ts'

test.each([
  {text: '0', planned: 40, expected: 0, because: 'nothing may fail'},
  {text: '3', planned: 40, expected: 3, because: 'a number is a number'},
  {text: '99', planned: 4, expected: 99, because: 'it may pass the plan'},
  {text: '10%', planned: 40, expected: 4, because: 'a share of what was planned'},
  {text: '10%', planned: 19, expected: 1, because: 'rounded down'},
  {text: '10%', planned: 9, expected: 0, because: 'also to nothing'},
  {text: '29%', planned: 100, expected: 29, because: 'without the errors of fractions'},
  {text: '100%', planned: 7, expected: 7, because: 'all of them'},
  {text: '101%', planned: 7, expected: undefined, because: 'no share is larger than all'},
  {text: '-1', planned: 7, expected: undefined, because: 'fewer than none is not a number'},
  {text: '2.5%', planned: 7, expected: undefined, because: 'whole percents only'},
  {text: '', planned: 7, expected: undefined, because: 'nothing is not a number'},
])('"$text" of $planned: $because', ({text, planned, expected}) => {
  expect(failureBudget(parseLimit(text), planned)).toBe(expected)
})
