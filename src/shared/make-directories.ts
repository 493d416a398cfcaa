import {mkdir, stat} from 'node:fs/promises'
import {dirname} from 'node:path'
import {codeOf} from './file-error.ts'

/**
 * Creates a directory and those above it that do not exist, one after the other, with `mode`. One that exists is left as it is.
 *
 * Not `mkdir` with `recursive`: where a file system answers ENOENT although the parent exists, as /proc does, that of Node.js
 * tries without end, and its thread cannot be stopped.
 *
 * Rejects with the error of the operating system; `EEXIST`: something there is no directory.
 */
export async function makeDirectories(path: string, mode: number): Promise<void> {
  const missing: string[] = []
  let above = path
  while (!(await exists(above))) {
    missing.push(above)
    above = dirname(above)
  }
  for (const directory of missing.toReversed()) await makeOne(directory, mode)
  if (!(await stat(path)).isDirectory())
    throw Object.assign(new Error(`EEXIST: ${path}`), {code: 'EEXIST', syscall: 'mkdir'})
}

/** Another process may create it at the same time. */
async function makeOne(directory: string, mode: number): Promise<void> {
  try {
    await mkdir(directory, {mode})
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}
