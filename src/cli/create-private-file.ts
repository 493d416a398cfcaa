import {type FileHandle, lstat, open, readFile, rm} from 'node:fs/promises'
import {dirname} from 'node:path'
import {HubspokeError} from '../model/failure.ts'
import {codeOf, fileProblem} from '../shared/file-error.ts'
import {makeDirectories} from '../shared/make-directories.ts'

export interface PrivateFile {
  readonly path: string
  /** Removes it if it is still the file that was created, with the content that it was given; true: it was left. */
  remove(): Promise<boolean>
}

/**
 * Creates a file that only its user may read. What is there already is never overwritten: of several paths the first that is
 * free is taken.
 *
 * @throws HubspokeError of class `usage` when it cannot be created, or when there is no free path
 */
export async function createPrivateFile(paths: string | Iterable<string>, content: string): Promise<PrivateFile> {
  let last = ''
  for (const path of typeof paths === 'string' ? [paths] : paths) {
    last = path
    const file = await createNew(path)
    if (file === undefined) continue
    try {
      await file.writeFile(content)
      const {ino, dev} = await file.stat()
      return {path, remove: () => removeOwn(path, {content, ino, dev})}
    } finally {
      await file.close()
    }
  }
  throw new HubspokeError('usage', `The file ${last} exists already, and is not overwritten.`, {
    suggestions: ['--write-kubeconfig PATH  of a file that does not exist yet'],
  })
}

/** Undefined: there is something of that name already. */
async function createNew(path: string): Promise<FileHandle | undefined> {
  let folderExists = false
  try {
    await makeDirectories(dirname(path), 0o700)
    folderExists = true
    return await open(path, 'wx', 0o600)
  } catch (error) {
    if (folderExists && codeOf(error) === 'EEXIST') return undefined
    throw new HubspokeError('usage', `The file ${path} cannot be created: ${fileProblem(error)}.`, {
      suggestions: ['--write-kubeconfig PATH  to write it elsewhere'],
    })
  }
}

interface Own {
  readonly content: string
  readonly ino: number
  readonly dev: number
}

async function removeOwn(path: string, {content, ino, dev}: Own): Promise<boolean> {
  try {
    const now = await lstat(path)
    if (now.ino !== ino || now.dev !== dev || (await readFile(path, 'utf8')) !== content) return true
    await rm(path)
    return false
  } catch (error) {
    return codeOf(error) !== 'ENOENT'
  }
}
