import {printable} from '../shared/printable.ts'

const maxLength = 300

/** A sentence that a server wrote, fit to stand in one of ours: one line, safe to print, at most 300 characters. */
export function quotable(text: string): string {
  const line = printable(
    text
      .slice(0, 4 * maxLength)
      .replace(/\s+/g, ' ')
      .trim(),
  )
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line
}
