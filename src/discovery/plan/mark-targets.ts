import type {ClusterAccess} from '../../kube/ports/cluster-access.ts'
import type {DisruptionBudget} from '../../model/disruption-budget.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {Marks, Obstacle, TargetMarks} from '../../model/marks.ts'
import {ownerName} from '../../model/owner.ts'
import type {BudgetsNotRead} from '../../model/plan-view.ts'
import type {Traits} from '../../model/planned.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {untilStopped} from '../../shared/until-stopped.ts'
import {disruption} from './disruption.ts'

/** Facts about the targets for the plan, and what could not be read. */
export interface Marked {
  readonly marks: Marks
  readonly budgetsNotRead: readonly BudgetsNotRead[]
}

export interface MarkingDeps {
  open(context: string): ClusterAccess
  readonly signal: AbortSignal
}

/**
 * Marks the targets with their owners and the disruption of a rollout. Disruption budgets are read where a rollout takes
 * anything away at all: one list per cluster, or one per namespace where that is forbidden.
 *
 * Never rejects for a cluster's sake.
 */
export async function markTargets(
  targets: readonly WorkloadTarget[],
  traits: Traits,
  deps: MarkingDeps,
): Promise<Marked> {
  const takesAway = (target: WorkloadTarget) => (traits.get(target.key)?.replacement.awayAtOnce ?? 0) > 0
  const byContext = Map.groupBy(targets.filter(takesAway), ({context}) => context)
  const read = new Map(
    await Promise.all(
      [...byContext].map(async ([context, of]) => {
        const namespaces = [...new Set(of.map(({namespace}) => namespace))]
        return [context, await readBudgets(deps.open(context), namespaces, deps.signal)] as const
      }),
    ),
  )
  const elsewhere = await runElsewhere(targets, traits, deps)
  const marked = targets.flatMap((target) => {
    const known = traits.get(target.key)
    if (known === undefined) return []
    const budgets = read.get(target.context)?.budgets.get(target.namespace) ?? []
    const {owner, otherOwners, replacement} = known
    const obstacles = [...(known.obstacles ?? []), ...(elsewhere.get(target.key) ?? [])]
    const mark: TargetMarks = {
      ...{owner, disruption: disruption(replacement, budgets)},
      ...(otherOwners && {otherOwners}),
      ...(obstacles.length > 0 && {obstacles}),
    }
    return [[target.key, mark] as const]
  })
  return {marks: new Map(marked), budgetsNotRead: [...read.values()].flatMap(({notRead}) => notRead)}
}

/** So many Deployments without pods are looked at before a run; it looks at each before it writes. */
const mostIdle = 100

/** Deployments without pods whose template another controller runs. What could not be read is not told before it is known. */
async function runElsewhere(
  targets: readonly WorkloadTarget[],
  traits: Traits,
  {open, signal}: MarkingDeps,
): Promise<ReadonlyMap<string, readonly Obstacle[]>> {
  const isIdle = (target: WorkloadTarget) =>
    target.kind === 'Deployment' && traits.get(target.key)?.replacement.wanted === 0
  const idle = targets.filter(isIdle).slice(0, mostIdle)
  const found = idle.map(async (target): Promise<readonly [string, readonly Obstacle[]]> => {
    const runner = await untilStopped(open(target.context).workloads.runnerOf(target, signal), signal)
    if (runner === undefined || runner === 'unknown') return [target.key, []]
    return [target.key, [{why: 'run-elsewhere', message: `${ownerName(runner)} runs its pods`}]]
  })
  return new Map(await Promise.all(found))
}

interface BudgetsRead {
  readonly budgets: ReadonlyMap<string, readonly DisruptionBudget[]>
  readonly notRead: readonly BudgetsNotRead[]
}

async function readBudgets(
  cluster: ClusterAccess,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<BudgetsRead> {
  const [only, ...others] = namespaces
  if (only !== undefined && others.length === 0) return tryList(cluster, only, signal)
  const wide = await tryList(cluster, undefined, signal)
  if (!wide.notRead.some(({failure}) => failure.class === 'forbidden')) return wide
  const narrow = await Promise.all(namespaces.map((namespace) => tryList(cluster, namespace, signal)))
  return {
    budgets: new Map(narrow.flatMap(({budgets}) => [...budgets])),
    notRead: narrow.flatMap(({notRead}) => notRead),
  }
}

async function tryList(
  {context, budgets}: ClusterAccess,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<BudgetsRead> {
  try {
    const found = (await untilStopped(budgets.list(namespace, signal), signal)) ?? []
    return {budgets: Map.groupBy(found, (budget) => budget.namespace), notRead: []}
  } catch (error) {
    if (!(error instanceof HubspokeError)) throw error
    const notRead = {context: context.name, namespace: namespace ?? null, failure: error.toFailure()}
    return {budgets: new Map(), notRead: [notRead]}
  }
}
