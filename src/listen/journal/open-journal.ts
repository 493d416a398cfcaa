import {constants} from 'node:fs'
import {copyFile, type FileHandle, open} from 'node:fs/promises'
import {join} from 'node:path'
import {HubspokeError} from '../../model/failure.ts'
import {codeOf, fileProblem} from '../../shared/file-error.ts'
import {makeDirectories} from '../../shared/make-directories.ts'
import {printable} from '../../shared/printable.ts'
import {countOf} from '../../shared/words.ts'
import {createQueue, type Queue} from '../queue/queue.ts'
import type {JournalRecord} from '../queue/records.ts'
import {createJournal, type Journal, notWritable, replaceJournal} from './journal.ts'
import {type JournalOwner, takeJournal} from './journal-lock.ts'
import {parseRecord} from './parse-record.ts'

export interface OpenJournal {
  readonly journal: Journal
  readonly queue: Queue
  /** What could not be read of it, as a sentence; undefined: all was read. */
  readonly damage: string | undefined
  /** Closes the journal, and lets other processes open it. */
  close(): Promise<void>
}

/** An event has at most 1 MiB, and most of that is not kept. */
const longestLine = 1024 * 1024

/**
 * Opens the journal of a directory, which is created for its owner alone, and follows its records. Only one process has it.
 *
 * @throws HubspokeError of class `usage` when it cannot be read or written, of class `locked` when another process has it
 */
export async function openJournal(directory: string, owner: JournalOwner): Promise<OpenJournal> {
  const path = join(directory, 'journal.jsonl')
  try {
    await makeDirectories(directory, 0o700)
    const release = await takeJournal(directory, owner)
    try {
      return await openOwn(path, owner, release)
    } catch (error) {
      await release()
      throw error
    }
  } catch (error) {
    if (error instanceof HubspokeError || codeOf(error) === undefined) throw error
    throw notWritable(path, fileProblem(error))
  }
}

async function openOwn(path: string, {date}: JournalOwner, release: () => Promise<void>): Promise<OpenJournal> {
  const queue = createQueue()
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const file = await open(path, flags, 0o600)
  let damage: string | undefined
  try {
    const damaged = await follow(file, path, queue)
    if (damaged.length > 0) {
      const copy = `${path}.damaged-${date().toISOString().replaceAll(/[-:.]/g, '')}`
      await copyFile(path, copy, constants.COPYFILE_EXCL)
      damage = `${countOf(damaged.length, 'line')} of the journal ${printable(path)} could not be read (the first is line ${damaged[0]}). A copy is in ${printable(copy)}.`
    }
  } finally {
    await file.close()
  }
  const whole = await replaceJournal(path, queue)
  const journal = createJournal(path, whole, queue)
  return {
    ...{journal, queue, damage},
    async close() {
      await journal.close()
      await release()
    },
  }
}

/** The numbers of the lines that are no records. A last line without its end was being written when the process ended. */
async function follow(file: FileHandle, path: string, queue: Queue): Promise<readonly number[]> {
  const stat = await file.stat()
  if (!stat.isFile()) throw notWritable(path, 'it is not a regular file')
  const damaged: number[] = []
  let number = 0
  for await (const {line, ended} of linesOf(file)) {
    number += 1
    if (line === '') continue
    const record = ended ? parseRecord(line) : undefined
    if (record !== undefined) apply(queue, record)
    else if (ended) damaged.push(number)
  }
  return damaged
}

/** A push that is in the journal twice was written twice, because the first answer was lost. */
function apply(queue: Queue, record: JournalRecord): void {
  if (record.type === 'received' && queue.isKnown(record.hook, record.event)) return
  queue.apply(record)
}

async function* linesOf(file: FileHandle): AsyncGenerator<{readonly line: string; readonly ended: boolean}> {
  let rest = ''
  for await (const chunk of file.createReadStream({encoding: 'utf8', autoClose: false, start: 0})) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield {line, ended: true}
    if (rest.length > longestLine) rest = rest.slice(-1) // no record, and its end is found
  }
  if (rest !== '') yield {line: rest, ended: false}
}
