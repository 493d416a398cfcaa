import type {ArgumentsEntry} from '../model/arguments-entry.ts'
import type {ExitName} from '../model/exit-code.ts'
import type {
  LedgerCounts,
  LedgerReport,
  PastRunEntry,
  RecordedTargetEntry,
  RunsReport,
} from '../model/past-runs-report.ts'
import type {PruneAnswer, PruneReport} from '../model/prune-report.ts'
import type {RecordedRun, RecordedTarget} from '../model/recorded-run.ts'
import type {Verdict} from '../model/report.ts'
import {exitOfSignal} from '../model/stop.ts'
import {workloadKinds} from '../model/workload.ts'
import {isWorkloadEntry} from '../model/workload-entry.ts'
import {requireWorkloadTarget} from '../model/workload-target.ts'
import {countOf} from '../shared/words.ts'
import {countOutcomes} from './count-outcomes.ts'
import {excludedEntries, partEntries, scopeEntry} from './entries.ts'
import {recordedOmissions, withOmissions} from './omissions.ts'
import {targetEntry} from './target-names.ts'
import {toVerdict} from './verdict.ts'

type ListedRun = RunsReport['runs'][number]

/** The report of `runs list`: 2 if a ledger could not be read, because the list is then incomplete. */
export function summarizeRuns({
  directory,
  runs,
  notRead,
}: Pick<RunsReport, 'directory' | 'runs' | 'notRead'>): RunsReport {
  const oldestFirst = runs.toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
  const retriedBy = Map.groupBy(oldestFirst, ({retryOf}) => retryOf)
  const sorted = oldestFirst.toReversed().map((run) => {
    const retries = (retriedBy.get(run.id) ?? []).map(({id}) => id)
    return {...run, retriedBy: retries}
  })
  const verdict = toVerdict(notRead.length > 0 ? 'usage' : 'ok', () => sentenceOfRuns(directory, runs, notRead.length))
  return {schemaVersion: 1, type: 'RunsReport', directory, runs: sorted, notRead, verdict}
}

/** By the time in the id, then by the time in the ledger. */
const sortKey = ({id, startedAt}: ListedRun) => `${id.slice(0, id.lastIndexOf('-'))} ${startedAt ?? ''} ${id}`

function sentenceOfRuns(directory: string, runs: readonly ListedRun[], notRead: number): string {
  const all = countOf(runs.length + notRead, 'run')
  if (notRead > 0) return `The ledgers of ${notRead} of ${all} could not be read.`
  if (runs.length === 0) return `No run has left a ledger in ${directory}.`
  const unfinished = runs.filter(({state}) => state === 'unfinished').length
  if (runs.length === 1) return `${all}, which ${unfinished === 1 ? 'is unfinished' : 'ended'}.`
  return unfinished === 0 ? `${all}, all of which ended.` : `${all}, ${unfinished} of them unfinished.`
}

/** The report of `runs prune`. */
export function summarizePrune(
  facts: Omit<PruneReport, 'schemaVersion' | 'type' | 'verdict'>,
  answer: PruneAnswer,
): PruneReport {
  const {removed, notRemoved, directory} = facts
  const {declined, name} = nameOf(answer, notRemoved.length)
  const verdict = toVerdict(name, () => {
    if (name === 'declined') return 'Declined; nothing was removed.'
    if (declined) return 'Cancelled. Nothing was removed.'
    if (notRemoved.length > 0)
      return `${notRemoved.length} of ${countOf(removed.length + notRemoved.length, 'ledger')} could not be removed.`
    return removed.length === 0
      ? `There is nothing to remove in ${directory}.`
      : `Removed ${countOf(removed.length, 'ledger')}.`
  })
  return {schemaVersion: 1, type: 'PruneReport', ...facts, verdict}
}

function nameOf(answer: PruneAnswer, notRemoved: number): {readonly declined: boolean; readonly name: ExitName} {
  if (answer === 'yes') return {declined: false, name: notRemoved > 0 ? 'target-failed' : 'ok'}
  return {declined: true, name: (answer === 'no' ? undefined : exitOfSignal(answer)) ?? 'declined'}
}

/** Facts about a run from outside its own ledger. */
type Around = Pick<PastRunEntry, 'retriedBy' | 'conflicts'>

function between(from: string | undefined, to: string | undefined): number | null {
  const ms = Date.parse(to ?? '') - Date.parse(from ?? '')
  return Number.isNaN(ms) ? null : Math.max(0, ms)
}

/** One run of that list. */
export function listedRun(id: string, recorded: RecordedRun, more: Partial<Around> = {}): ListedRun {
  return {...pastRunEntry(id, recorded, more), counts: countStates(recorded.targets)}
}

/**
 * The report of `runs show`.
 *
 * @param next how to continue: commands, and the runs that have retried its targets, oldest first
 */
