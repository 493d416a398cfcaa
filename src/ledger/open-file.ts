import {constants} from 'node:fs'
import {type FileHandle, open} from 'node:fs/promises'
import {HubspokeError} from '../model/failure.ts'
import {codeOf, fileProblem} from '../shared/file-error.ts'
import {printable} from '../shared/printable.ts'

/** A symbolic link is not followed, and a pipe is not waited for. */
export async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new HubspokeError('not-found', `There is no ledger ${printable(path)}.`)
    throw notReadable(path, fileProblem(error))
  }
}

export function notReadable(path: string, problem: string): HubspokeError {
  return new HubspokeError('usage', `Cannot read the ledger ${printable(path)}: ${problem}.`)
}
