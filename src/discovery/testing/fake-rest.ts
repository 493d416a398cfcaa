import type {ClusterAccess} from '../../kube/ports/cluster-access.ts'
import type {DisruptionBudget} from '../../model/disruption-budget.ts'

/** Records a request and applies its trouble. */
export type Request = (what: string, signal: AbortSignal) => Promise<void>

/** The part of a cluster that discovery hardly needs. */
export function fakeRest(
  budgets: readonly DisruptionBudget[] | undefined,
  request: Request,
): Pick<ClusterAccess, 'budgets' | 'leases'> {
  return {budgets: fakeBudgets(budgets, request), leases: fakeLeases(request)}
}

function fakeBudgets(budgets: readonly DisruptionBudget[] = [], request: Request): ClusterAccess['budgets'] {
  return {
    async list(namespace, signal) {
      await request(`list budgets${namespace === undefined ? '' : ` in ${namespace}`}`, signal)
      return budgets.filter((one) => (namespace ?? one.namespace) === one.namespace)
    },
  }
}

/** A free lock, as far as permissions allow to take it. */
function fakeLeases(request: Request): ClusterAccess['leases'] {
  return {
    async read(_namespace, _name, signal) {
      await request('lease read', signal)
      return undefined
    },
    async write(_namespace, _name, {record}, signal) {
      await request('lease write', signal)
      return {...record, resourceVersion: '1'}
    },
  }
}
