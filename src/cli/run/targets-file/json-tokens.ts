/** A part of a JSON text: punctuation, a string with its quotes, or any other word. */
export interface JsonToken {
  readonly start: number
  readonly end: number
  readonly word: string
}

const punctuation = '{}[],:'

/** The token that begins at `from` or after white space; undefined at the end of the text. A string without an end has no closing quote. */
export function nextToken(text: string, from: number): JsonToken | undefined {
  let start = from
  while (isSpace(text.charCodeAt(start))) start++
  if (start >= text.length) return undefined
  const end = endOf(text, start)
  return {start, end, word: text.slice(start, end)}
}

/** Where a text that is not valid JSON stops being the beginning of one. */
export function jsonFault(text: string): number {
  const open: string[] = []
  let expects: Expectation = 'value'
  for (let token = nextToken(text, 0); token !== undefined; token = nextToken(text, token.end)) {
    const next: Expectation | undefined = follows[expects](token.word, open)
    if (next === undefined) return token.start
    expects = next
  }
  return text.length
}

type Expectation = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end' | 'end'

type Follow = (word: string, open: string[]) => Expectation | undefined

const key: Follow = (word) => (word.startsWith('"') && isWhole(word) ? ':' : undefined)

/** What comes after a word where something is expected; undefined: the word is not what is expected. */
const follows: Readonly<Record<Expectation, Follow>> = {
  value: begin,
  'value or ]': (word, open) => (word === ']' ? close(open) : begin(word, open)),
  key,
  'key or }': (word, open) => (word === '}' ? close(open) : key(word, open)),
  ':': (word) => (word === ':' ? 'value' : undefined),
  ', or end'(word, open) {
    const isObject = open.at(-1) === '{'
    if (word === ',') return isObject ? 'key' : 'value'
    return word === (isObject ? '}' : ']') ? close(open) : undefined
  },
  end: () => undefined,
}

function begin(word: string, open: string[]): Expectation | undefined {
  if (word === '{' || word === '[') {
    open.push(word)
    return word === '{' ? 'key or }' : 'value or ]'
  }
  return isWhole(word) ? after(open) : undefined
}

function close(open: string[]): Expectation {
  open.pop()
  return after(open)
}

const after = (open: readonly string[]): Expectation => (open.length === 0 ? 'end' : ', or end')

function isWhole(word: string): boolean {
  try {
    JSON.parse(word)
    return true
  } catch {
    return false
  }
}

function endOf(text: string, start: number): number {
  if (punctuation.includes(text.charAt(start))) return start + 1
  if (text.charAt(start) === '"') return endOfString(text, start)
  let end = start + 1
  while (end < text.length && !isSpace(text.charCodeAt(end)) && !`${punctuation}"`.includes(text.charAt(end))) end++
  return end
}

function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0
    while (text.charAt(at - 1 - escapes) === '\\') escapes++
    if (escapes % 2 === 0) return at + 1
  }
  return text.length
}

const isSpace = (code: number) => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
