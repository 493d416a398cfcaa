import {HubspokeError} from '../../model/failure.ts'
import {quoted} from '../../shared/problem.ts'

/** Why a selector is invalid. */
class Unreadable extends Error {}

/**
 * Refuses a label selector that an API server would refuse, before any request. Equality (`a=b`, `a==b`, `a!=b`), sets
 * (`a in (b,c)`, `a notin (b)`), existence (`a`, `!a`) and comparison (`a>1`) are supported, and the limits of names and values checked. An
 * empty selector is refused, too: for a server it selects everything, and it usually comes from an unset variable.
 *
 * Grammar: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 *
 * @throws HubspokeError of class `usage`
 */
export function refuseUnreadableSelector(selector: string): void {
  if (selector.trim() === '') {
    throw new HubspokeError('usage', 'The label selector is empty, so it would choose every workload.', {
      suggestions: ['leave out -l  for all workloads'],
    })
  }
  try {
    readSelector(createTokens(selector))
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    throw new HubspokeError('usage', `The label selector ${quoted(selector)} cannot be read: ${error.message}.`, {
      suggestions: ["-l 'app=web,tier in (front,back),!canary'  for example"],
    })
  }
}

interface Tokens {
  /** `''` at the end. */
  peek(): string
  take(): string
}

function createTokens(text: string): Tokens {
  const tokens = text.match(/==|!=|[=!(),<>]|[^=!(),<> \t\r\n]+/g) ?? []
  let at = 0
  return {
    peek: () => tokens[at] ?? '',
    take: () => tokens[at++] ?? '',
  }
}

function readSelector(tokens: Tokens): void {
  if (tokens.peek() === '') return
  do readRequirement(tokens)
  while (expectOne(tokens.take(), [',', '']) === ',')
}

function readRequirement(tokens: Tokens): void {
  const isAbsent = tokens.peek() === '!'
  if (isAbsent) tokens.take()
  readName(tokens.take())
  const next = tokens.peek()
  if (next === ',' || next === '') return
  if (isAbsent) throw unexpected(next, '"," or the end')
  tokens.take()
  if (next === 'in' || next === 'notin') readSet(tokens)
  else if (next === '<' || next === '>') readNumber(tokens.take())
  else if (['=', '==', '!='].includes(next)) readExactValue(tokens)
  else throw unexpected(next, 'an operator')
}

function readName(name: string): void {
  if (!isWord(name)) throw unexpected(name, 'the name of a label')
  const slash = name.indexOf('/')
  const prefix = name.slice(0, Math.max(0, slash))
  if ((slash >= 0 && !isDnsName(prefix)) || !isLabelWord(name.slice(slash + 1))) {
    throw new Unreadable(`${quoted(name)} is not a valid label name`)
  }
}

/** An empty value is valid, too. */
function readExactValue(tokens: Tokens): void {
  if ([',', ''].includes(tokens.peek())) return
  const value = tokens.take()
  if (!isWord(value)) throw unexpected(value, 'a value')
  readValue(value)
}

function readSet(tokens: Tokens): void {
  expectOne(tokens.take(), ['('])
  do {
    if (isWord(tokens.peek())) readValue(tokens.take())
  } while (expectOne(tokens.take(), [',', ')']) === ',')
}

function readValue(value: string): void {
  if (!isLabelWord(value)) throw new Unreadable(`${quoted(value)} is not a valid label value`)
}

const largestInt64 = 2n ** 63n - 1n

/** A number may have a sign, but a label value may not. */
function readNumber(value: string): void {
  if (!isWord(value)) throw unexpected(value, 'a whole number')
  if (!/^\d{1,63}$/.test(value) || BigInt(value) > largestInt64) {
    throw new Unreadable(`${quoted(value)} is not a whole number`)
  }
}

function expectOne(token: string, expected: readonly string[]): string {
  if (expected.includes(token)) return token
  const words = expected.map((one) => (one === '' ? 'the end' : `"${one}"`))
  throw unexpected(token, words.join(' or '))
}

function unexpected(token: string, expected: string): Unreadable {
  return new Unreadable(`${token === '' ? 'it ends' : `${quoted(token)} was found`} where ${expected} is expected`)
}

const isWord = (token: string) => /^[^=!(),<>]/.test(token)
const isLabelWord = (text: string) => /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(text)
const isDnsName = (text: string) =>
  text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text)
