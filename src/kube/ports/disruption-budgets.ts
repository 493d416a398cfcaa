import type {DisruptionBudget} from '../../model/disruption-budget.ts'

export interface DisruptionBudgets {
  /** @param namespace undefined: of all namespaces */
  list(namespace: string | undefined, signal: AbortSignal): Promise<readonly DisruptionBudget[]>
}
