/** A part of a text, and the offset at which it begins. */
export interface TextPart {
  readonly start: number
  readonly text: string
}

/**
 * Splits a text of JSON objects that follow each other, as `jq` writes them, which is no YAML. Any other text is one part.
 */
export function jsonTexts(text: string): readonly TextPart[] {
  const whole = [{start: 0, text}]
  if (!text.trimStart().startsWith('{')) return whole
  const parts: TextPart[] = []
  for (let start = 0; start < text.length; ) {
    const end = endOfObject(text, start)
    if (end === undefined) return [...parts, {start, text: text.slice(start)}]
    const next = afterSpace(text, end)
    if (next < text.length && text[next] !== '{') return whole
    parts.push({start, text: text.slice(start, end)})
    start = next
  }
  return parts
}

function afterSpace(text: string, start: number): number {
  const space = /\s*/y
  space.lastIndex = start
  space.test(text)
  return space.lastIndex
}

/** The offset after the object; undefined: it does not end. */
function endOfObject(text: string, start: number): number | undefined {
  let depth = 0
  for (let at = start; at < text.length; at += 1) {
    const char = text[at]
    if (char === '"') at = endOfText(text, at)
    else if (char === '{' || char === '[') depth += 1
    else if (char === '}' || char === ']') {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  return undefined
}

/** The offset of the closing quote. */
function endOfText(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}
