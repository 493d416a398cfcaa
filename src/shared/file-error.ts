import {own} from './own.ts'

/** The code of an error of Node.js or of the operating system, such as `ENOENT`; undefined: it has none. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/**
 * Handles the rejection of a file operation whose failure means `instead`: no such file, no permission, no such system call.
 * Any other error is a bug and is thrown again.
 */
export function onFileError<T>(instead: T): (error: unknown) => T {
  return (error) => {
    // Node.js sets it on the errors of the operating system, and not on those of a wrong argument.
    if (error instanceof Error && 'syscall' in error) return instead
    throw error
  }
}

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

/** Why a file operation failed, in words; what we have no words for keeps the system's code. */
export function fileProblem(error: unknown): string {
  const code = codeOf(error)
  const sentence = code === undefined ? undefined : own(sentences, code)
  return sentence === undefined ? (code ?? String(error)) : `${sentence} (${code})`
}
