import {imageQueryOf} from '../../image/image-query.ts'
import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import type {ContextRef} from '../../model/cluster.ts'
import {isClusterTarget, isInCluster} from '../../model/cluster-target.ts'
import {type Exclusion, notRetriedExclusion} from '../../model/exclusion.ts'
import {exitCodes} from '../../model/exit-code.ts'
import type {RetryView} from '../../model/plan-view.ts'
import type {RecordedRun, RecordedTarget} from '../../model/recorded-run.ts'
import type {RunReport} from '../../model/report.ts'
import {chooseTargets, leftOpen, type RetryChoice} from '../../model/retry-choice.ts'
import type {Retried} from '../../model/run-facts.ts'
import {isWorkloadTarget} from '../../model/workload-target.ts'
import {summarizeRun} from '../../summary/summarize.ts'
import {textArgument} from '../../verbs/text-argument.ts'
import type {Verb} from '../../verbs/verb.ts'
import type {Verbs} from '../../verbs/verbs.ts'
import {saidReason} from '../consent/reason.ts'
import type {Runtime} from '../process/runtime.ts'
import type {SourceRequest} from '../run/open-source.ts'
import type {RunIdentity} from '../run/run-identity.ts'
import type {RunSettings} from '../run/run-settings.ts'
import {knownRun, type UseOfRun} from './known-run.ts'

export interface RetryFlags {
  readonly failed: boolean
  readonly 'not-run': boolean
  readonly reason?: string | undefined
}

/** The targets of a retry, and how its ledger says that they are written. */
export interface RetryRequest {
  readonly retried: Retried
  readonly verb: Verb
  /** Those of the verb itself; how the run is paced and shown may be said anew. */
  readonly args: ArgumentsEntry
  /** That of the run, so that what it has written is not written again. */
  readonly mark: string
  /** Why, said anew or by the run; undefined: neither has one. */
  readonly reason: string | undefined
  readonly targets: readonly RecordedTarget[]
  /** What the run left unfinished and was not asked for. */
  readonly excluded: readonly Exclusion[]
  readonly view: RetryView
}

const retrying: UseOfRun = {done: 'retried', refusal: () => undefined}

/**
 * What there is to retry of a recorded run; of a retry, what that one left.
 *
 * @throws HubspokeError of class `usage` when the ledger does not say all that has to be known
 */
export function retryRequest(
  {
    id,
    recorded,
    retriedBy,
    options,
    verbs,
  }: {
    readonly id: string
    readonly recorded: RecordedRun
    readonly retriedBy: readonly string[]
    readonly options: RetryView['options']
    readonly verbs: Verbs
  },
  flags: RetryFlags,
): RetryRequest {
  const {run, verb} = knownRun({id, recorded, verbs}, retrying)
  const choice: RetryChoice = flags.failed ? 'failed' : flags['not-run'] ? 'not-run' : 'all'
  const targets = chooseTargets(recorded.targets, choice)
  const taken = new Set(targets)
  const notTaken = chooseTargets(recorded.targets, 'all').filter((target) => !taken.has(target))
  const words = Map.groupBy(targets, takenUpWords)
  return {
    retried: {id, wasBlind: recorded.ended?.exitCode === exitCodes['context-not-read'].code},
    verb,
    args: run.args,
    mark: run.mark,
    reason: saidReason(flags) ?? run.reason,
    targets,
    excluded: notTaken.map(({target}) => ({target, ...notRetriedExclusion(id)})),
    view: {
      runId: id,
      planned: recorded.targets.length,
      takenUp: [...words].map(([word, each]) => [word, each.length] as const),
      repeats: verb.retry !== 'safe',
      damagedLines: recorded.damagedLines,
      retriedBy,
      options,
    },
  }
}

/** The contexts that recorded targets may need: those that bear a recorded name, and those that point at a recorded server. */
export function concernedBy({
  targets,
}: {
  readonly targets: readonly RecordedTarget[]
}): (context: ContextRef) => boolean {
  const names = new Set(targets.map(({target}) => target.via))
  const servers = new Set(targets.flatMap(({target}) => (isInCluster(target) ? [target.server] : [])))
  return ({name, server}) => names.has(name) || servers.has(server)
}

/** The targets to look for again. */
export function recordedSource({retried: {id: runId}, targets, excluded, args}: RetryRequest): SourceRequest {
  const workloads = targets.flatMap(({target, ...rest}) => (isWorkloadTarget(target) ? [{...rest, target}] : []))
  if (workloads.length === targets.length) {
    const query = imageQueryOf(textArgument(args, 'image'))
    return {from: 'ledger', recorded: {runId, query, targets: workloads, excluded}}
  }
  const clusters = targets.flatMap(({target, ...rest}) => (isClusterTarget(target) ? [{...rest, target}] : []))
  if (clusters.length === targets.length) {
    return {from: 'recorded-clusters', recorded: {runId, targets: clusters, excluded}}
  }
  return {from: 'records', runId, targets, excluded}
}

/** The report of a retry that has nothing to do: no cluster is reached, and no question is asked. */
export function nothingLeft(
  {retried, verb, args, reason, excluded}: RetryRequest,
  asked: {
    readonly run: Pick<RunIdentity, 'id'>
    readonly settings: RunSettings
  },
  {clock}: Pick<Runtime, 'clock'>,
): RunReport {
  return summarizeRun({
    id: asked.run.id,
    verb: verb.name,
    retryOf: retried,
    ...(reason !== undefined && {reason}),
    arguments: {...args, ...asked.settings.recorded},
    startedAt: clock.date(),
    durationMs: 0,
    dryRun: asked.settings.dryRun,
    waited: asked.settings.spoke.wait,
    allowEmpty: false,
    ledger: null,
    ledgerIsIncomplete: false,
    locks: [],
    scope: {kinds: [], namespaces: [], contexts: [], contextsLeftOut: []},
    readings: [],
    results: [],
    excluded,
    sameCluster: [],
    waves: [],
    marks: new Map(),
    declined: false,
    consent: null,
    by: null,
    askedMs: 0,
    hasWrittenBefore: false,
    stoppedBy: undefined,
  })
}

function takenUpWords(target: RecordedTarget): string {
  if (target.result?.undo?.outcome === 'undone') return 'failed and undone'
  if (target.result !== undefined) return target.result.outcome.replace('-', ' ')
  return leftOpen(target) === 'not-run' ? 'not begun' : 'begun and not ended'
}
