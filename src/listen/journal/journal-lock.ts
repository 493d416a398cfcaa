import {link, readFile, rename, unlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {HubspokeError} from '../../model/failure.ts'
import {codeOf, onFileError} from '../../shared/file-error.ts'
import {printable} from '../../shared/printable.ts'

/** Who opens a journal. */
export interface JournalOwner {
  readonly pid: number
  /**
   * Tells this process from any other of the same number, before and after a restart of the machine; undefined: there is no such
   * process.
   */
  identityOf(pid: number): Promise<string | undefined>
  date(): Date
}

/** More than these attempts: others take it again and again. */
const attempts = 10

/**
 * Takes the journal of a directory for this process; the result gives it back. The lock of a process that has ended is taken over.
 *
 * The lock is a hard link: of several processes that make it, one succeeds. A lock that is taken over is moved away first, and is
 * moved back if it was not the one that was looked at.
 *
 * @throws HubspokeError of class `locked` that names the process that has it
 */
export async function takeJournal(directory: string, {pid, identityOf}: JournalOwner): Promise<() => Promise<void>> {
  const lock = join(directory, 'lock')
  const mine = join(directory, `lock.${pid}`)
  const text = JSON.stringify({pid, identity: (await identityOf(pid)) ?? ''})
  await writeFile(mine, text, {mode: 0o600})
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (await linked(mine, lock)) return () => giveBack(lock, text)
      const seen = await readFile(lock, 'utf8').catch(onFileError(''))
      const holder = parseHolder(seen)
      if (holder !== undefined && holder.pid !== pid && (await identityOf(holder.pid)) === holder.identity) {
        throw locked(directory, holder.pid)
      }
      await moveAway(lock, `${mine}.old`, seen)
    }
    throw locked(directory, undefined)
  } finally {
    await unlink(mine).catch(onFileError(undefined))
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    return false
  }
}

async function moveAway(lock: string, away: string, seen: string): Promise<void> {
  await rename(lock, away).catch(onFileError(undefined))
  const moved = await readFile(away, 'utf8').catch(onFileError(seen))
  if (moved !== seen) await link(away, lock).catch(onFileError(undefined))
  await unlink(away).catch(onFileError(undefined))
}

async function giveBack(lock: string, text: string): Promise<void> {
  if ((await readFile(lock, 'utf8').catch(onFileError(''))) === text) await unlink(lock).catch(onFileError(undefined))
}

function parseHolder(text: string): {readonly pid: number; readonly identity: string} | undefined {
  const found = /^\{"pid":(\d{1,10}),"identity":"([^"\\]{0,200})"\}$/.exec(text)
  return found === null ? undefined : {pid: Number(found[1]), identity: found[2] ?? ''}
}

function locked(directory: string, pid: number | undefined): HubspokeError {
  const holder = pid === undefined ? 'another process' : `the process ${pid}`
  return new HubspokeError('locked', `The journal in ${printable(directory)} is used by ${holder}.`, {
    suggestions: [
      ...(pid === undefined ? [] : [`ps -p ${pid} -o args`]),
      '--journal DIRECTORY  for a journal of its own',
    ],
  })
}
