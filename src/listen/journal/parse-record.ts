import {exitCodes} from '../../model/exit-code.ts'
import {runMark} from '../../model/run-id.ts'
import type {JournalRecord} from '../queue/records.ts'

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0
const isTime: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value))
const isListOf =
  (each: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(each)
const isTexts =
  (length: number): Check =>
  (value) =>
    isListOf(isText)(value) && (value as string[]).length === length
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)

const event = {
  repository: isText,
  tag: isText,
  digest: optional(isText),
  pushedAt: optional(isText),
  deliveryId: optional(isText),
}

const fields: Readonly<Record<JournalRecord['type'], Readonly<Record<string, Check>>>> = {
  received: {id: isCount, at: isTime, hook: isText, event: (value) => has(value, event)},
  planned: {
    at: isTime,
    run: (value) => typeof value === 'string' && runMark(value) !== undefined,
    rule: isText,
    repository: isText,
    tags: isListOf(isText),
    receivedAt: isTime,
    hook: isText,
    words: isListOf(isText),
    events: isListOf(isCount),
    superseded: isListOf(isCount),
    replaces: isListOf(isText),
    retryForMs: isCount,
  },
  ended: {
    at: isTime,
    run: isText,
    exit: (value) => typeof value === 'string' && Object.hasOwn(exitCodes, value),
    sentence: isText,
    again: optional(isTime),
  },
  dropped: {at: isTime, events: isListOf(isCount), why: isText},
  known: {
    tags: isListOf(isTexts(3)),
    deliveries: isListOf(isTexts(2)),
    lastId: isCount,
    lastRunAt: isCount,
  },
}

/** The record of a line; undefined: it is none. */
export function parseRecord(line: string): JournalRecord | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string') {
    return undefined
  }
  const {type} = value
  if (!Object.hasOwn(fields, type)) return undefined
  return has(value, fields[type as JournalRecord['type']]) ? (value as JournalRecord) : undefined
}

function has(value: unknown, checks: Readonly<Record<string, Check>>): boolean {
  if (typeof value !== 'object' || value === null) return false
  const given = value as Readonly<Record<string, unknown>>
  return Object.entries(checks).every(([name, check]) => check(given[name]))
}
