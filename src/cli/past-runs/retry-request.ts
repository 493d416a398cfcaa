import type {RecallRequest} from '../../discovery/recall/recall-targets.ts'
import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import type {ContextRef} from '../../model/cluster.ts'
import {type Exclusion, notRetriedExclusion} from '../../model/exclusion.ts'
import {exitCodes} from '../../model/exit-code.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {RetryView} from '../../model/plan-view.ts'
import type {RecordedRun, RecordedTarget} from '../../model/recorded-run.ts'
import type {RunReport} from '../../model/report.ts'
import {chooseTargets, leftOpen, type RetryChoice} from '../../model/retry-choice.ts'
import type {Retried} from '../../model/run-facts.ts'
import {isStamp} from '../../model/run-id.ts'
import {isNamespaceName, isObjectName} from '../../shared/kubernetes-name.ts'
import {printable} from '../../shared/printable.ts'
import {summarizeRun} from '../../summary/summarize.ts'
import {saidReason} from '../consent/reason.ts'
import {contextFlags, outputFlags, workloadFlags, writeFlags} from '../flags/flags.ts'
import type {Runtime} from '../process/runtime.ts'
import {imageQueryOf} from '../run/image-query.ts'
import type {RunIdentity} from '../run/run-identity.ts'
import {disagreements} from '../run/same-run.ts'
import {type SpokeFlags, type Verb, verbOf} from '../run/verbs.ts'
import {commandAgain} from './command-again.ts'

export interface RetryFlags {
  readonly failed: boolean
  readonly 'not-run': boolean
  readonly reason?: string | undefined
}

/** What a retry takes up, and all that its ledger says about how. */
export interface RetryRequest {
  readonly retried: Retried
  readonly name: string
  readonly verb: Verb
  /** Those of the verb itself; how the run was paced and shown is said anew. */
  readonly arguments: ArgumentsEntry & {readonly image: string}
  /** That of the run, so that what it has written is not written again. */
  readonly stamp: string
  /** Why, said anew or by the run; undefined: neither has one. */
  readonly reason: string | undefined
  readonly targets: readonly RecordedTarget[]
  /** What the run left unfinished and was not asked for. */
  readonly excluded: readonly Exclusion[]
  readonly view: RetryView
}

type RunRecord = NonNullable<RecordedRun['run']>

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
  }: {
    readonly id: string
    readonly recorded: RecordedRun
    readonly retriedBy: readonly string[]
    readonly options: RetryView['options']
  },
  flags: RetryFlags,
): RetryRequest {
  const {run, verb, image} = knownRun(id, recorded)
  const choice: RetryChoice = flags.failed ? 'failed' : flags['not-run'] ? 'not-run' : 'all'
  const targets = chooseTargets(recorded.targets, choice)
  const taken = new Set(targets)
  const notTaken = chooseTargets(recorded.targets, 'all').filter((target) => !taken.has(target))
  const words = Map.groupBy(targets, takenUpWords)
  return {
    retried: {id, wasBlind: recorded.ended?.exitCode === exitCodes['context-not-read'].code},
    name: run.verb,
    verb,
    arguments: {...ownArguments(run.arguments), image},
    stamp: run.stamp,
    reason: saidReason(flags) ?? run.reason,
    targets,
    excluded: notTaken.map(({target}) => ({target, ...notRetriedExclusion(id)})),
    view: {
      runId: id,
      planned: recorded.targets.length,
      takenUp: [...words].map(([word, each]) => [word, each.length] as const),
      damagedLines: recorded.damagedLines,
      retriedBy,
      options,
    },
  }
}

/** The contexts that a retry may need: those that bear a recorded name, and those that point at a recorded server. */
export function concernedBy({targets}: Pick<RetryRequest, 'targets'>): (context: ContextRef) => boolean {
  const names = new Set(targets.map(({target}) => target.context))
  const servers = new Set(targets.map(({server}) => server))
  return ({name, server}) => names.has(name) || servers.has(server)
}

export function recallRequest(
  {retried, targets, excluded, arguments: {image}}: RetryRequest,
  contexts: readonly ContextRef[],
): RecallRequest {
  return {runId: retried.id, query: imageQueryOf(image), targets, excluded, contexts}
}

