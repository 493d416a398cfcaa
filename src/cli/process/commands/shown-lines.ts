import {StringDecoder} from 'node:string_decoder'

/** So much of one stream of one command is shown; its file has more. In UTF-16 units, and in lines. */
export const shown = {characters: 256 * 1024, lines: 2_000, lineLength: 4_096} as const

/** What a command prints, as lines that are shown one by one. */
export interface ShownLines {
  add(chunk: Buffer): void
  /** Shows the last line, which may have no line break. */
  end(): void
}

/**
 * Splits output into lines, each shown whole, so that those of several commands never mix within a line. A line that is too
 * long is shown in parts, and output that is too long only in its first part.
 *
 * @param rest said once, in the place of all further lines
 */
export function showLines(show: (line: string) => void, rest: string): ShownLines {
  const decoder = new StringDecoder('utf8')
  let [pending, characters, lines, isOver] = ['', 0, 0, false]
  const showOne = (line: string): void => {
    if (isOver) return
    characters += line.length
    lines += 1
    isOver = characters > shown.characters || lines > shown.lines
    show(isOver ? rest : line.replace(/\r$/, '').replaceAll('\t', '    '))
  }
  const take = (text: string): void => {
    if (isOver) return
    const parts = `${pending}${text}`.split('\n')
    pending = parts.pop() ?? ''
    for (const part of parts) for (const line of slices(part)) showOne(line)
    if (pending.length < shown.lineLength) return
    for (const line of slices(pending)) showOne(line)
    pending = ''
  }
  return {
    add: (chunk) => take(decoder.write(chunk)),
    end() {
      take(decoder.end())
      if (pending !== '') showOne(pending)
      pending = ''
    },
  }
}

function slices(line: string): readonly string[] {
  if (line.length <= shown.lineLength) return [line]
  const count = Math.ceil(line.length / shown.lineLength)
  return Array.from({length: count}, (_, at) => line.slice(at * shown.lineLength, (at + 1) * shown.lineLength))
}
