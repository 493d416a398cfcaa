import {HubspokeError} from '../../model/failure.ts'
import {isReconciling} from '../../model/owner.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {createSemaphore} from '../../shared/semaphore.ts'
import {untilStopped} from '../../shared/until-stopped.ts'
import {countOf, someOf} from '../../shared/words.ts'
import type {PlanFacts, RemarkEnv} from '../verb.ts'
import {type Replicas, replicasFrom} from './replicas.ts'
import {readScaleSnapshot} from './scale-snapshot.ts'

/** So many lists of autoscalers are read at once. */
const listsAtOnce = 10

/** So many targets are named in one sentence. */
const mostNamed = 5

interface RemarkedArgs {
  readonly replicas: Replicas
  readonly overrideOwner: boolean
}

/**
 * What the plan says about replicas: from which number to which, and what is left alone.
 *
 * @throws HubspokeError of class `usage` where a relative value is not possible for a target, as far as its number is known
 */
export async function scaleRemarks(
  {replicas, overrideOwner}: RemarkedArgs,
  plan: PlanFacts,
  env: RemarkEnv,
): Promise<readonly string[]> {
  const scalable = plan.targets.filter(({kind}) => kind !== 'DaemonSet')
  const skipped = plan.targets.length - scalable.length
  const reconciled = scalable.filter((target) => {
    const owner = plan.traits.get(target.key)?.owner ?? null
    return owner !== null && isReconciling(owner)
  })
  const autoscalers = await readAutoscalers(scalable, env)
  const owned = new Set(overrideOwner ? [] : [...reconciled, ...autoscalers.scaled])
  const tried = scalable.filter((target) => !owned.has(target))
  const changes = changesOf(tried, replicas, plan)
  const fate = overrideOwner ? 'scaled nevertheless (--override-owner)' : 'skipped; --override-owner scales them'
  return [
    ...(changes.length === 0 ? [] : [`Replicas: ${changes.join(', ')}.`]),
    ...(skipped === 0 ? [] : [`${countOf(skipped, 'DaemonSet')} cannot be scaled: skipped.`]),
    ...sentence(autoscalers.scaled, `a HorizontalPodAutoscaler sets the replicas: ${fate}`),
    ...sentence(reconciled, `another controller reconciles it: ${fate}`),
    ...autoscalers.notRead,
  ]
}

/** `2 → 3`, for the line of a target in the plan; undefined: its number is not changed, or not known. */
export function scaleChange(
  {replicas}: Pick<RemarkedArgs, 'replicas'>,
  {key, kind}: WorkloadTarget,
  {traits, snapshots}: Pick<PlanFacts, 'traits' | 'snapshots'>,
): string | undefined {
  const current = traits.get(key)?.replacement.wanted
  if (kind === 'DaemonSet' || current === undefined) return undefined
  const wanted = readScaleSnapshot(snapshots.get(key))?.wanted ?? replicasFrom(replicas, current)
  if (typeof wanted === 'object' || wanted === current) return undefined
  return `${current} → ${wanted}${current === 0 ? ' (it has no pods now)' : ''}`
}

function changesOf(targets: readonly WorkloadTarget[], replicas: Replicas, {traits, snapshots}: PlanFacts): string[] {
  const counts = new Map<string, number>()
  const problems: string[] = []
  for (const target of targets) {
    const current = traits.get(target.key)?.replacement.wanted
    if (current === undefined) continue
    // What an earlier invocation was about to write is not computed again.
    const wanted = readScaleSnapshot(snapshots.get(target.key))?.wanted ?? replicasFrom(replicas, current)
    if (typeof wanted === 'object') problems.push(`${target.label}: ${wanted.problem}`)
    else counts.set(`${current} → ${wanted}`, (counts.get(`${current} → ${wanted}`) ?? 0) + 1)
  }
  if (problems.length > 0) throw notPossible(problems)
  return [...counts].map(([change, count]) => `${change} (${countOf(count, 'target')})`)
}

function notPossible(problems: readonly string[]): HubspokeError {
  const [first = ''] = problems
  const others = problems.length - 1
  const more = others === 0 ? '' : ` The same applies to ${countOf(others, 'other target')}.`
  const suggestions = ['--replicas N  for a number', '-n, -l or --kind  to leave targets out']
  return new HubspokeError('usage', `${first}.${more} Nothing was written.`, {suggestions})
}

interface ReadAutoscalers {
  readonly scaled: readonly WorkloadTarget[]
  readonly notRead: readonly string[]
}

async function readAutoscalers(targets: readonly WorkloadTarget[], env: RemarkEnv): Promise<ReadAutoscalers> {
  const inTurn = createSemaphore(listsAtOnce)
  const scaled: WorkloadTarget[] = []
  const notRead = new Map<string, string>()
  const look = async (target: WorkloadTarget) => {
    const {context, namespace} = target
    const found = await untilStopped(autoscalerOf(target, env), env.signal)
    if (found === undefined) return
    if (!('notRead' in found)) scaled.push(target)
    else {
      const place = `${context}, namespace ${namespace}`
      notRead.set(
        place,
        `${place}: HorizontalPodAutoscalers could not be listed, targets may have one: ${found.notRead.message}`,
      )
    }
  }
  // Targets of one namespace share one list: the first one reads it.
  const groups = Map.groupBy(targets, ({context, namespace}) => `${context}/${namespace}`)
  await Promise.all([...groups.values()].map((group) => inTurn(() => Promise.all(group.map(look)))))
  return {scaled, notRead: [...notRead.values()]}
}

/** Whatever the reason is that it cannot be read, here it is said, and the spoke decides. */
async function autoscalerOf(target: WorkloadTarget, {workloads, signal}: RemarkEnv) {
  try {
    return await workloads(target).autoscalerOf(target, signal)
  } catch (error) {
    if (error instanceof HubspokeError) return {notRead: error.toFailure()}
    throw error
  }
}

function sentence(targets: readonly WorkloadTarget[], what: string): readonly string[] {
  if (targets.length === 0) return []
  const names = someOf(
    targets.map(({label}) => label),
    mostNamed,
  )
  return [`${countOf(targets.length, 'target')}: ${what}: ${names}.`]
}
