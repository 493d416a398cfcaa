import type {FileHandle} from 'node:fs/promises'

/** What is needed of a file handle. */
export type CommitFile = Pick<FileHandle, 'appendFile' | 'datasync'>

/** Appends lines to a file; resolves when the line, and every one before it, is on disk. */
export type Commit = (line: string) => Promise<void>

interface Waiting {
  readonly line: string
  resolve(): void
  reject(error: unknown): void
}

/**
 * Group commit: while one sync is under way, lines collect, and go to disk together with the next one. Fifty spokes that
 * append at once so share one sync instead of waiting for fifty.
 *
 * After the first failure nothing is written any more and every append rejects with that same error: the file may end in
 * half a line, and a line after it would be lost with it.
 */
export function createGroupCommit(file: CommitFile): Commit {
  let waiting: Waiting[] = []
  let writing = false
  let failure: {readonly error: unknown} | undefined

  const flush = async () => {
    // Lines of the same moment go together from the first time on.
    await Promise.resolve()
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      try {
        if (failure) throw failure.error
        await file.appendFile(group.map(({line}) => line).join(''))
        await file.datasync()
        for (const {resolve} of group) resolve()
      } catch (error) {
        failure ??= {error}
        for (const {reject} of group) reject(error)
      }
    }
    writing = false
  }

  return (line) => {
    const {promise, resolve, reject} = Promise.withResolvers<void>()
    waiting.push({line, resolve, reject})
    if (!writing) {
      writing = true
      void flush()
    }
    return promise
  }
}
