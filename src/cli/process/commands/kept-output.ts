import {appendFile, rm, writeFile} from 'node:fs/promises'
import {onFileError} from '../../../shared/file-error.ts'
import type {Semaphore} from '../../../shared/semaphore.ts'
import type {KeptOutput} from '../../../verbs/foreach/commands.ts'

/** Of one stream of one command. */
const keptBytes = 10 * 1024 * 1024

/** A file that grows while a command prints. */
export interface OutputFile {
  /** Resolves when the chunk is on disk, so that a command prints no faster than it is kept. Never rejects. */
  add(chunk: Buffer): Promise<void>
  /** Ends the file, with a note where something is missing. Never rejects. */
  end(): Promise<KeptOutput>
}

/**
 * Creates the file, which only its user can read; one that is there is replaced. It is open only while something is written,
 * so that hundreds of commands need few descriptors.
 *
 * @param writing limits how many files are open at a time
 * @throws Error of the operating system when it cannot be created
 */
export async function createOutputFile(path: string, writing: Semaphore): Promise<OutputFile> {
  await writing(async () => {
    await rm(path, {force: true})
    await writeFile(path, '', {mode: 0o600, flag: 'wx'})
  })
  let [bytes, kept, isFull] = [0, 0, false]
  /** Whether it was written: a full disk does not end a command. */
  const append = (text: Buffer | string): Promise<boolean> =>
    writing(() => appendFile(path, text).then(() => true)).catch(onFileError(false))
  return {
    async add(chunk) {
      bytes += chunk.length
      if (isFull) return
      const part = chunk.subarray(0, keptBytes - kept)
      const isWritten = await append(part)
      if (isWritten) kept += part.length
      isFull = !isWritten || part.length < chunk.length
    },
    async end() {
      const isCut = kept < bytes
      if (isCut) await append(`\n[hubspoke: ${bytes - kept} of ${bytes} bytes were not kept]\n`)
      return {path, bytes, isCut}
    },
  }
}
