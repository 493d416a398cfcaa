import {printable} from './printable.ts'

/** The text as one word of a shell command to copy: quoted where a shell would interpret it. */
export function shellWord(text: string): string {
  const shown = printable(text)
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`
}
