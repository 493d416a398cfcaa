import {describe, expect, test} from 'vitest'
import {numberProblem} from './number-problem.ts'

const int32 = 2 ** 31 - 1

const fields = [
  ...['metadata.generation', 'status.observedGeneration', 'spec.replicas', 'spec.progressDeadlineSeconds'],
  ...['spec.minReadySeconds', 'spec.leaseDurationSeconds', 'spec.leaseTransitions', 'status.replicas'],
  ...['spec.updateStrategy.rollingUpdate.partition', 'status.updatedReplicas', 'status.readyReplicas'],
  ...['status.availableReplicas', 'status.desiredNumberScheduled', 'status.currentNumberScheduled'],
  ...['status.updatedNumberScheduled', 'status.numberReady', 'status.numberAvailable'],
]

function objectWith(field: string, value: unknown): unknown {
  return field.split('.').reduceRight((inner, key) => ({[key]: inner}), value)
}

describe.each(fields)('%s', (field) => {
  test.each([0, 1, int32])('may be %j', (value) => {
    expect(numberProblem(objectWith(field, value))).toBeUndefined()
  })

  test.each([-1, 0.5, 1e300, 2 ** 53, '3', '', true, [], {}])('is not a number when it is %j', (value) => {
    expect(numberProblem(objectWith(field, value))).toMatch(new RegExp(`^its ${field} is not a whole number`))
  })

  test('may be missing, or null', () => {
    expect(numberProblem(objectWith(field, null))).toBeUndefined()
    expect(numberProblem(objectWith(field, undefined))).toBeUndefined()
  })
})

test('generations may be any safe integer, counts only what their API type allows', () => {
  expect(numberProblem({metadata: {generation: int32 + 1}})).toBeUndefined()
  expect(numberProblem({spec: {replicas: int32 + 1}})).toMatch(/replicas/)
})
