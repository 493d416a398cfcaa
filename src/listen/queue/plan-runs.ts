import {createHash} from 'node:crypto'
import {createRunId} from '../../model/run-id.ts'
import type {Queue, QueuedRun} from './queue.ts'
import type {Dropped, Planned, Received} from './records.ts'
import type {Rulebook} from './rulebook.ts'

/** What follows from the waiting events now. */
export interface NextRuns {
  readonly records: readonly (Planned | Dropped)[]
  /** When to look again, if nothing arrives until then. */
  readonly again: Date | undefined
}

/**
 * Plans the next run of every repository that has none under way. Events of one repository that arrive within its time are one
 * run; of several events of one tag the newest counts, and the others are superseded by it.
 */
export function planRuns(queue: Queue, rulebook: Rulebook, now: Date): NextRuns {
  const runs = queue.runs()
  const busy = new Set(runs.filter(({again}) => again === undefined).map(({plan}) => plan.repository))
  const records: (Planned | Dropped)[] = []
  let lastRunAt = queue.lastRunAt
  let again: Date | undefined
  for (const [repository, events] of byRepository(queue.waiting())) {
    if (busy.has(repository)) continue
    const {first, ofRule, dropped} = ruled(events, rulebook, now)
    records.push(...dropped)
    if (first === undefined) continue
    const due = dueAt(first.event, first.coalesceMs)
    if (isBefore(now, due, first.coalesceMs)) {
      again = earlier(again, due)
      continue
    }
    const planned = planOf(ofRule, first.rule, {runs, rulebook, lastRunAt, now})
    if (planned.type === 'planned') lastRunAt += Math.max(1, Date.parse(first.event.at) - lastRunAt)
    records.push(planned)
  }
  return {records, again}
}

/** The runs that may start now, and when to look again for one that waits to be tried again. */
export function startableRuns(
  queue: Queue,
  running: ReadonlySet<string>,
  now: Date,
): {readonly start: readonly QueuedRun[]; readonly again: Date | undefined} {
  const runs = queue.runs()
  const busy = new Set(runs.filter(({plan}) => running.has(plan.run)).map(({plan}) => plan.repository))
  const start: QueuedRun[] = []
  let again: Date | undefined
  for (const run of runs) {
    const {repository} = run.plan
    if (busy.has(repository)) continue
    if (run.again !== undefined && run.again > now) {
      again = earlier(again, run.again)
      continue
    }
    busy.add(repository)
    start.push(run)
  }
  return {start, again}
}

function byRepository(events: readonly Received[]): ReadonlyMap<string, readonly Received[]> {
  return Map.groupBy(events, ({event}) => event.repository)
}

interface First {
  readonly event: Received
  readonly rule: string
  readonly coalesceMs: number
}

/** The rule of the oldest event that has one, and every event of the same rule. */
function ruled(events: readonly Received[], rulebook: Rulebook, now: Date) {
  const dropped: Dropped[] = []
  const ofRule: Received[] = []
  let first: First | undefined
  for (const event of events) {
    const found = rulebook.ruleFor(event.event)
    if ('ignored' in found) {
      dropped.push({type: 'dropped', at: now.toISOString(), events: [event.id], why: found.ignored})
      continue
    }
    first ??= {event, ...found}
    if (found.rule === first.rule) ofRule.push(event)
  }
  return {first, ofRule, dropped}
}

interface Planning {
  readonly runs: readonly QueuedRun[]
  readonly rulebook: Rulebook
  readonly lastRunAt: number
  readonly now: Date
}

function planOf(events: readonly Received[], rule: string, {runs, rulebook, lastRunAt, now}: Planning) {
  const newest = [...new Map(events.map((one) => [one.event.tag, one])).values()].sort((a, b) => a.id - b.id)
  const [first] = events
  if (first === undefined) throw new Error('a run without events')
  const {repository} = first.event
  const run = runIdOf(rule, first, lastRunAt)
  const made = rulebook.runOf(
    rule,
    newest.map(({event}) => event),
    run,
  )
  const at = now.toISOString()
  const ids = events.map(({id}) => id)
  if ('ignored' in made) return {type: 'dropped', at, events: ids, why: made.ignored} satisfies Dropped
  const {words, tags, retryForMs, coversRule} = made
  const isCovered = ({plan, again}: QueuedRun) =>
    again !== undefined &&
    plan.repository === repository &&
    plan.rule === rule &&
    (coversRule || plan.tags.every((tag) => tags.includes(tag)))
  const kept = new Set(newest.map(({id}) => id))
  return {
    ...{type: 'planned', at, run, rule, repository, tags, words, retryForMs},
    ...{receivedAt: first.at, hook: first.hook},
    events: [...kept],
    superseded: ids.filter((id) => !kept.has(id)),
    replaces: runs.filter(isCovered).map(({plan}) => plan.run),
  } satisfies Planned
}

/**
 * The id of a run, from its rule, its digest and its first delivery: the same events are the same run. Its time is that of the
 * delivery; no two runs have the same millisecond, because that is what marks their writes.
 */
function runIdOf(rule: string, {id, at, hook, event}: Received, lastRunAt: number): string {
  const {digest = '', deliveryId = `${id}`} = event
  const hash = createHash('sha256')
    .update(JSON.stringify([rule, digest, hook, deliveryId]))
    .digest()
  return createRunId(new Date(Math.max(Date.parse(at), lastRunAt + 1)), hash.readUInt32BE() / 2 ** 32)
}

function dueAt({at}: Received, coalesceMs: number): Date {
  return new Date(Date.parse(at) + coalesceMs)
}

/** A clock that was set back must not keep an event waiting for longer than its time. */
function isBefore(now: Date, due: Date, coalesceMs: number): boolean {
  return now < due && due.getTime() - now.getTime() <= coalesceMs
}

function earlier(one: Date | undefined, other: Date): Date {
  return one === undefined || other < one ? other : one
}
