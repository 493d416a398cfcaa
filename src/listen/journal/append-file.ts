import type {FileHandle} from 'node:fs/promises'
import {onFileError} from '../../shared/file-error.ts'

/** A file that only grows by whole texts, and what is known to be on disk of it. */
export interface AppendFile {
  readonly file: FileHandle
  readonly size: number
}

/**
 * Appends a text; resolves with the file as it is then, when the text is on disk. Rejects with the error of the operating system,
 * and then takes back what may have been written: what stays of it is truncated before the next text.
 */
export async function appendDurably({file, size}: AppendFile, text: string): Promise<AppendFile> {
  if ((await file.stat()).size > size) await file.truncate(size)
  try {
    await file.appendFile(text)
    await file.datasync()
  } catch (error) {
    await file.truncate(size).catch(onFileError(undefined))
    throw error
  }
  return {file, size: size + Buffer.byteLength(text)}
}

/** Is there room for so many bytes? Rejects with the error of the operating system where there is none; the file stays as it was. */
export async function tryAppending(to: AppendFile, bytes: number): Promise<void> {
  await appendDurably(to, `${' '.repeat(bytes)}\n`)
  await to.file.truncate(to.size)
}
