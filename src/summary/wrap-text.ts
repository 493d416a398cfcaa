import type {ViewOptions} from './view-options.ts'

/**
 * Breaks a sentence at spaces into lines of at most `width` columns, indent included. A longer word stays whole: it
 * is a name or an image to be copied. Without a width there is one line.
 *
 * @param widthOf columns that a text takes in a terminal
 */
export function wrapText(
  text: string,
  width = Number.POSITIVE_INFINITY,
  indent = '',
  widthOf = (part: string) => part.length,
): readonly string[] {
  const lines: string[] = []
  const [first = '', ...words] = text.split(' ')
  let line = indent + first
  let taken = indent.length + widthOf(first)
  for (const word of words) {
    const needed = widthOf(word)
    if (taken + 1 + needed > width) {
      lines.push(line)
      line = indent + word
      taken = indent.length + needed
    } else {
      line += ` ${word}`
      taken += 1 + needed
    }
  }
  return [...lines, line]
}

/** Sentences under a heading, with an empty line behind them; nothing where there are none. */
export function sectionLines(
  heading: string,
  sentences: readonly string[],
  {printable, width}: Pick<ViewOptions, 'printable' | 'width'>,
): readonly string[] {
  if (sentences.length === 0) return []
  return [heading, ...sentences.flatMap((sentence) => wrapText(printable(sentence), width, '  ')), '']
}
