import {printable} from './printable.ts'

/** Text that is not what it should be, as a value: one sentence for people, safe to print. */
export interface Problem {
  readonly problem: string
}

/** Is it a problem, and not what was asked for? */
export function isProblem(value: object): value is Problem {
  return 'problem' in value
}

const maxQuoted = 80

/** The text in double quotes, on one line, cut after 80 characters. */
export function quoted(text: string): string {
  const start = [...text.slice(0, 2 * maxQuoted)].slice(0, maxQuoted).join('')
  return `"${printable(start)}${start.length < text.length ? '…' : ''}"`
}
