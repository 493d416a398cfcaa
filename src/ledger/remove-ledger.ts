import {lstat, unlink} from 'node:fs/promises'
import {HubspokeError} from '../model/failure.ts'
import {codeOf, fileProblem} from '../shared/file-error.ts'
import {printable} from '../shared/printable.ts'

/**
 * Removes the ledger. One that went away meanwhile is a success. Rejects with a `usage` error when it cannot be removed, or
 * when what is there by now is no plain file: a symbolic link is neither followed nor removed.
 */
export async function removeLedger(path: string): Promise<void> {
  try {
    if (!(await lstat(path)).isFile()) throw notRemovable(path, 'it is not a regular file')
    await unlink(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error instanceof HubspokeError ? error : notRemovable(path, fileProblem(error))
  }
}

function notRemovable(path: string, problem: string): HubspokeError {
  return new HubspokeError('usage', `Cannot remove the ledger ${printable(path)}: ${problem}.`)
}
