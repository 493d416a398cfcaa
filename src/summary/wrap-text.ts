/**
 * Breaks a sentence at spaces into lines of at most `width` characters, indent included. A word that is longer stays
 * whole: it is a name or an image that somebody wants to copy. Without a width there is one line.
 */
export function wrapText(text: string, width: number | undefined, indent = ''): readonly string[] {
  if (width === undefined) return [`${indent}${text}`]
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, indent + line]
}
