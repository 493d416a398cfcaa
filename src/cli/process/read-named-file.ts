import {HubspokeError} from '../../model/failure.ts'
import type {Clock} from '../../shared/clock.ts'
import {codeOf} from '../../shared/file-error.ts'
import {readBounded} from '../../shared/read-bounded.ts'

export interface NamedFile {
  readonly path: string
  /** How sentences name it, without an article: `targets file "a.json"`. */
  readonly what: string
  readonly maxBytes: number
  /** The error for a larger one. */
  tooLarge(): HubspokeError
}

/**
 * Reads a file that the user has named.
 *
 * @throws HubspokeError of class `usage` that says why it cannot be read
 */
export async function readNamedFile(
  {path, what, maxBytes, tooLarge}: NamedFile,
  clock: Pick<Clock, 'now' | 'sleep'>,
): Promise<Buffer> {
  try {
    return await readBounded(path, {maxBytes, clock})
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    throw code === 'EFBIG' ? tooLarge() : new HubspokeError('usage', problemOf(code, what))
  }
}

function problemOf(code: string, what: string): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return `There is no ${what}.`
  if (code === 'EISDIR') return `The ${what} is a folder.`
  if (code === 'EACCES' || code === 'EPERM') return `The ${what} may not be read by this user.`
  if (code === 'ETIMEDOUT') return `The ${what} is a pipe that nothing was written to.`
  return `The ${what} cannot be read (${code}).`
}
