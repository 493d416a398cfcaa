import {access} from 'node:fs/promises'
import type {JournalOwner} from '../../listen/journal/journal-lock.ts'
import {openJournal} from '../../listen/journal/open-journal.ts'
import type {PushEvent} from '../../listen/push-event.ts'
import type {Planned} from '../../listen/queue/records.ts'
import type {Rulebook} from '../../listen/queue/rulebook.ts'
import type {Hook} from '../../listen/server/hook.ts'
import {type HookServer, startHookServer} from '../../listen/server/http-server.ts'
import type {Accepted, EventResult} from '../../listen/server/receive.ts'
import {eventAcceptance} from '../../listen/service/accept-events.ts'
import {type RunEnd, type RunQueueDeps, runQueue} from '../../listen/service/run-queue.ts'
import {createWakeUp} from '../../listen/service/wake-up.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {Clock} from '../../shared/clock.ts'
import {codeOf} from '../../shared/file-error.ts'
import {printable} from '../../shared/printable.ts'
import type {ListenSettings} from './listen-settings.ts'

/** What may change while it runs: the rules, and the hooks of the sources. */
export interface Configured {
  readonly rulebook: Rulebook
  readonly hooks: readonly Hook[]
}

export interface ServeDeps {
  readonly clock: Clock
  /** Aborted: nothing is accepted any more, and nothing new starts. */
  readonly stop: AbortSignal
  configured(): Configured
  readonly journalOwner: JournalOwner
  /** Carries out one run, until its end or until this signal stops it. */
  run(plan: Planned, stop: AbortSignal): Promise<RunEnd>
  /**
   * Does `work` while this process is the one that acts; `lost` is aborted when another one has taken over. Resolves when the
   * service is stopped, and `work` has ended.
   */
  lead(work: (lost: AbortSignal) => Promise<void>): Promise<void>
  metrics(): Promise<string>
  readonly observer: ServiceObserver
}

/** What happens in the service, for people and for metrics. */
export interface ServiceObserver extends Pick<RunQueueDeps, 'onPlanned' | 'onEnded' | 'onHeld'> {
  onListening(url: string): void
  /** Events are accepted from now on. */
  onReady(): void
  onAnswer(hook: Hook, answer: {readonly results: readonly EventResult[]; readonly message: string}): void
  onDamage(sentence: string): void
  /** Whenever it may have changed. */
  onQueue(queue: {readonly length: number; readonly oldest: Date | undefined; readonly unfinished: number}): void
}

/** What accepts events now. */
interface Active {
  accept(hook: string, events: readonly PushEvent[]): Promise<readonly Accepted[]>
  problem(): string | undefined
}

/**
 * Serves the hooks, and carries out the runs that follow from their events, until it is stopped.
 *
 * @throws HubspokeError when the address or the journal cannot be used
 */
export async function serveEvents(settings: ListenSettings, deps: ServeDeps): Promise<void> {
  const {clock, stop, configured, observer} = deps
  let active: Active | undefined
  const notReady = () => {
    if (stop.aborted) return 'It is stopping.'
    return active === undefined ? 'It stands by: another replica acts.' : active.problem()
  }
  const server = await start(settings, {
    hooks: () => configured().hooks,
    clock,
    notReady,
    metrics: deps.metrics,
    async accept(events, {name}) {
      if (stop.aborted || active === undefined) return events.map(() => ({result: 'unwritable'}))
      return active.accept(name, events)
    },
    onAnswer: observer.onAnswer,
  })
  observer.onListening(urlOf(server))
  const closed = Promise.withResolvers<void>()
  stop.addEventListener('abort', () => void server.close().then(closed.resolve), {once: true})
  try {
    await deps.lead((lost) =>
      act(settings, deps, AbortSignal.any([stop, lost]), (now) => {
        active = now
      }),
    )
  } finally {
    await server.close()
  }
  await closed.promise
}

async function act(
  {journalDirectory, freezePath, mostRuns}: ListenSettings,
  deps: ServeDeps,
  stop: AbortSignal,
  become: (active: Active | undefined) => void,
): Promise<void> {
  const {clock, configured, observer} = deps
  const opened = await openJournal(journalDirectory, deps.journalOwner)
  try {
    const {journal, queue, damage} = opened
    if (damage !== undefined) observer.onDamage(damage)
    const wakeUp = createWakeUp(clock)
    const rulebook = () => configured().rulebook
    const accept = eventAcceptance({journal, queue, rulebook, clock})
    const changed = () => {
      const waiting = queue.waiting()
      const [first] = waiting
      observer.onQueue({length: waiting.length, oldest: first && new Date(first.at), unfinished: queue.runs().length})
    }
    changed()
    become({
      problem: () => {
        const problem = journal.problem()
        return problem === undefined ? undefined : `The journal cannot be written: ${problem}.`
      },
      async accept(hook, events) {
        const accepted = await accept(hook, events)
        changed()
        wakeUp.ring()
        return accepted
      },
    })
    observer.onReady()
    await runQueue({
      ...{journal, queue, rulebook, clock, wakeUp, stop, mostRuns},
      run: (plan) => deps.run(plan, stop),
      frozen: () => frozenBy(freezePath),
      onPlanned(record) {
        observer.onPlanned(record)
        changed()
      },
      onEnded(record, queued) {
        observer.onEnded(record, queued)
        changed()
      },
      onHeld: observer.onHeld,
    })
  } finally {
    become(undefined)
    await opened.close()
  }
}

/** Undefined: there is no such file. A file that cannot be looked at may be there. */
async function frozenBy(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  try {
    await access(path)
    return `the freeze file ${printable(path)} is there`
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    return code === 'ENOENT' ? undefined : `the freeze file ${printable(path)} cannot be looked at (${code})`
  }
}

async function start({at}: ListenSettings, deps: Parameters<typeof startHookServer>[0]): Promise<HookServer> {
  try {
    return await startHookServer(deps, at)
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    throw new HubspokeError('usage', `Cannot listen on ${at.host}:${at.port}: ${addressProblem(code)}.`, {
      suggestions: ['--address HOST:PORT  for another one'],
    })
  }
}

function addressProblem(code: string): string {
  if (code === 'EADDRINUSE') return 'the address is in use'
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'this machine has no such address'
  return code === 'EACCES' ? 'it is not permitted' : code
}

function urlOf({address: {address, family, port}}: HookServer): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
