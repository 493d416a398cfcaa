import {HubspokeError} from '../../model/failure.ts'
import type {Clock} from '../../shared/clock.ts'
import type {Journal} from '../journal/journal.ts'
import type {PushEvent} from '../push-event.ts'
import {isTagEvent, type Queue} from '../queue/queue.ts'
import type {Arriving, Received, TagEvent} from '../queue/records.ts'
import type {Rulebook} from '../queue/rulebook.ts'
import type {Accepted} from '../server/receive.ts'

export interface AcceptDeps {
  readonly journal: Journal
  readonly queue: Queue
  rulebook(): Rulebook
  readonly clock: Pick<Clock, 'date'>
}

/** Events whose record is being written, in the order of the journal. */
interface Pending extends Arriving {
  readonly written: Promise<boolean>
}

/**
 * Makes events durable: when the result is `accepted`, the event is on disk, and its run starts also after this process was killed.
 * Never rejects.
 */
export function eventAcceptance({journal, queue, rulebook, clock}: AcceptDeps) {
  const pending = new Set<Pending>()
  let lastId = queue.lastId

  const record = async (hook: string, event: TagEvent): Promise<boolean> => {
    lastId = Math.max(lastId, queue.lastId) + 1
    const received: Received = {type: 'received', id: lastId, at: clock.date().toISOString(), hook, event}
    try {
      await journal.append([received])
      return true
    } catch (error) {
      if (error instanceof HubspokeError) return false
      throw error
    }
  }

  const acceptOne = async (hook: string, event: PushEvent): Promise<Accepted> => {
    if (!isTagEvent(event)) return {result: 'ignored', why: 'it names no tag'}
    const found = rulebook().ruleFor(event)
    if ('ignored' in found) return {result: 'ignored', why: found.ignored}
    if (queue.isKnown(hook, event, [...pending])) {
      // It is certain only when what it repeats is on disk.
      const writes = await Promise.all([...pending].map(({written}) => written))
      return writes.every(Boolean) ? {result: 'duplicate', why: 'it was accepted before'} : {result: 'unwritable'}
    }
    const written = record(hook, event)
    const one: Pending = {hook, event, written}
    pending.add(one)
    const isWritten = await written.finally(() => pending.delete(one))
    return {result: isWritten ? 'accepted' : 'unwritable'}
  }

  return (hook: string, events: readonly PushEvent[]): Promise<readonly Accepted[]> =>
    Promise.all(events.map((event) => acceptOne(hook, event)))
}
