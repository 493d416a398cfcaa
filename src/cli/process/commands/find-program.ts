import {constants} from 'node:fs'
import {access, stat} from 'node:fs/promises'
import {delimiter, join} from 'node:path'
import {onFileError} from '../../../shared/file-error.ts'

/** Can this program be started: is it in PATH, or, with a slash, a file that may be executed? */
export async function programExists(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  if (program === '' || program.includes('\0')) return false
  if (program.includes('/')) return isExecutable(program)
  const folders = (env.PATH ?? '').split(delimiter)
  // An empty entry is the current folder.
  const found = await Promise.all(folders.map((folder) => isExecutable(join(folder || '.', program))))
  return found.includes(true)
}

async function isExecutable(path: string): Promise<boolean> {
  const isAllowed = await access(path, constants.X_OK)
    .then(() => true)
    .catch(onFileError(false))
  return isAllowed && ((await stat(path).catch(onFileError(undefined)))?.isFile() ?? false)
}
