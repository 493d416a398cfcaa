import {nextToken} from './json-tokens.ts'

/** A position in a text, both counted from 1. */
export interface TextPosition {
  readonly line: number
  readonly column: number
}

export type JsonPath = readonly (string | number)[]

/** A list or an object that is read. */
interface Level {
  /** The index, or the key, of its present value. */
  key: string | number
  awaitsKey: boolean
}

/** Where the value of a path begins in a valid JSON text; of a path that is not there, its nearest parent. */
export function jsonPosition(text: string, path: JsonPath): TextPosition {
  const levels: Level[] = []
  let nearest = {depth: -1, at: 0}
  for (let token = nextToken(text, 0); token !== undefined; token = nextToken(text, token.end)) {
    const {word, start} = token
    const depth = levels.length
    if (isValue(word, levels.at(-1)) && depth > nearest.depth && leadsTo(path, levels)) nearest = {depth, at: start}
    if (nearest.depth === path.length) break
    follow(word, levels)
  }
  return positionAt(text, nearest.at)
}

export function positionAt(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset)
  return {line: before.split('\n').length, column: offset - before.lastIndexOf('\n')}
}

/** Are the values that are open the beginning of the path? */
function leadsTo(path: JsonPath, levels: readonly Level[]): boolean {
  return levels.length <= path.length && levels.every(({key}, index) => key === path[index])
}

function isValue(word: string, level: Level | undefined): boolean {
  return !/^[}\],:]$/.test(word) && level?.awaitsKey !== true
}

function follow(word: string, levels: Level[]): void {
  const level = levels.at(-1)
  if (word === '{') levels.push({key: '', awaitsKey: true})
  else if (word === '[') levels.push({key: 0, awaitsKey: false})
  else if (word === '}' || word === ']') levels.pop()
  else if (level !== undefined) proceed(word, level)
}

function proceed(word: string, level: Level): void {
  if (word === ',') {
    if (typeof level.key === 'number') level.key++
    else level.awaitsKey = true
  } else if (level.awaitsKey) {
    level.key = String(JSON.parse(word))
    level.awaitsKey = false
  }
}