/** The report of a retry that has nothing to do: no cluster is reached, and nobody is asked. */
export function nothingLeft(
  {retried, name, reason, excluded}: RetryRequest,
  asked: {
    readonly run: Pick<RunIdentity, 'id'>
    readonly arguments: ArgumentsEntry
    readonly flags: Pick<SpokeFlags, 'wait' | 'dry-run'>
  },
  {clock}: Pick<Runtime, 'clock'>,
): RunReport {
  return summarizeRun({
    id: asked.run.id,
    verb: name,
    retryOf: retried,
    ...(reason !== undefined && {reason}),
    arguments: asked.arguments,
    startedAt: clock.date(),
    durationMs: 0,
    dryRun: asked.flags['dry-run'] ?? null,
    waited: asked.flags.wait,
    allowEmpty: false,
    ledger: null,
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
    stoppedBy: undefined,
  })
}

function knownRun(id: string, recorded: RecordedRun): {run: RunRecord; verb: Verb; image: string} {
  const {run} = recorded
  if (run === undefined) {
    throw notRetried(id, 'what it was to do is not recorded', [`hubspoke runs show ${id}`])
  }
  const verb = verbOf(run.verb)
  if (verb === undefined) {
    throw notRetried(id, `this version of hubspoke does not know its verb "${printable(run.verb)}"`, [])
  }
  const {image} = run.arguments
  if (typeof image !== 'string' || !isStamp(run.stamp)) {
    throw notRetried(id, 'its image or its restartedAt annotation cannot be read in its ledger', [
      `hubspoke runs show ${id}`,
    ])
  }
  refuseUnreadableNames(id, recorded)
  refuseSeveralRuns(id, recorded)
  refuseHalfAPlan(id, recorded)
  return {run, verb, image}
}

/** No server lists a workload under such a name: the ledger was changed. */
function refuseUnreadableNames(id: string, {targets}: RecordedRun): void {
  const names = targets.flatMap(({target: {namespace, name}}) => [
    ...(isNamespaceName(namespace) ? [] : [namespace]),
    ...(isObjectName(name) ? [] : [name]),
  ])
  const [first] = names
  if (first === undefined) return
  throw notRetried(
    id,
    `what it was to do cannot be read in its ledger: "${printable(first)}" is no name of Kubernetes`,
    [`hubspoke runs show ${id}`],
  )
}

/** Earlier versions let one id be used for several runs: what one of them left would be looked for as the other's. */
function refuseSeveralRuns(id: string, recorded: RecordedRun): void {
  const differences = disagreements(recorded)
  if (differences.length === 0) return
  throw notRetried(id, `its ledger is of several runs under one id (${differences.join('; ')})`, [
    `hubspoke runs show ${id}  to see the targets of all of them`,
  ])
}

/** A shorter plan than the one that was made would leave targets out in silence. */
function refuseHalfAPlan(id: string, recorded: RecordedRun): void {
  const {targets, targetsMissing: missing} = recorded
  if (missing === 0) return
  const again = commandAgain(recorded)
  const known = `its ledger names only ${targets.length} of the ${targets.length + missing} targets that it had planned`
  throw notRetried(
    id,
    known,
    again === undefined ? [] : [`${again}  to find all of them again, with the same restartedAt annotation`],
  )
}

function notRetried(id: string, because: string, suggestions: readonly string[]): HubspokeError {
  return new HubspokeError('usage', `The run ${id} cannot be retried: ${because}. Nothing was written.`, {suggestions})
}

function takenUpWords(target: RecordedTarget): string {
  if (target.result?.undo?.outcome === 'undone') return 'failed and undone'
  if (target.result !== undefined) return target.result.outcome.replace('-', ' ')
  return leftOpen(target) === 'not-run' ? 'not begun' : 'begun and not ended'
}

const flagNames = new Set(Object.keys({...contextFlags, ...workloadFlags, ...writeFlags, ...outputFlags, output: ''}))

function ownArguments(recorded: ArgumentsEntry): ArgumentsEntry {
  const others = ['failed', 'not-run']
  return Object.fromEntries(Object.entries(recorded).filter(([name]) => !flagNames.has(name) && !others.includes(name)))
}
