import type {FailureLimit} from '../../distribution/pace/failure-budget.ts'

/** `N` or `N%`; undefined when the text is neither, or more than 100 %. */
export function parseLimit(text: string): FailureLimit | undefined {
  const [, amount, percent] = /^(\d{1,9})(%?)$/.exec(text) ?? []
  if (amount === undefined) return undefined
  if (percent === '') return {count: Number(amount)}
  return Number(amount) > 100 ? undefined : {percent: Number(amount)}
}
