import {rm} from 'node:fs/promises'
import {removeLedger} from '../../ledger/remove-ledger.ts'
import {HubspokeError, toFailure} from '../../model/failure.ts'
import type {RunsReport} from '../../model/past-runs-report.ts'
import type {PruneAnswer, PruneReport} from '../../model/prune-report.ts'
import {runMark} from '../../model/run-id.ts'
import {formatDuration} from '../../shared/duration.ts'
import {onFileError} from '../../shared/file-error.ts'
import {isSaid, isYes} from '../consent/consent.ts'
import type {Runtime} from '../process/runtime.ts'
import {type SessionFlags, withSession} from '../process/session.ts'
import {viewOptions} from '../views.ts'
import {listRuns} from './past-runs.ts'

export interface PruneChoice {
  readonly olderThanMs: number
  /** The newest runs, of whatever kind, that stay. */
  readonly keep: number
  /** Those of runs without an end, too. */
  readonly unfinished: boolean
}

type ListedRun = RunsReport['runs'][number]

/** What would be removed, and what stays and why. */
export interface PrunePlan {
  readonly directory: string
  readonly candidates: readonly ListedRun[]
  readonly kept: PruneReport['kept']
}

/** A run without an end may still go on, and records nothing while a rollout takes its time. */
const aliveForMs = 24 * 3_600_000

/** Which ledgers may go: only files that are understood as ledgers, and only for a reason that was given. */
export async function planPrune(
  choice: PruneChoice,
  runtime: Pick<Runtime, 'env' | 'homeDir' | 'clock' | 'loadVerbs'>,
): Promise<PrunePlan> {
  const {directory, runs, notRead} = await listRuns(runtime)
  const now = runtime.clock.date().getTime()
  const candidates: ListedRun[] = []
  const kept = notRead.map(({id, problem}) => ({id, reason: problem.message}))
  for (const [index, run] of runs.entries()) {
    const reason = index < choice.keep ? `among the newest ${choice.keep}` : reasonToKeep(run, choice, now)
    if (reason === undefined) candidates.push(run)
    else kept.push({id: run.id, reason})
  }
  return {directory, candidates, kept}
}

function reasonToKeep(run: ListedRun, {olderThanMs, unfinished}: PruneChoice, now: number): string | undefined {
  if (run.isOfNewerVersion) return 'written by a newer version of hubspoke'
  if (run.startedAt === null && run.damagedLines > 0) return 'unreadable'
  const ageMs = now - lastSeen(run)
  if (ageMs < olderThanMs) return `younger than ${formatDuration(olderThanMs)}`
  if (run.state === 'ended') return undefined
  if (!unfinished) return 'unfinished (--unfinished)'
  return ageMs < aliveForMs ? 'unfinished, possibly still in progress' : undefined
}

/** When the run last said something; of an empty ledger its id tells. */
function lastSeen({id, lastRecordAt}: ListedRun): number {
  return Date.parse(lastRecordAt ?? runMark(id) ?? '')
}

/**
 * Shows on stderr what would be removed, and asks; the default is No.
 *
 * @throws HubspokeError of class `usage` where consent is missing and there is no terminal
 */
export async function agreeToPrune(
  plan: Pick<PrunePlan, 'candidates' | 'kept'>,
  flags: SessionFlags & {readonly yes: boolean},
  runtime: Runtime,
): Promise<PruneAnswer> {
  const {yes, quiet} = flags
  const {terminal, stderr, env} = runtime
  if (!quiet || terminal) {
    const {renderPrunePlan} = await import('../../summary/prune-table.ts')
    stderr.write(`${renderPrunePlan(plan, viewOptions(stderr, env))}\n`)
  }
  if (!terminal) {
    if (isSaid(yes, runtime)) return 'yes'
    throw new HubspokeError('usage', 'There is no terminal to ask on, and --yes was not given. Nothing was removed.', {
      suggestions: ['--yes  to skip the confirmation'],
    })
  }
  const count = plan.candidates.length
  const question = `Remove ${count === 1 ? 'this ledger' : `these ${count} ledgers`}? [y/N] `
  if (yes) return 'yes'
  return withSession(runtime, flags, ({stop, aside}) =>
    aside(
      async () => {
        const answer = await terminal.ask(question, stop.signal)
        if (stop.reason !== undefined) return stop.reason
        return isYes(answer) ? 'yes' : 'no'
      },
      {beforeWrites: true},
    ),
  )
}

/** Removes them one by one, each with the folder that its commands have left; one that cannot be removed keeps no other. */
export async function removeRuns(
  candidates: readonly ListedRun[],
): Promise<Pick<PruneReport, 'removed' | 'notRemoved'>> {
  const removed: ListedRun[] = []
  const notRemoved: PruneReport['notRemoved'][number][] = []
  for (const run of candidates) {
    try {
      await removeLedger(run.ledger)
      await rm(run.ledger.replace(/\.jsonl$/, ''), {recursive: true, force: true}).catch(onFileError(undefined))
      removed.push(run)
    } catch (error) {
      notRemoved.push({id: run.id, problem: toFailure(error)})
    }
  }
  return {removed, notRemoved}
}
