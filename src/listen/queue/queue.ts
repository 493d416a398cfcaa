import {runMark} from '../../model/run-id.ts'
import type {PushEvent} from '../push-event.ts'
import {type DigestMemory, rememberDigests} from './digest-memory.ts'
import type {Arriving, Ended, JournalRecord, Known, Planned, Received, TagEvent} from './records.ts'

/** A run that has not ended for good. */
export interface QueuedRun {
  readonly plan: Planned
  /** How often it has ended and is to be tried again. */
  readonly tries: number
  /** When it is tried again; undefined: it has not ended yet. */
  readonly again: Date | undefined
}

/** What is to be done, as the records of a journal tell it. */
export interface Queue {
  /** Events that wait for a run, the oldest first. */
  waiting(): readonly Received[]
  /** Runs that have not ended for good, the oldest first. */
  runs(): readonly QueuedRun[]
  readonly lastId: number
  /** Milliseconds since 1970 of the last run id. */
  readonly lastRunAt: number
  /** Was this very push accepted before? `earlier` are pushes that are being accepted now. */
  isKnown(hook: string, event: TagEvent, earlier?: readonly Arriving[]): boolean
  /** Follows a record that is on disk. */
  apply(record: JournalRecord): void
  /** The records that lead to the same queue. */
  records(): readonly JournalRecord[]
}

export function createQueue(): Queue {
  const waiting = new Map<number, Received>()
  const runs = new Map<string, QueuedRun>()
  const memory: DigestMemory = rememberDigests()
  let lastId = 0
  let lastRunAt = 0

  const receive = (record: Received) => {
    lastId = Math.max(lastId, record.id)
    memory.remember(record.hook, record.event)
    waiting.set(record.id, record)
  }
  const plan = (record: Planned) => {
    for (const id of [...record.events, ...record.superseded]) waiting.delete(id)
    for (const run of record.replaces) runs.delete(run)
    runs.set(record.run, {plan: record, tries: 0, again: undefined})
    lastRunAt = Math.max(lastRunAt, Date.parse(runMark(record.run) ?? '') || 0)
  }
  const end = ({run, again}: Ended) => {
    const queued = runs.get(run)
    if (queued === undefined) return
    if (again === undefined) runs.delete(run)
    else runs.set(run, {...queued, tries: queued.tries + 1, again: new Date(again)})
  }
  const know = ({tags, deliveries, ...last}: Known) => {
    for (const [repository, tag, digest] of tags) memory.rememberDigest({repository, tag, digest})
    for (const [hook, deliveryId] of deliveries) memory.rememberDelivery(hook, deliveryId)
    lastId = Math.max(lastId, last.lastId)
    lastRunAt = Math.max(lastRunAt, last.lastRunAt)
  }

  return {
    waiting: () => [...waiting.values()],
    runs: () => [...runs.values()],
    get lastId() {
      return lastId
    },
    get lastRunAt() {
      return lastRunAt
    },
    isKnown: (hook, event, earlier = []) => memory.isKnown(hook, event, earlier),
    apply(record) {
      switch (record.type) {
        case 'received':
          return receive(record)
        case 'planned':
          return plan(record)
        case 'ended':
          return end(record)
        case 'dropped':
          for (const id of record.events) waiting.delete(id)
          return
        case 'known':
          return know(record)
      }
    },
    records: () => [
      ...inParts(memory.known()).map((part): Known => ({type: 'known', ...part, lastId, lastRunAt})),
      ...waiting.values(),
      ...[...runs.values()].flatMap(recordsOfRun),
    ],
  }
}

/** As many ends as it had tries, so that its next wait is as long. */
function recordsOfRun({plan, tries, again}: QueuedRun): readonly JournalRecord[] {
  const {at, run} = plan
  const end: Ended = {type: 'ended', at, run, exit: 'context-not-read', sentence: '', again: again?.toISOString() ?? at}
  return [plan, ...Array.from({length: tries}, () => end)]
}

/** A record is one line, and lines are bounded. */
function inParts({
  tags,
  deliveries,
}: Pick<Known, 'tags' | 'deliveries'>): readonly Pick<Known, 'tags' | 'deliveries'>[] {
  const most = 1_000
  const count = Math.max(1, Math.ceil(tags.length / most), Math.ceil(deliveries.length / most))
  const part = <T>(list: readonly T[], index: number) => list.slice(index * most, (index + 1) * most)
  return Array.from({length: count}, (_, index) => ({tags: part(tags, index), deliveries: part(deliveries, index)}))
}

/** May an event lead to a run at all? */
export function isTagEvent(event: PushEvent): event is TagEvent {
  return event.tag !== undefined
}
