import type {Exclusion} from '../model/exclusion.ts'
import {HubspokeError} from '../model/failure.ts'
import type {LedgerFormats, LedgerRecord} from '../model/ledger.ts'
import type {RecordedRun, RecordedTarget} from '../model/recorded-run.ts'
import type {Outcome, Part} from '../model/result.ts'
import {fileProblem} from '../shared/file-error.ts'
import {notReadable, openFile} from './open-file.ts'
import {parseRecord} from './parse-record.ts'
import {linesOf, maxRecordBytes} from './read-lines.ts'

/** A hundred thousand targets with long names are less. */
const maxFileBytes = 256 * 1024 * 1024

/**
 * Reads the ledger of a run, which may still be going on. Rejects with a `HubspokeError` when there is none
 * (`not-found`), or when what is there is no plain file of a ledger's size (`usage`).
 *
 * @param onRecord hears every record of this version, in order, with the time at which it was written
 */
export async function readLedger(
  path: string,
  formats: LedgerFormats,
  onRecord: (record: LedgerRecord) => void = () => undefined,
): Promise<RecordedRun> {
  const file = await openFile(path)
  try {
    const stat = await file.stat()
    if (!stat.isFile()) throw notReadable(path, 'it is not a regular file')
    if (stat.size > maxFileBytes) throw notReadable(path, 'it is too large to be one')
    const fold = createFold(path)
    for await (const line of linesOf(file, stat.size, maxRecordBytes)) {
      const record = parseRecord(line, formats)
      fold.add(record)
      if (typeof record === 'object') onRecord(record)
    }
    return fold.end()
  } catch (error) {
    throw error instanceof HubspokeError ? error : notReadable(path, fileProblem(error))
  } finally {
    await file.close()
  }
}

/** How a run began, of its first line alone; undefined where there is no ledger, or its first line is no such record. */
export async function readBeginning(path: string, formats: LedgerFormats): Promise<RecordedRun['run']> {
  const file = await openFile(path).catch((error) => {
    if (error instanceof HubspokeError && error.failureClass === 'not-found') return undefined
    throw error
  })
  try {
    const stat = await file?.stat()
    if (file === undefined || !stat?.isFile()) return undefined
    for await (const line of linesOf(file, stat.size, maxRecordBytes)) {
      const record = parseRecord(line, formats)
      return typeof record === 'object' && record.type === 'run' ? record : undefined
    }
    return undefined
  } finally {
    await file?.close()
  }
}

interface Fold {
  add(record: ReturnType<typeof parseRecord>): void
  end(): RecordedRun
}

interface Entry {
  readonly recorded: RecordedTarget
  /** As it was when this invocation of the run planned it. */
  readonly wroteBefore: RecordedTarget['wrote']
  /** By name, as this invocation has reported them. */
  readonly parts: Map<string, Part>
  /** The same of the invocations before. */
  readonly partsBefore: ReadonlyMap<string, Part>
}

/** Planned, with what earlier invocations are known to have done. */
function plannedEntry(
  {target, wave, snapshot}: Extract<LedgerRecord, {readonly type: 'planned'}>,
  entry: Entry | undefined,
): Entry {
  const known = entry?.recorded
  const wrote = known?.wrote ?? 'no'
  const fresh = {state: 'planned', attempts: 0, retryReason: undefined, result: undefined} as const
  const watched = known?.watched && {watched: true as const}
  const kept = {snapshot: snapshot ?? known?.snapshot, receipt: known?.receipt}
  const recorded = {target, wave, wrote, ...watched, ...kept, ...fresh}
  return {recorded, wroteBefore: wrote, parts: new Map(), partsBefore: entry ? partsOf(entry) : new Map()}
}

