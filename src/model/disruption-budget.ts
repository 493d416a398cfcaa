/** One requirement of a label selector; all of a selector's hold together. */
export interface LabelRequirement {
  readonly key: string
  /** `In`, `NotIn`, `Exists` or `DoesNotExist`; another one matches nothing. */
  readonly operator: string
  readonly values: readonly string[]
}

/** A PodDisruptionBudget, reduced to what it allows and for which pods. */
export interface DisruptionBudget {
  readonly namespace: string
  readonly name: string
  /** Undefined: it selects no pod. Empty: every pod of the namespace. */
  readonly selector: readonly LabelRequirement[] | undefined
  /** A number, or a percentage. */
  readonly minAvailable: number | string | undefined
  readonly maxUnavailable: number | string | undefined
  /** Pods that it protects, as its controller counts them; 0: it has not counted. */
  readonly expectedPods: number
}

/** Does the budget protect pods with these labels? */
export function protectsPods({selector}: DisruptionBudget, labels: Readonly<Record<string, string>>): boolean {
  return selector?.every((requirement) => isMet(requirement, ownLabel(labels, requirement.key))) ?? false
}

/** Labels may be called `constructor`, which every object has. */
function ownLabel(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined
}

function isMet({operator, values}: LabelRequirement, value: string | undefined): boolean {
  if (operator === 'In') return value !== undefined && values.includes(value)
  if (operator === 'NotIn') return value === undefined || !values.includes(value)
  if (operator === 'Exists') return value !== undefined
  return operator === 'DoesNotExist' && value === undefined
}

/**
 * How many of its pods may be away at once when all are healthy, as the disruption controller computes it: percentages of
 * both fields round up.
 *
 * @param wanted pods of the workload that is asked about, for a budget that was not counted yet
 */
export function allowedDisruptions(budget: DisruptionBudget, wanted: number): number {
  const {minAvailable, maxUnavailable, expectedPods} = budget
  const total = expectedPods > 0 ? expectedPods : wanted
  if (maxUnavailable !== undefined) return roundedUp(maxUnavailable, total)
  return minAvailable === undefined ? total : Math.max(0, total - roundedUp(minAvailable, total))
}

function roundedUp(share: number | string, total: number): number {
  if (typeof share === 'number') return share
  const [, percent] = /^(\d{1,9})%$/.exec(share) ?? []
  return percent === undefined ? 0 : Math.ceil((Number(percent) * total) / 100)
}
