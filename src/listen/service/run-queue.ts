import type {ExitName} from '../../model/exit-code.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {Clock} from '../../shared/clock.ts'
import type {Journal} from '../journal/journal.ts'
import {planRuns, startableRuns} from '../queue/plan-runs.ts'
import type {Queue, QueuedRun} from '../queue/queue.ts'
import type {Dropped, Ended, JournalRecord, Planned} from '../queue/records.ts'
import type {Rulebook} from '../queue/rulebook.ts'
import type {WakeUp} from './wake-up.ts'

/** How a run has ended. */
export interface RunEnd {
  readonly exit: ExitName
  readonly sentence: string
  /** `again`: something could not be reached, and another try may reach it; `stopped`: this process is stopping. */
  readonly left: 'nothing' | 'again' | 'stopped'
}

export interface RunQueueDeps {
  readonly journal: Journal
  readonly queue: Queue
  rulebook(): Rulebook
  readonly clock: Clock
  /** Rings when something has changed. */
  readonly wakeUp: WakeUp
  /** Aborted: nothing new starts. */
  readonly stop: AbortSignal
  /** Carries out one run to its end. Never rejects for what a cluster or a file does. */
  run(plan: Planned): Promise<RunEnd>
  /** Why no run may start now; undefined: runs may start. */
  frozen(): Promise<string | undefined>
  /** The most runs at the same time. */
  readonly mostRuns: number
  onPlanned(record: Planned | Dropped): void
  onEnded(record: Ended, queued: QueuedRun): void
  /** What keeps runs from starting, whenever that changes; undefined: nothing does. */
  onHeld(why: string | undefined): void
}

/** How soon a freeze file and a journal that cannot be written are looked at again, in milliseconds. */
const lookMs = 2_000
const idleMs = 60_000

/** The waits between tries of a run, in milliseconds: doubled each time, up to the longest. */
const tries = {firstMs: 15_000, longestMs: 300_000}

/**
 * Starts the runs that follow from the journal until it is stopped, then waits for the runs in progress. A run that has not ended
 * stays in the journal, and is the first one to start next time.
 */
export async function runQueue(deps: RunQueueDeps): Promise<void> {
  const {wakeUp, stop, journal} = deps
  const running = new Map<string, Promise<void>>()
  let held: string | undefined
  while (!stop.aborted) {
    if (journal.problem() !== undefined) await journal.probe()
    const why = journal.problem() ?? (await deps.frozen())
    if (why !== held) deps.onHeld(why)
    held = why
    const waitMs = why === undefined ? await startNext(deps, running) : lookMs
    await wakeUp.next(waitMs, stop)
  }
  await Promise.all(running.values())
}

/** Plans and starts what can start now. The result is how long nothing else will, in milliseconds. */
async function startNext(deps: RunQueueDeps, running: Map<string, Promise<void>>): Promise<number> {
  const {clock, wakeUp, queue} = deps
  const now = clock.date()
  const planned = planRuns(queue, deps.rulebook(), now)
  if (planned.records.length > 0) {
    if (!(await write(deps, planned.records))) return lookMs
    for (const record of planned.records) deps.onPlanned(record)
  }
  const {start, again} = startableRuns(queue, new Set(running.keys()), now)
  for (const one of start.slice(0, Math.max(0, deps.mostRuns - running.size))) {
    const {run} = one.plan
    const ended = carryOut(one, deps).finally(() => {
      running.delete(run)
      wakeUp.ring()
    })
    running.set(run, ended)
  }
  const times = [planned.again, again].flatMap((at) => (at === undefined ? [] : [at.getTime() - now.getTime()]))
  return Math.max(0, Math.min(idleMs, ...times))
}

/** False: they could not be written; they follow from the same queue again. */
async function write({journal}: RunQueueDeps, records: readonly JournalRecord[]): Promise<boolean> {
  try {
    await journal.append(records)
    return true
  } catch (error) {
    if (error instanceof HubspokeError) return false
    throw error
  }
}

async function carryOut(queued: QueuedRun, deps: RunQueueDeps): Promise<void> {
  const {clock, stop} = deps
  const end = await deps.run(queued.plan)
  if (end.left === 'stopped') return
  const record = endOf(queued, end, clock.date())
  // Until it is on disk the run counts as begun: then it would be the same run once more, which finds all of it done.
  while (!(await write(deps, [record]))) {
    if (stop.aborted) return
    await clock.sleep(lookMs, stop)
  }
  deps.onEnded(record, queued)
}

function endOf({plan, tries: before}: QueuedRun, {exit, sentence, left}: RunEnd, at: Date): Ended {
  const ended: Ended = {type: 'ended', at: at.toISOString(), run: plan.run, exit, sentence}
  if (left !== 'again') return ended
  const until = Date.parse(plan.receivedAt) + plan.retryForMs
  if (at.getTime() >= until) return ended
  const waitMs = Math.min(tries.longestMs, tries.firstMs * 2 ** Math.min(before, 10))
  return {...ended, again: new Date(Math.min(at.getTime() + waitMs, until)).toISOString()}
}
