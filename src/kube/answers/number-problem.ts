import {objectAt, objectOf} from '../json-fields.ts'

const int32 = 2 ** 31 - 1

/** The whole numbers that hubspoke bases decisions on, with their API types; none of them may be negative. */
const numbers: readonly {readonly at: readonly string[]; readonly names: readonly string[]; readonly max: number}[] = [
  {at: ['metadata'], names: ['generation'], max: Number.MAX_SAFE_INTEGER},
  {at: ['status'], names: ['observedGeneration'], max: Number.MAX_SAFE_INTEGER},
  {
    at: ['spec'],
    names: ['replicas', 'progressDeadlineSeconds', 'minReadySeconds', 'leaseDurationSeconds', 'leaseTransitions'],
    max: int32,
  },
  {at: ['spec', 'updateStrategy', 'rollingUpdate'], names: ['partition'], max: int32},
  {
    at: ['status'],
    names: [
      'replicas',
      'updatedReplicas',
      'readyReplicas',
      'availableReplicas',
      'desiredNumberScheduled',
      'currentNumberScheduled',
      'updatedNumberScheduled',
      'numberReady',
      'numberAvailable',
    ],
    max: int32,
  },
]

/**
 * Why a number in an object cannot come from an API server, as the rest of a sentence. A missing number is accepted: it
 * has a default.
 */
export function numberProblem(object: unknown): string | undefined {
  for (const {at, names, max} of numbers) {
    const holder = objectAt(objectOf(object), ...at)
    const wrong = names.find((name) => !isWhole(holder[name] ?? 0, max))
    if (wrong !== undefined) return `its ${[...at, wrong].join('.')} is not a whole number from 0 to ${max}`
  }
  return undefined
}

function isWhole(value: unknown, max: number): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= max
}
