import {expect, test} from 'vitest'
import {allowedDisruptions, type DisruptionBudget, type LabelRequirement, protectsPods} from './disruption-budget.ts'

const budget = (changes: Partial<DisruptionBudget>): DisruptionBudget => ({
  namespace: 'shop',
  name: 'web',
  selector: [],
  minAvailable: undefined,
  maxUnavailable: undefined,
  expectedPods: 0,
  ...changes,
})

test.each<{has: Partial<DisruptionBudget>; wanted: number; allows: number; because: string}>([
  {has: {maxUnavailable: 1}, wanted: 5, allows: 1, because: 'it says so'},
  {has: {maxUnavailable: '10%'}, wanted: 5, allows: 1, because: 'it rounds up'},
  {has: {minAvailable: 4}, wanted: 5, allows: 1, because: 'the others may go'},
  {has: {minAvailable: '50%'}, wanted: 5, allows: 2, because: 'what has to stay rounds up'},
  {has: {minAvailable: 7}, wanted: 5, allows: 0, because: 'it is more than there are'},
  {has: {minAvailable: 1, expectedPods: 9}, wanted: 5, allows: 8, because: 'it protects other workloads, too'},
  {has: {}, wanted: 5, allows: 5, because: 'it demands nothing'},
  {has: {minAvailable: 'some'}, wanted: 5, allows: 5, because: 'nonsense demands nothing'},
])('$allows of $wanted may be away, because $because', ({has, wanted, allows}) => {
  expect(allowedDisruptions(budget(has), wanted)).toBe(allows)
})

const requirement = (key: string, operator: string, ...values: string[]): LabelRequirement => ({key, operator, values})

test.each<{selector: LabelRequirement[] | undefined; is: boolean; because: string}>([
  {selector: undefined, is: false, because: 'it has no selector'},
  {selector: [], is: true, because: 'an empty selector takes all'},
  {selector: [requirement('app', 'In', 'api', 'web')], is: true, because: 'the value is among them'},
  {selector: [requirement('app', 'In', 'api')], is: false, because: 'the value is not among them'},
  {selector: [requirement('app', 'NotIn', 'web')], is: false, because: 'the value is excluded'},
  {selector: [requirement('tier', 'NotIn', 'web')], is: true, because: 'there is no such label to exclude'},
  {selector: [requirement('app', 'Exists')], is: true, because: 'the label is there'},
  {selector: [requirement('tier', 'Exists')], is: false, because: 'the label is not there'},
  {selector: [requirement('tier', 'DoesNotExist')], is: true, because: 'the label is not there'},
  {selector: [requirement('app', 'DoesNotExist')], is: false, because: 'the label is there'},
  {selector: [requirement('app', 'In', 'web'), requirement('tier', 'Exists')], is: false, because: 'all must hold'},
  {selector: [requirement('app', 'Near', 'web')], is: false, because: 'the operator is unknown'},
])('protects pods: $is, because $because', ({selector, is}) => {
  expect(protectsPods(budget({selector}), {app: 'web'})).toBe(is)
})
