import {printable} from './printable.ts'

/** The text as one word of a shell command that is printed to be copied: quoted where a shell would read more into it. */
export function shellWord(text: string): string {
  const shown = printable(text)
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`
}
