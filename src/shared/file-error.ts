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
