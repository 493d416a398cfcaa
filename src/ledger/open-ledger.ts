import {constants} from 'node:fs'
import {type FileHandle, open, unlink} from 'node:fs/promises'
import {HubspokeError} from '../model/failure.ts'
import type {Ledger} from '../model/ledger.ts'
import type {Clock} from '../shared/clock.ts'
import {codeOf, fileProblem, onFileError} from '../shared/file-error.ts'
import {makeDirectories} from '../shared/make-directories.ts'
import {escapeInJson, printable} from '../shared/printable.ts'
import {createGroupCommit} from './group-commit.ts'
import {ledgerPath} from './ledger-directory.ts'
import {ledgerNotWritable} from './ledger-error.ts'
import {maxRecordBytes} from './read-lines.ts'

export interface LedgerPlace {
  /** Created, for its owner alone, when it is missing. */
  readonly directory: string
  readonly runId: string
  /** The run was named: its ledger is continued, after the records that it has. */
  readonly mayContinue?: boolean
  readonly clock: Pick<Clock, 'date'>
}

/**
 * A new ledger, `<directory>/<runId>.jsonl`, readable by its owner alone: one JSON record per line, on disk before its
 * append resolves. Rejects with a `usage` error when it cannot be created, or when the run has one already and may not
 * continue it.
 */
export async function createLedger({directory, runId, mayContinue, clock}: LedgerPlace): Promise<Ledger> {
  if (!/^\w[\w.-]*$/.test(runId)) throw new HubspokeError('usage', `Invalid run ID "${printable(runId)}".`)
  const path = ledgerPath(directory, runId)
  const created = await createFile(directory, path)
  const file = created ?? (await continueFile(path, runId, mayContinue))
  const commit = createGroupCommit(file)
  let last = Promise.resolve()
  let closing: Promise<void> | undefined

  const end = async () => {
    // Commits end in order, so the last one is the end of all. Its failure is reported to its append.
    await last.catch(() => undefined)
    // Everything is on disk by now: there is nothing left that closing could fail to write.
    await file.close().catch(() => undefined)
  }
  const close = () => {
    closing ??= end()
    return closing
  }

  return {
    path,
    async append({type, ...fields}) {
      if (closing !== undefined) throw ledgerNotWritable(path, 'it is closed')
      // Names are exact in it: what a terminal would obey is an escape of JSON.
      const record = escapeInJson(JSON.stringify({type, at: clock.date().toISOString(), ...fields}))
      if (Buffer.byteLength(record) > maxRecordBytes) throw ledgerNotWritable(path, 'a record is longer than 1 MiB')
      last = commit(`${record}\n`)
      try {
        await last
      } catch (error) {
        throw ledgerNotWritable(path, fileProblem(error))
      }
    },
    close,
    async discard() {
      await close()
      if (created !== undefined) await unlink(path).catch(() => undefined)
    },
  }
}

/** Undefined: there is a file of that name. */
async function createFile(directory: string, path: string): Promise<FileHandle | undefined> {
  try {
    await makeDirectory(directory)
    // Append and exclusive: nothing that exists is written to, and no symbolic link is followed.
    const file = await open(path, 'ax', 0o600)
    await syncDirectory(directory)
    return file
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined
    if (error instanceof HubspokeError) throw error
    throw ledgerNotWritable(path, fileProblem(error))
  }
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await makeDirectories(directory, 0o700)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    throw ledgerNotWritable(directory, 'it is the folder of all ledgers, and something there is not a folder')
  }
}

async function continueFile(path: string, runId: string, mayContinue = false): Promise<FileHandle> {
  if (!mayContinue) {
    throw new HubspokeError('usage', `The run ${runId} has a ledger already: ${printable(path)}.`, {
      suggestions: [`--run-id ${runId}  to continue it`],
    })
  }
  try {
    const file = await open(path, constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    await endTornLine(file, path)
    return file
  } catch (error) {
    throw error instanceof HubspokeError ? error : ledgerNotWritable(path, fileProblem(error))
  }
}

/** What a killed run left of its last line must not swallow the next one. */
async function endTornLine(file: FileHandle, path: string): Promise<void> {
  const stat = await file.stat()
  if (!stat.isFile()) throw ledgerNotWritable(path, 'it is not a regular file')
  if (stat.size === 0) return
  const {buffer} = await file.read(Buffer.alloc(1), 0, 1, stat.size - 1)
  if (buffer.toString() !== '\n') await file.appendFile('\n')
}

/** So that the file's name, too, outlives a power cut. Some network file systems cannot do it, and need not. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(onFileError(undefined))
  await handle?.sync().catch(onFileError(undefined))
  await handle?.close().catch(onFileError(undefined))
}
