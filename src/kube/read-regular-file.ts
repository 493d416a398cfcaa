import {constants} from 'node:fs'
import {open} from 'node:fs/promises'
import {codeOf} from '../shared/file-error.ts'

/** The certificate bundle of any distribution fits; a credential is a thousandth of it. */
const defaultMaxBytes = 16 * 1024 * 1024

/**
 * The content of a file whose path comes from outside. Anything but a regular file (a pipe without a writer, a device without
 * end) is refused and not waited for, and so is a file of more than `maxBytes`.
 *
 * @throws an Error whose message is a clause that says why; it names no path
 */
export async function readRegularFile(path: string, maxBytes: number = defaultMaxBytes): Promise<Buffer> {
  // Without O_NONBLOCK, opening a pipe waits for its writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw new Error(whyOf(error))
  })
  try {
    const status = await file.stat()
    if (status.isDirectory()) throw new Error('is a folder')
    if (!status.isFile()) throw new Error('is not a regular file')
    if (status.size > maxBytes) throw new Error(`is larger than ${Math.round(maxBytes / 1024)} KiB`)
    return await file.readFile()
  } finally {
    await file.close()
  }
}

function whyOf(error: unknown): string {
  const code = codeOf(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist'
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user'
  return 'cannot be read'
}
