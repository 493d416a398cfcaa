import {dirname} from 'node:path'
import {HubspokeError} from '../model/failure.ts'
import {own} from '../shared/own.ts'
import {printable} from '../shared/printable.ts'

const sentences: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is as large as it may be',
  EIO: 'the disk reports an error',
  EISDIR: 'it is a directory',
  ELOOP: 'it is a symbolic link',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'there is no such file',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is not a directory',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
}

/** Why a file operation on a ledger failed, in words; what we have no words for keeps the system's code. */
export function fileProblem(error: unknown): string {
  const code = codeOf(error)
  const sentence = code === undefined ? undefined : own(sentences, code)
  return sentence === undefined ? (code ?? String(error)) : `${sentence} (${code})`
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** A ledger that cannot be written is a matter of this machine's configuration, and never a bug. */
export function ledgerNotWritable(path: string, problem: string): HubspokeError {
  return new HubspokeError('usage', `Cannot write the ledger ${printable(path)}: ${problem}.`, {
    suggestions: [
      `df -h ${printable(dirname(path))}`,
      'XDG_STATE_HOME=DIRECTORY hubspoke …  to keep ledgers elsewhere',
    ],
  })
}
