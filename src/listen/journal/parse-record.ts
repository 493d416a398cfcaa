import {type ExitName, exitCodes} from '../../model/exit-code.ts'
import {runMark} from '../../model/run-id.ts'
import {eachIs, isNumber, isOneOf, isShape, isText, maybe} from '../../shared/shape.ts'
import type {Dropped, Ended, JournalRecord, Known, Planned, Received, TagEvent} from '../queue/records.ts'

const isCount = (value: unknown) => isNumber(value) && Number.isSafeInteger(value) && value >= 0
const isTime = (value: unknown) => isText(value) && !Number.isNaN(Date.parse(value))
const isTexts = (length: number) => (value: unknown) =>
  Array.isArray(value) && value.length === length && value.every(isText)
const exitNames = Object.keys(exitCodes) as readonly ExitName[]

const isTagEvent = isShape<TagEvent>({
  repository: isText,
  tag: isText,
  digest: maybe(isText),
  pushedAt: maybe(isText),
  deliveryId: maybe(isText),
})

const guards = [
  isShape<Received>({type: isOneOf(['received']), id: isCount, at: isTime, hook: isText, event: isTagEvent}),
  isShape<Planned>({
    type: isOneOf(['planned']),
    at: isTime,
    run: (value) => isText(value) && runMark(value) !== undefined,
    rule: isText,
    repository: isText,
    tags: eachIs(isText),
    receivedAt: isTime,
    hook: isText,
    words: eachIs(isText),
    events: eachIs(isCount),
    superseded: eachIs(isCount),
    replaces: eachIs(isText),
    retryForMs: isCount,
  }),
  isShape<Ended>({
    type: isOneOf(['ended']),
    at: isTime,
    run: isText,
    exit: isOneOf(exitNames),
    sentence: isText,
    again: maybe(isTime),
  }),
  isShape<Dropped>({type: isOneOf(['dropped']), at: isTime, events: eachIs(isCount), why: isText}),
  isShape<Known>({
    type: isOneOf(['known']),
    tags: eachIs(isTexts(3)),
    deliveries: eachIs(isTexts(2)),
    lastId: isCount,
    lastRunAt: isCount,
  }),
] as const

/** The record of a line; undefined: it is none. */
export function parseRecord(line: string): JournalRecord | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  return isJournalRecord(value) ? value : undefined
}

function isJournalRecord(value: unknown): value is JournalRecord {
  return guards.some((guard) => guard(value))
}
