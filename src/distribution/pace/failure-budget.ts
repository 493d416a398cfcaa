import type {SpokeResult} from '../../model/result.ts'

/**
 * The failures that a run may have, from `N` or `N%` of its planned targets, rounded down. Undefined when the text is
 * neither, or more than 100 %.
 */
export function failureBudget(text: string, planned: number): number | undefined {
  const [, amount, percent] = /^(\d{1,9})(%?)$/.exec(text) ?? []
  if (amount === undefined) return undefined
  if (percent === '') return Number(amount)
  return Number(amount) > 100 ? undefined : Math.floor((planned * Number(amount)) / 100)
}

/** Does this end count against the budget? A write whose end could not be verified is no better than one that failed. */
export function spendsBudget({outcome}: Pick<SpokeResult, 'outcome'>): boolean {
  return outcome === 'failed' || outcome === 'unverified'
}

/** A budget is exceeded, not merely used up: `0` stops at the first failure, and no budget never stops. */
export function isBudgetExceeded(failures: number, maxFailures: number | undefined): boolean {
  return maxFailures !== undefined && failures > maxFailures
}