export function summarizeLedger(
  id: string,
  recorded: RecordedRun,
  next: Pick<LedgerReport, 'suggestions'> &
    Pick<LedgerReport['run'], 'retriedBy'> &
    Partial<Pick<LedgerReport['run'], 'conflicts'>>,
): LedgerReport {
  const {run, targets, excluded = []} = recorded
  const {scope: searched, sameCluster = [], unread = []} = recorded.invocations.at(-1) ?? {}
  // A ledger that was changed may name anything.
  const scope = searched?.kinds.every((kind) => workloadKinds.includes(kind)) ? searched : undefined
  const entry = pastRunEntry(id, recorded, next)
  return {
    schemaVersion: 1,
    type: 'LedgerReport',
    run: {
      ...entry,
      arguments: argumentsOf({...run?.args, ...run?.options}),
      stamp: timestamp(run?.mark),
    },
    targets: targets.map(recordedEntry),
    excluded: excludedEntries(excluded),
    scope: scope === undefined ? null : scopeEntry(scope),
    sameCluster,
    unread,
    counts: countStates(targets),
    suggestions: entry.exitCode === 0 ? [] : next.suggestions,
    verdict: withOmissions(ledgerVerdict(entry, targets), recordedOmissions({excluded, scope, sameCluster, unread})),
  }
}

function pastRunEntry(
  id: string,
  {path, run, invocations, ended, lastAt, damagedLines, isOfNewerVersion, targetsMissing}: RecordedRun,
  {retriedBy = [], conflicts = []}: Partial<Around>,
): PastRunEntry {
  const image = run?.args.image
  return {
    id,
    verb: run?.verb ?? null,
    retryOf: run?.retryOf ?? null,
    reason: run?.reason ?? null,
    image: typeof image === 'string' ? image : null,
    startedAt: timestamp(run?.startedAt ?? run?.at),
    lastRecordAt: timestamp(lastAt),
    state: ended === undefined ? 'unfinished' : 'ended',
    exitCode: ended?.exitCode ?? null,
    stoppedBy: ended?.stoppedBy ?? null,
    ledger: path,
    by: run?.by ?? null,
    damagedLines,
    isOfNewerVersion,
    targetsMissing,
    durationMs: ended?.durationMs ?? between(invocations.at(-1)?.at, lastAt),
    retriedBy,
    conflicts,
  }
}

function recordedEntry({
  target,
  wave,
  state,
  wrote,
  attempts,
  retryReason,
  result,
  parts,
}: RecordedTarget): RecordedTargetEntry {
  const recorded = {
    ...{wave: wave ?? null, state, wrote, attempts, failedTries: result?.failedTries ?? []},
    outcome: result?.outcome ?? null,
    durationMs: result === undefined ? null : Math.round(result.durationMs),
    startedAt: timestamp(result?.startedAt),
    endedAt: timestamp(result?.endedAt),
    reason: result?.reason ?? retryReason ?? '',
    failure: result?.failure ?? null,
    undo: result?.undo ?? null,
    parts: partEntries(parts),
  }
  const entry = targetEntry(target)
  if (!isWorkloadEntry(entry)) return {...entry, ...recorded}
  return {...entry, server: requireWorkloadTarget(target).server, ...recorded}
}

/** Counts by outcome, and by state where there is no outcome. */
function countStates(targets: readonly RecordedTarget[]): LedgerCounts {
  const results = targets.flatMap(({result}) => result ?? [])
  const states = {planned: 0, writing: 0, written: 0, watching: 0, retrying: 0}
  for (const {state} of targets) if (state !== 'result') states[state] += 1
  return {...countOutcomes(results), ...states, total: targets.length}
}

/** The verdict on reading the ledger. How the run ended is in its sentence, and does not affect the code. */
function ledgerVerdict({id, state, exitCode}: PastRunEntry, targets: readonly RecordedTarget[]): Verdict {
  const open = targets.filter(({result}) => result === undefined).length
  const sentence = {
    ended: `The run ${id} ended with exit code ${exitCode}.`,
    unfinished: `The run ${id} is unfinished: ${unfinishedWords(open, targets.length)}.`,
  }
  return toVerdict('ok', () => sentence[state])
}

function unfinishedWords(open: number, total: number): string {
  if (total === 0) return 'no target was recorded'
  return open === 0
    ? 'every target has a result, and its end is missing'
    : `${open} of ${countOf(total, 'target')} ${open === 1 ? 'has' : 'have'} no result`
}

/** A file of a user may hold anything; documents hold only valid times. */
function timestamp(text: string | undefined): string | null {
  const time = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}

/** The arguments of types that documents may hold. */
function argumentsOf(recorded: Readonly<Record<string, unknown>>): ArgumentsEntry {
  const isArgument = (value: unknown): value is ArgumentsEntry[string] =>
    ['string', 'number', 'boolean'].includes(typeof value) ||
    (Array.isArray(value) && value.every((each) => typeof each === 'string'))
  return Object.fromEntries(
    Object.entries(recorded).flatMap(([name, value]) => (isArgument(value) ? [[name, value]] : [])),
  )
}
