import {matchedImages} from '../../image/image-query.ts'
import type {ClusterReading} from '../../model/cluster.ts'
import type {PlannedCluster, PlannedWaves, PlanView} from '../../model/plan-view.ts'
import type {Proposal} from '../../model/proposal.ts'
import type {Target} from '../../model/target.ts'
import type {Wave} from '../../model/wave.ts'
import type {WorkloadKind} from '../../model/workload.ts'
import {isWorkloadTarget} from '../../model/workload-target.ts'
import {cachedOnlyEntries} from '../../summary/entries.ts'

/** What the plan is about, beside its targets. */
export type PlanSubject = Pick<PlanView, 'text' | 'contextsFrom' | 'retry' | 'reason' | 'undoFailed'>

/** A proposal as people are shown it before they are asked: the plan, and all that is not in it. */
export function planView(
  proposal: Proposal,
  subject: PlanSubject,
  pace: Pick<PlannedWaves, 'pause' | 'maxFailures'>,
): PlanView {
  const {
    discovery,
    targets,
    changes,
    asRecorded = new Set<string>(),
    unreached = [],
    refusals,
    excluded,
    sameCluster,
    withoutLock,
    waves,
  } = proposal
  const aliases = new Map(sameCluster.map(({clusterUid, contexts}) => [clusterUid, contexts]))
  const byCluster = Map.groupBy(targets, ({place}) => place)
  const shown = new Set<string>()
  return {
    ...subject,
    targets,
    ...(changes && {changes}),
    clusters: discovery.readings.flatMap((reading) => {
      const uid = reading.identity?.uid
      if (uid === undefined || reading.problem || shown.has(uid)) return []
      shown.add(uid)
      const contexts = aliases.get(uid) ?? [reading.context.name]
      return [plannedCluster(reading, {uid, contexts, targets: byCluster.get(uid) ?? [], asRecorded})]
    }),
    refused: targets.flatMap((target) => {
      const failure = refusals.get(target.key)
      return failure ? [{target, failure}] : []
    }),
    unreached: unreached.map(({target}) => target),
    waves: waves.length === 0 ? undefined : {sizes: waves.map(sizeOf), ...pace},
    excluded,
    notRead: discovery.readings.filter(({problem, unread}) => problem !== undefined || unread.length > 0),
    cachedOnly: cachedOnlyEntries(discovery.readings),
    withoutLock,
    marked: targets.flatMap((target) => {
      const known = proposal.marks.get(target.key)
      return known ? [{target, ...known}] : []
    }),
    budgetsNotRead: proposal.budgetsNotRead,
    scope: discovery.scope,
  }
}

function sizeOf(wave: Wave): PlannedWaves['sizes'][number] {
  const byCluster = Map.groupBy(wave, ({place}) => place)
  const contexts = [...byCluster.values()].flatMap(([first]) => (first ? [first.via] : []))
  return {targets: wave.length, contexts, only: wave.length === 1 ? wave[0] : undefined}
}

function plannedCluster(
  reading: ClusterReading,
  {
    uid,
    contexts,
    targets,
    asRecorded,
  }: Pick<PlannedCluster, 'uid' | 'contexts'> & {
    readonly targets: readonly Target[]
    readonly asRecorded: ReadonlySet<string>
  },
): PlannedCluster {
  const isRecorded = (target: Target) => asRecorded.has(target.key)
  const byKind: Partial<Record<WorkloadKind, number>> = {}
  const workloads = targets.filter(isWorkloadTarget)
  for (const {kind} of workloads) byKind[kind] = (byKind[kind] ?? 0) + 1
  return {
    contexts,
    server: reading.context.server,
    uid,
    uidIsFallback: reading.identity?.isFallback ?? false,
    ...(reading.tier !== undefined && {tier: reading.tier}),
    ...(reading.tierReason !== undefined && {tierReason: reading.tierReason}),
    ...(reading.cacheAgeMs !== undefined && {cacheAgeMs: reading.cacheAgeMs}),
    targets: targets.length,
    byKind,
    images: matchedImages(workloads.filter((target) => !isRecorded(target))),
    recordedImages: matchedImages(workloads.filter(isRecorded)),
  }
}
