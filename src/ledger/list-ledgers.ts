import {readdir} from 'node:fs/promises'
import {HubspokeError} from '../model/failure.ts'
import {runMark} from '../model/run-id.ts'
import {codeOf, fileProblem} from '../shared/file-error.ts'
import {printable} from '../shared/printable.ts'
import {ledgerExtension} from './ledger-directory.ts'

/**
 * The ids of the runs that left a ledger in this directory, newest first: an id begins with the second it is of. Whatever
 * else is there is passed over. Rejects with a `usage` error when the directory is there and cannot be read.
 */
export async function listLedgers(directory: string): Promise<readonly string[]> {
  const names = (await readNames(directory)).filter((name) => name.endsWith(ledgerExtension))
  const ids = names.map((name) => name.slice(0, -ledgerExtension.length)).filter((id) => runMark(id) !== undefined)
  return ids.sort().reverse()
}

async function readNames(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, {withFileTypes: true})
    return entries.filter((entry) => entry.isFile()).map(({name}) => name)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw new HubspokeError('usage', `Cannot read the ledgers in ${printable(directory)}: ${fileProblem(error)}.`)
  }
}
