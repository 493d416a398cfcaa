/** What a crashed container wrote last: for people at a terminal, and in a document only where that was asked for. */
export interface LogTail {
  readonly pod: string
  readonly container: string
  /** Oldest first, without what looks like a secret, and safe to print. */
  readonly lines: readonly string[]
}
