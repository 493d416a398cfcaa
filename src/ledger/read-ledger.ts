import {constants} from 'node:fs'
import {type FileHandle, open} from 'node:fs/promises'
import {HubspokeError} from '../model/failure.ts'
import type {LedgerRecord} from '../model/ledger.ts'
import type {SpokeResult} from '../model/result.ts'
import {type Target, targetKey} from '../model/target.ts'
import {printable} from '../shared/printable.ts'
import {codeOf, fileProblem} from './ledger-error.ts'
import {parseRecord} from './parse-record.ts'
import {linesOf} from './read-lines.ts'

/** What a ledger tells of its run, also when the run was killed in the middle. */
export interface RecordedRun {
  readonly path: string
  /** Undefined: the run was killed before its first record was on disk. */
  readonly run: Extract<LedgerRecord, {readonly type: 'run'}> | undefined
  /** In plan order. */
  readonly targets: readonly RecordedTarget[]
  /** Undefined: the run goes on, or was killed. */
  readonly ended: Extract<LedgerRecord, {readonly type: 'ended'}> | undefined
  /** Lines that are no record of this or a later version: half of one at the end is what a power cut leaves. */
  readonly damagedLines: number
}

interface RecordedTarget {
  readonly target: Target
  /** The server that its context pointed at. */
  readonly server: string
  /** Its last record. */
  readonly state: 'planned' | 'writing' | 'written' | 'retrying' | 'result'
  /** `maybe`: a write was announced, and whether it arrived was not recorded. */
  readonly wrote: 'no' | 'maybe' | 'yes'
  readonly attempts: number
  readonly result: SpokeResult | undefined
}

/** A hundred thousand targets with long names are less. */
const maxFileBytes = 256 * 1024 * 1024

const maxLineBytes = 1024 * 1024

/**
 * Reads the ledger of a run, which may still be going on. Rejects with a `HubspokeError` when there is none
 * (`not-found`), or when what is there is no plain file of a ledger's size (`usage`).
 */
export async function readLedger(path: string): Promise<RecordedRun> {
  const file = await openFile(path)
  try {
    const stat = await file.stat()
    if (!stat.isFile()) throw notReadable(path, 'it is no file')
    if (stat.size > maxFileBytes) throw notReadable(path, 'it is too large to be one')
    const fold = createFold(path)
    for await (const line of linesOf(file, stat.size, maxLineBytes)) fold.add(parseRecord(line))
    return fold.end()
  } catch (error) {
    throw error instanceof HubspokeError ? error : notReadable(path, fileProblem(error))
  } finally {
    await file.close()
  }
}

/** A symbolic link is not followed, and a pipe is not waited for. */
async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new HubspokeError('not-found', `There is no ledger ${printable(path)}.`)
    throw notReadable(path, fileProblem(error))
  }
}

function notReadable(path: string, problem: string): HubspokeError {
  return new HubspokeError('usage', `Cannot read the ledger ${printable(path)}: ${problem}.`)
}

interface Fold {
  add(record: ReturnType<typeof parseRecord>): void
  end(): RecordedRun
}

function createFold(path: string): Fold {
  const targets = new Map<string, RecordedTarget>()
  let run: RecordedRun['run']
  let ended: RecordedRun['ended']
  let damagedLines = 0

  const plan = ({target, server}: Extract<LedgerRecord, {readonly type: 'planned'}>) => {
    const key = targetKey(target)
    const wrote = targets.get(key)?.wrote ?? 'no'
    targets.set(key, {target, server, state: 'planned', wrote, attempts: 0, result: undefined})
  }
  const add: Fold['add'] = (record) => {
    if (record === 'unknown') return
    if (record === undefined) damagedLines += 1
    else if (record.type === 'run') {
      // The same run, invoked again: it goes on.
      run ??= record
      ended = undefined
    } else if (record.type === 'ended') ended = record
    else if (record.type === 'planned') plan(record)
    else {
      const known = targets.get(record.target)
      if (known === undefined) damagedLines += 1
      else targets.set(record.target, after(known, record))
    }
  }
  return {add, end: () => ({path, run, targets: [...targets.values()], ended, damagedLines})}
}

type TargetRecord = Extract<LedgerRecord, {readonly target: string}>

function after(known: RecordedTarget, record: TargetRecord): RecordedTarget {
  const next: RecordedTarget = {...known, state: record.type}
  switch (record.type) {
    case 'writing':
      return {...next, wrote: 'maybe', attempts: record.attempt}
    case 'written':
      return {...next, wrote: 'yes'}
    case 'retrying':
      return {...next, attempts: record.attempt}
    case 'result':
      return {...next, attempts: record.result.attempts, result: {target: known.target, ...record.result}}
    default:
      return record satisfies never
  }
}
