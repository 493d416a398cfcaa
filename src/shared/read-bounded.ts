import {constants} from 'node:fs'
import {type FileHandle, open} from 'node:fs/promises'
import type {Clock} from './clock.ts'
import {codeOf} from './file-error.ts'

export interface ReadBounds {
  readonly maxBytes: number
  readonly clock: Pick<Clock, 'now' | 'sleep'>
}

/** Why a file was not read to its end; `code` as in Node's errors. */
class ReadProblem extends Error {
  override readonly name = 'ReadProblem'
  readonly code: 'EFBIG' | 'ETIMEDOUT'

  constructor(code: ReadProblem['code']) {
    super(code)
    this.code = code
  }
}

/** Long enough for a command that fills a pipe (`--kubeconfig <(sops -d FILE)`) to prompt the user first. */
const patienceMs = 30_000

const pollMs = 50
const chunkBytes = 65_536

/**
 * The content of a file, or of a pipe that is being filled, of at most `maxBytes`. A pipe without content is waited for
 * at most half a minute, and never opened in a way that blocks the process.
 *
 * @throws ReadProblem, or the error of the file system
 */
export async function readBounded(path: string, {maxBytes, clock}: ReadBounds): Promise<Buffer> {
  // Without O_NONBLOCK, opening a pipe waits for its writer, in a thread that cannot be ended.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const isPipe = (await file.stat()).isFIFO()
    const chunks: Buffer[] = []
    let size = 0
    let heardAt = clock.now()
    for (;;) {
      const chunk = await readChunk(file)
      const isEnd = chunk?.length === 0 && !(isPipe && size === 0)
      if (isEnd) return Buffer.concat(chunks)
      if (chunk !== undefined && chunk.length > 0) {
        heardAt = clock.now()
        chunks.push(chunk)
        size += chunk.length
        if (size > maxBytes) throw new ReadProblem('EFBIG')
      } else if (clock.now() - heardAt >= patienceMs) throw new ReadProblem('ETIMEDOUT')
      else await clock.sleep(pollMs)
    }
  } finally {
    await file.close()
  }
}

/** Undefined: there is nothing to read yet. */
async function readChunk(file: FileHandle): Promise<Buffer | undefined> {
  try {
    const {bytesRead, buffer} = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, null)
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return undefined
    throw error
  }
}
