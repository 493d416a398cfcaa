import type {DiscoveryDeps} from '../../discovery/discover.ts'
import {markTargets} from '../../discovery/plan/mark-targets.ts'
import {preflight} from '../../discovery/plan/preflight.ts'
import {lockOutlook} from '../../distribution/lock/lock-outlook.ts'
import type {LockPolicy} from '../../distribution/lock/run-lock.ts'
import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import {isClusterTarget, isInCluster} from '../../model/cluster-target.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {Planned, Traits} from '../../model/planned.ts'
import {type Prospect, toBeTried} from '../../model/proposal.ts'
import {isWorkloadTarget, type WorkloadTarget} from '../../model/workload-target.ts'
import {createSemaphore} from '../../shared/semaphore.ts'
import type {ClusterRemarkEnv, PlanFacts, Verb} from '../../verbs/verb.ts'
import type {RunSettings} from './run-settings.ts'

interface ExaminationDeps {
  readonly verb: Pick<Verb, 'needs' | 'parse' | 'change' | 'remarks' | 'clusterRemarks' | 'replacesPods'>
  /** Of the verb, as they were recorded. */
  readonly args: ArgumentsEntry
  readonly snapshots: PlanFacts['snapshots']
  readonly settings: Pick<RunSettings, 'strictPreflight'>
  readonly policy: LockPolicy
  readonly reading: DiscoveryDeps
  /** What verbs on clusters look at them with. */
  readonly ofClusters: Omit<ClusterRemarkEnv, 'signal'>
  readonly leases: Parameters<typeof lockOutlook>[2]
}

/**
 * What stands against a plan, before the first write: missing permissions, disruption, places without a lock. Targets that
 * are no workloads have no permissions to ask for in advance, and no disruption that is known.
 */
export async function examinePlan(
  planned: Planned,
  {verb, args, snapshots, settings, policy, reading, ofClusters, leases}: ExaminationDeps,
): Promise<Prospect> {
  const {targets, sameCluster, traits} = planned
  const workloads = targets.filter(isWorkloadTarget)
  if (workloads.length < targets.length) {
    const inClusters = targets.filter(isClusterTarget)
    const [withoutLock, remarks] = await Promise.all([
      lockOutlook(targets.filter(isInCluster), policy, leases),
      verb.clusterRemarks?.(verb.parse(args), inClusters, {...ofClusters, signal: reading.signal}),
    ])
    const denied = remarks?.denied ?? []
    if (settings.strictPreflight && denied.length > 0) throw refusedForDenied(denied)
    const notes = remarks && {notes: [...remarks.notes, ...denied]}
    return {targets, refusals: new Map(), marks: new Map(), budgetsNotRead: [], withoutLock, ...notes}
  }
  const preflighted = await preflight({targets: workloads, sameCluster}, {...reading, needs: verb.needs})
  if (settings.strictPreflight) refuseDenied(preflighted)
  const tried = toBeTried(preflighted).filter(isWorkloadTarget)
  const reads = {workloads: ({context}: WorkloadTarget) => reading.open(context).workloads, signal: reading.signal}
  const parsed = verb.parse(args)
  const [marked, withoutLock, notes, changes] = await Promise.all([
    markTargets(tried, verb.replacesPods === false ? withoutRollout(traits) : traits, reading),
    lockOutlook(tried, policy, leases),
    verb.remarks?.(parsed, {targets: tried, traits, snapshots}, reads),
    changesOf(tried, async (target) => verb.change?.(parsed, target, {...reads, traits, snapshots})),
  ])
  return {...preflighted, ...marked, withoutLock, ...(changes.size > 0 && {changes}), ...(notes && {notes})}
}

/** A verb may read each target. */
const readsAtOnce = 20

async function changesOf(
  targets: readonly WorkloadTarget[],
  change: (target: WorkloadTarget) => Promise<string | undefined>,
): Promise<ReadonlyMap<string, string>> {
  const inTurn = createSemaphore(readsAtOnce)
  const words = targets.map(async (target) => [target.key, await inTurn(() => change(target))] as const)
  return new Map(
    (await Promise.all(words)).flatMap(([key, said]) => (said === undefined ? [] : [[key, said] as const])),
  )
}

/** @throws HubspokeError of class `usage` that shows every missing permission together */
function refuseDenied({targets, refusals}: Pick<Prospect, 'targets' | 'refusals'>): void {
  if (refusals.size === 0) return
  const failures = [...refusals.values()]
  throw new HubspokeError(
    'usage',
    `${refusals.size} of ${targets.length} targets may not be written (--preflight strict). Nothing was written.\n` +
      [...new Set(failures.map(({message}) => `  ${message}`))].join('\n'),
    {suggestions: [...new Set(failures.flatMap(({suggestions}) => suggestions))]},
  )
}

function refusedForDenied(denied: readonly string[]): HubspokeError {
  const why = denied.map((sentence) => `  ${sentence}`).join('\n')
  return new HubspokeError('usage', `Permissions are missing (--preflight strict). Nothing was written.\n${why}`, {
    suggestions: ['--preflight report  to apply what is permitted'],
  })
}

/** What is to be known where no pod is replaced: nothing that only a rollout causes. */
function withoutRollout(traits: Traits): Traits {
  return new Map(
    [...traits].map(([key, one]) => {
      const obstacles = one.obstacles?.filter(({why}) => why === 'being-deleted') ?? []
      return [key, {...one, obstacles, replacement: {...one.replacement, recreates: false, awayAtOnce: 0}}]
    }),
  )
}
