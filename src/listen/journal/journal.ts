import {open, rename} from 'node:fs/promises'
import {dirname} from 'node:path'
import {HubspokeError, onFailure} from '../../model/failure.ts'
import {fileProblem, onFileError} from '../../shared/file-error.ts'
import {printable} from '../../shared/printable.ts'
import type {Queue} from '../queue/queue.ts'
import type {JournalRecord} from '../queue/records.ts'
import {type AppendFile, appendDurably, tryAppending} from './append-file.ts'

/** Keeps the queue on disk: it follows every record that is there, and nothing else. */
export interface Journal {
  readonly path: string
  /**
   * Resolves when the records are on disk and the queue has followed them. Rejects with a `HubspokeError` of class `usage` when
   * that is not possible now: the journal is then as it was before, and the next records may succeed.
   */
  append(records: readonly JournalRecord[]): Promise<void>
  /** Finds out whether it can be written again; never rejects. */
  probe(): Promise<void>
  /** Why the last records could not be written; undefined: they were. */
  problem(): string | undefined
  close(): Promise<void>
}

/** A longer journal is replaced by the records that lead to the same queue. */
const longestBytes = 16 * 1024 * 1024

interface Waiting {
  readonly records: readonly JournalRecord[]
  resolve(): void
  reject(error: unknown): void
}

/** @param opened the file whose records the queue has followed */
export function createJournal(path: string, opened: AppendFile, queue: Queue): Journal {
  let file = opened
  let waiting: Waiting[] = []
  let writing: Promise<void> | undefined
  let problem: string | undefined

  let failedBytes = 0

  const commit = async (group: readonly Waiting[]) => {
    const text = group.map(({records}) => linesOfRecords(records)).join('')
    try {
      if (text === '') await tryAppending(file, failedBytes)
      else file = await appendDurably(file, text)
      problem = undefined
    } catch (error) {
      failedBytes = Math.max(failedBytes, Buffer.byteLength(text))
      problem = fileProblem(error)
      for (const {reject} of group) reject(notWritable(path, problem))
      return
    }
    for (const {records, resolve} of group) {
      for (const record of records) queue.apply(record)
      resolve()
    }
    if (file.size > longestBytes) await shorten().catch(onFileError(undefined)) // the longer one is as good
  }
  const shorten = async () => {
    const {file: longer} = file
    file = await replaceJournal(path, queue)
    await longer.close()
  }
  const flush = async () => {
    await Promise.resolve() // records of the same moment go together
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      await commit(group)
    }
    writing = undefined
  }
  const append = (records: readonly JournalRecord[]) => {
    const {promise, resolve, reject} = Promise.withResolvers<void>()
    waiting.push({records, resolve, reject})
    writing ??= flush()
    return promise
  }

  return {
    path,
    problem: () => problem,
    append,
    probe: () => append([]).catch(onFailure(undefined)), // it is in `problem`
    async close() {
      while (writing !== undefined) await writing
      await file.file.close()
    },
  }
}

/** Writes the records of the queue beside the journal, and puts them in its place. */
export async function replaceJournal(path: string, queue: Queue): Promise<AppendFile> {
  const next = `${path}.next`
  const file = await open(next, 'w', 0o600)
  try {
    const text = linesOfRecords(queue.records())
    await file.appendFile(text)
    await file.sync()
    await rename(next, path)
    await syncDirectory(dirname(path))
    const journal = await open(path, 'a', 0o600)
    return {file: journal, size: Buffer.byteLength(text)}
  } finally {
    await file.close()
  }
}

export function notWritable(path: string, problem: string): HubspokeError {
  return new HubspokeError('usage', `Cannot write the journal ${printable(path)}: ${problem}.`, {
    suggestions: [`df -h ${printable(dirname(path))}`, '--journal DIRECTORY  to keep it elsewhere'],
  })
}

function linesOfRecords(records: readonly JournalRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('')
}

/** So that the new name, too, outlives a power cut. Some network file systems cannot do it, and need not. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(onFileError(undefined))
  await handle?.sync().catch(onFileError(undefined))
  await handle?.close().catch(onFileError(undefined))
}
