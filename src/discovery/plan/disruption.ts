import {allowedDisruptions, type DisruptionBudget, protectsPods} from '../../model/disruption-budget.ts'
import type {Disruption} from '../../model/marks.ts'
import type {PodReplacement} from '../../model/workload.ts'

/**
 * What a rollout does to those who use a workload; empty where they need not notice. That each pod of a DaemonSet is away
 * for a moment on its node is how DaemonSets roll, and is not told unless all may be at once.
 *
 * @param budgets of its namespace
 */
export function disruption(replacement: PodReplacement, budgets: readonly DisruptionBudget[]): readonly Disruption[] {
  const {awayAtOnce, podLabels, wanted} = replacement
  if (awayAtOnce === 0) return []
  const broken = budgets
    .filter((budget) => protectsPods(budget, podLabels))
    .map((budget) => ({name: budget.name, allowed: allowedDisruptions(budget, wanted)}))
    .filter(({allowed}) => awayAtOnce > allowed)
  return [
    ...allOf(replacement),
    ...broken.map(({name, allowed}) => ({
      why: 'disruption-budget' as const,
      message: `${awayAtOnce} of ${wanted} away at once, budget ${name} allows ${allowed}`,
    })),
  ]
}

function allOf({recreates, wanted, awayAtOnce}: PodReplacement): readonly Disruption[] {
  if (recreates) return [{why: 'recreate', message: 'Recreate'}]
  if (awayAtOnce < wanted) return []
  return wanted === 1
    ? [{why: 'single-replica', message: 'its only pod'}]
    : [{why: 'all-at-once', message: `all ${wanted} at once`}]
}
