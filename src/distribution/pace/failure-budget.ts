import type {SpokeResult} from '../../model/result.ts'

/** `N` targets, or `N%` of those that are planned. */
export type FailureLimit = {readonly count: number} | {readonly percent: number}

/** The failures that a run may have; percentages are rounded down. Undefined: any number. */
export function failureBudget(limit: FailureLimit | undefined, planned: number): number | undefined {
  if (limit === undefined) return undefined
  return 'count' in limit ? limit.count : Math.floor((planned * limit.percent) / 100)
}

/** Does this end count against the budget? A write whose end could not be verified is no better than one that failed. */
export function spendsBudget({outcome}: Pick<SpokeResult, 'outcome'>): boolean {
  return outcome === 'failed' || outcome === 'unverified'
}

/** A budget is exceeded, not merely used up: `0` stops at the first failure, and no budget never stops. */
export function isBudgetExceeded(failures: number, maxFailures: number | undefined): boolean {
  return maxFailures !== undefined && failures > maxFailures
}
