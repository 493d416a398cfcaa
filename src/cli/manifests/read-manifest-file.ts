import {isUtf8} from 'node:buffer'
import {HubspokeError} from '../../model/failure.ts'
import {codeOf} from '../../shared/file-error.ts'
import {quoted} from '../../shared/problem.ts'
import {readBounded} from '../../shared/read-bounded.ts'
import type {Input} from '../process/input.ts'
import type {ManifestReaderDeps} from './manifest-reader-deps.ts'

/** 5,000 objects have a tenth of it. */
export const largestBytes = 32 * 1024 * 1024

/**
 * The text of a file, or of a pipe such as `<(helm template CHART)`.
 *
 * @throws HubspokeError of class `usage` when it cannot be read
 */
export async function readManifestFile(path: string, clock: ManifestReaderDeps['clock']): Promise<string> {
  try {
    return utf8(await readBounded(path, {maxBytes: largestBytes, clock}), quoted(path))
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    throw unreadable(code, path)
  }
}

/** @throws HubspokeError of class `usage` when it is a terminal, or cannot be read */
export async function readManifestStdin(input: Input): Promise<string> {
  if (input.isTerminal) {
    throw new HubspokeError('usage', '-f - reads stdin, and stdin is a terminal.', {
      suggestions: ['hubspoke apply -f FILE', 'helm template CHART | hubspoke apply -f -'],
    })
  }
  const content = await input.read(largestBytes)
  if (content === undefined) throw unreadable('EFBIG', 'stdin')
  if (content.length === 0) {
    throw new HubspokeError(
      'usage',
      'The manifests are read from stdin, and stdin is empty: pipe them into the command.',
    )
  }
  return utf8(content, 'stdin')
}

/** The error about a file or folder that cannot be read, by the code of Node.js. */
export function unreadable(code: string, path: string): HubspokeError {
  return new HubspokeError('usage', problemOf(code, path === 'stdin' ? path : quoted(path)))
}

function problemOf(code: string, file: string): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return `There is no file or folder ${file}.`
  if (code === 'EACCES' || code === 'EPERM') return `${file} may not be read by this user.`
  if (code === 'EFBIG') return `${file} is larger than 32 MiB.`
  if (code === 'ETIMEDOUT') return `${file} is a pipe that nothing was written to.`
  if (code === 'ELOOP') return `${file} is a symbolic link that leads to itself.`
  return `${file} cannot be read (${code}).`
}

/** @throws HubspokeError of class `usage` when the bytes are no text */
export function utf8(content: Buffer, file: string): string {
  if (isUtf8(content) && !content.includes(0)) return content.toString('utf8')
  throw new HubspokeError('usage', `${file} is not a text in UTF-8.`)
}
