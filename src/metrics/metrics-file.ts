import {lstat, open, rename, rm} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {HubspokeError} from '../model/failure.ts'
import type {Clock} from '../shared/clock.ts'
import {codeOf, fileProblem} from '../shared/file-error.ts'
import {printable} from '../shared/printable.ts'
import {readBounded} from '../shared/read-bounded.ts'
import {successMetric} from './last-run.ts'

/** The textfile collector reads files of all users, as a user of its own. The umask applies. */
const mode = 0o644

const maxBytes = 1024 * 1024

/**
 * When a run of this name last succeeded, in seconds since 1970, as the file says that an earlier run left. Undefined:
 * there is no such file, or it does not say so.
 */
export async function recordedSuccess(
  path: string,
  name: string,
  clock: Pick<Clock, 'now' | 'sleep'>,
): Promise<number | undefined> {
  const start = `${successMetric}{name="${name}"} `
  try {
    if (!(await lstat(path)).isFile()) return undefined
    const text = (await readBounded(path, {maxBytes, clock})).toString('utf8')
    const line = text.split('\n').find((one) => one.startsWith(start))
    const value = Number(line?.slice(start.length))
    return Number.isFinite(value) && value > 0 ? value : undefined
  } catch (error) {
    if (codeOf(error) === undefined) throw error
    return undefined
  }
}

/**
 * Writes the file as a whole: until it is complete and on disk, the earlier one remains as it is. Only a regular file is
 * replaced.
 *
 * @param unique distinguishes the temporary file beside it from those of other runs
 * @throws HubspokeError of class `usage` when it cannot be written
 */
export async function writeMetricsFile(path: string, text: string, unique: string): Promise<void> {
  try {
    await requireReplaceable(path)
    await replaceBy(path, text, unique)
  } catch (error) {
    if (codeOf(error) === undefined) throw error
    throw notWritten(path, codeOf(error) === 'ENOENT' ? 'its folder does not exist' : fileProblem(error))
  }
}

/** To replace a device or a link would take it away from its other users. */
async function requireReplaceable(path: string): Promise<void> {
  try {
    if (!(await lstat(path)).isFile()) throw notWritten(path, 'it exists and is no regular file')
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

async function replaceBy(path: string, text: string, unique: string): Promise<void> {
  // The collector reads every file whose name ends in `.prom`.
  const temporary = join(dirname(path), `.${basename(path)}.${unique}`)
  const file = await open(temporary, 'wx', mode)
  try {
    await file.writeFile(text)
    await file.sync()
    await file.close()
    await rename(temporary, path)
  } catch (error) {
    await file.close()
    await rm(temporary, {force: true})
    throw error
  }
}

function notWritten(path: string, problem: string): HubspokeError {
  return new HubspokeError('usage', `The metrics were not written to ${printable(path)}: ${problem}.`)
}