function createFold(path: string): Fold {
  const entries = new Map<string, Entry>()
  const invocations: RecordedRun['invocations'][number][] = []
  let excluded: Exclusion[] = []
  let ended: RecordedRun['ended']
  let lastAt: string | undefined
  let damagedLines = 0
  let isOfNewerVersion = false
  const count = createPlanCount()

  const plan = (record: Extract<LedgerRecord, {readonly type: 'planned'}>) => {
    const {key} = record.target
    count.planned()
    entries.set(key, plannedEntry(record, entries.get(key)))
  }
  const takeOfTarget = (record: TargetRecord | PartRecord) => {
    const known = entries.get(record.target)
    if (known === undefined) damagedLines += 1
    else if (record.type === 'part') known.parts.set(record.part.name, record.part)
    else entries.set(record.target, {...known, recorded: after(known, record)})
  }
  const take = (record: LedgerRecord) => {
    if (record.type === 'run') {
      // The same run, invoked again, goes on. Whether it is the same is for its verb to say.
      invocations.push(record)
      excluded = []
      ended = undefined
      count.begin(record.targets)
    } else if (record.type === 'ended') ended = record
    else if (record.type === 'planned') plan(record)
    else if (record.type === 'excluded') excluded.push(record)
    else if (record.type !== 'wave-started') takeOfTarget(record)
  }
  return {
    add(record) {
      if (record === 'unknown') return
      if (record === 'newer') {
        isOfNewerVersion = true
        return
      }
      if (record === undefined) {
        damagedLines += 1
        return
      }
      lastAt = record.at
      take(record)
    },
    end: () => ({
      path,
      run: invocations[0],
      invocations,
      excluded: excluded.map(({target, reason, include}) => ({target, reason, include})),
      targets: [...entries.values()].map(withParts),
      targetsMissing: count.missing(entries.size),
      ended,
      lastAt,
      damagedLines,
      isOfNewerVersion,
    }),
  }
}

function withParts(entry: Entry): RecordedTarget {
  const {recorded} = entry
  const reported = [...partsOf(entry).values()]
  if (reported.length === 0) return recorded
  const {result} = recorded
  return {...recorded, parts: reported, result: result && {...result, parts: reported}}
}

/** What an invocation has not written, an earlier one may have. */
function partsOf({parts, partsBefore}: Entry): ReadonlyMap<string, Part> {
  const written = [...parts].filter(([name, {outcome}]) => outcome !== 'not-run' || !partsBefore.has(name))
  return new Map([...partsBefore, ...written])
}

/** Counts the targets that were planned and are not known. */
interface PlanCount {
  /** @param targets of the invocation that begins; undefined: its ledger does not tell */
  begin(targets: number | undefined): void
  planned(): void
  /** @param known the targets of all invocations */
  missing(known: number): number
}

/**
 * A later invocation whose plan is complete replaces an incomplete one only when it is not shorter: it may not have found again
 * what is missing, for example because a context was unreachable.
 */
function createPlanCount(): PlanCount {
  let length = 0
  let left = 0
  let incomplete = 0
  return {
    begin(targets = 0) {
      if (left > 0) incomplete = Math.max(incomplete, length)
      length = targets
      left = targets
    },
    planned() {
      left -= 1
    },
    missing(known) {
      if (left > 0) return left
      return incomplete > length ? Math.max(1, incomplete - known) : 0
    },
  }
}

type PartRecord = Extract<LedgerRecord, {readonly type: 'part'}>
type TargetRecord = Exclude<Extract<LedgerRecord, {readonly target: string}>, PartRecord>

function after(known: Entry, record: TargetRecord): RecordedTarget {
  if (record.type === 'undoing' || record.type === 'undone') return afterUndo(known.recorded, record.type)
  const next: RecordedTarget = {...known.recorded, state: record.type, retryReason: undefined}
  switch (record.type) {
    case 'writing':
      return {...next, wrote: 'maybe', attempts: record.attempt, snapshot: record.snapshot ?? next.snapshot}
    case 'written':
      return {...next, wrote: 'yes', receipt: record.receipt ?? next.receipt}
    case 'watching':
      return {...next, watched: true, receipt: record.receipt ?? next.receipt}
    case 'retrying':
      return {
        ...next,
        wrote: record.refused ? known.wroteBefore : next.wrote,
        attempts: record.attempt,
        retryReason: record.reason,
      }
    case 'result':
      return {
        ...next,
        wrote: wroteInTheEnd(known, record.result.outcome),
        attempts: record.result.attempts,
        // A version that had no times wrote the record down when the target had ended.
        result: {target: known.recorded.target, endedAt: record.at, ...record.result},
      }
    default:
      return record satisfies never
  }
}

/** Until the result that follows says how it ended. */
function afterUndo(recorded: RecordedTarget, type: 'undoing' | 'undone'): RecordedTarget {
  if (recorded.result === undefined) return recorded
  const reason =
    type === 'undone'
      ? 'it was put back; how its rollout ended is not known'
      : 'its undo was announced; whether the write arrived is not known'
  return {...recorded, result: {...recorded.result, undo: {outcome: 'unverified', reason}}}
}

/** These two outcomes without an acceptance say that what was announced was not sent after all, or was refused. */
function wroteInTheEnd({recorded, wroteBefore}: Entry, outcome: Outcome): RecordedTarget['wrote'] {
  const wasNot = recorded.wrote === 'maybe' && (outcome === 'not-run' || outcome === 'failed')
  return wasNot ? wroteBefore : recorded.wrote
}
