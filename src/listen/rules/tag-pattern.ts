import type {Problem} from '../../shared/problem.ts'

/**
 * A regular expression over whole tags, in the syntax of JavaScript without what looks around or back. It is matched by sets
 * of positions, never by trying one way after another: the time is bounded for any expression and any tag.
 */
export interface TagPattern {
  matches(tag: string): boolean
}

/** In characters. */
export const longestPattern = 200

const deepestGroups = 10
/** `(a+b)*`, and no further. */
const deepestRepeats = 2
/** No tag is longer, so no part of one is there more often. */
const most = 128

type Node =
  | {readonly type: 'char'; accepts(char: string): boolean}
  | {readonly type: 'all'; readonly parts: readonly Node[]}
  | {readonly type: 'any'; readonly parts: readonly Node[]}
  | {readonly type: 'repeat'; readonly part: Node; readonly min: number; readonly max: number}

/** Why an expression is refused. */
class Refused extends Error {}

/** Never throws. */
export function parseTagPattern(text: string): TagPattern | Problem {
  if (text.length > longestPattern) return {problem: `it is longer than ${longestPattern} characters`}
  const syntax = syntaxProblem(text)
  if (syntax !== undefined) return {problem: syntax}
  try {
    const node = readWhole(withoutAnchors(text))
    if (repeatsOf(node) > deepestRepeats) throw new Refused('it repeats a repetition of a repetition')
    return {matches: (tag) => tag.length <= most && ends(node, new Set([0]), tag).has(tag.length)}
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return {problem: error.message}
  }
}

function syntaxProblem(text: string): string | undefined {
  try {
    new RegExp(text, 'u')
    return undefined
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return error.message.replace(/^.*: /s, '').replace(/^./, (first) => first.toLowerCase())
  }
}

/** The whole tag is matched with or without them. */
function withoutAnchors(text: string): string {
  const bare = text.replace(/^\^/, '')
  return /(?<!\\)(\\\\)*\$$/.test(bare) ? bare.slice(0, -1) : bare
}

/** Reads an expression whose syntax is valid. */
function readWhole(text: string): Node {
  let at = 0
  const alternatives = (depth: number): Node => {
    const parts = [sequence(depth)]
    while (text[at] === '|') {
      at++
      parts.push(sequence(depth))
    }
    return {type: 'any', parts}
  }
  const sequence = (depth: number): Node => {
    const parts: Node[] = []
    while (at < text.length && text[at] !== '|' && text[at] !== ')') parts.push(repeated(depth))
    return {type: 'all', parts}
  }
  const repeated = (depth: number): Node => {
    const part = text[at] === '(' ? group(depth) : oneChar()
    const [word, range] = /^(?:[*+?]|\{(\d+(?:,\d*)?)\})/.exec(text.slice(at)) ?? []
    if (word === undefined) return part
    at += word.length
    if (text[at] === '?') throw new Refused(`"${word}?" is not supported: the whole tag has to match in any case`)
    return {type: 'repeat', part, ...bounds(word, range)}
  }
  const group = (depth: number): Node => {
    if (depth === deepestGroups) throw new Refused(`it has more than ${deepestGroups} groups in each other`)
    at += text.startsWith('(?:', at) ? 3 : 1
    if (text[at] === '?') throw new Refused('a group with "(?" is not supported, except "(?:"')
    const node = alternatives(depth + 1)
    at++ // its ")"
    return node
  }
  const oneChar = (): Node => {
    const [token = ''] = /^(?:\\.|\[(?:\\.|[^\]\\])*\]|.)/su.exec(text.slice(at)) ?? []
    at += token.length
    return {type: 'char', accepts: acceptsOf(token)}
  }
  return alternatives(0)
}

/** A character, or a class of characters, means the same alone as in the expression. */
function acceptsOf(token: string): (char: string) => boolean {
  if (token === '^' || token === '$') throw new Refused(`"${token}" is allowed only at the beginning and at the end`)
  if (/\\[^dDwW.-]/.test(token))
    throw new Refused(`"${token}" is not supported: use characters, ranges, \\d, \\w and \\.`)
  const one = new RegExp(`^${token}$`, 'u')
  return (char) => one.test(char)
}

function bounds(word: string, range: string | undefined): {readonly min: number; readonly max: number} {
  if (range === undefined) return {min: word === '+' ? 1 : 0, max: word === '?' ? 1 : most}
  const [least = '', greatest] = range.split(',')
  const min = Number(least)
  const max = greatest === undefined ? min : greatest === '' ? most : Number(greatest)
  if (min > most || max > most) throw new Refused(`"${word}" is more than the ${most} characters of a tag`)
  return {min, max}
}

/** How deep repetitions are in each other; "?" repeats nothing. */
function repeatsOf(node: Node): number {
  if (node.type === 'char') return 0
  if (node.type === 'repeat') return repeatsOf(node.part) + (node.max > 1 ? 1 : 0)
  return Math.max(0, ...node.parts.map(repeatsOf))
}

/** Does it match the empty text? */
function isEmptyable(node: Node): boolean {
  if (node.type === 'char') return false
  if (node.type === 'repeat') return node.min === 0 || isEmptyable(node.part)
  return node.type === 'all' ? node.parts.every(isEmptyable) : node.parts.some(isEmptyable)
}

/** The positions after the node, from any of the positions before it. */
function ends(node: Node, starts: ReadonlySet<number>, text: string): ReadonlySet<number> {
  if (starts.size === 0) return starts
  switch (node.type) {
    case 'char':
      return new Set([...starts].filter((at) => at < text.length && node.accepts(text[at] ?? '')).map((at) => at + 1))
    case 'all':
      return node.parts.reduce((reached, part) => ends(part, reached, text), starts)
    case 'any':
      return new Set(node.parts.flatMap((part) => [...ends(part, starts, text)]))
    case 'repeat':
      return repeatedEnds(node, starts, text)
  }
}

/** Only positions that are new are followed: so a repetition ends, and each position costs once. */
function repeatedEnds(
  {part, min, max}: Extract<Node, {readonly type: 'repeat'}>,
  starts: ReadonlySet<number>,
  text: string,
): ReadonlySet<number> {
  // A part that may be empty fills any minimum.
  const least = isEmptyable(part) ? 0 : min
  let last = starts
  for (let count = 0; count < least && last.size > 0; count++) last = ends(part, last, text)
  const all = new Set(last)
  for (let count = least; count < max && last.size > 0; count++) {
    last = new Set([...ends(part, last, text)].filter((at) => !all.has(at)))
    for (const at of last) all.add(at)
  }
  return all
}
