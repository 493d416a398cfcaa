import type {Discovery} from '../discovery/discover.ts'
import type {Planned} from '../discovery/plan-targets.ts'
import type {Preflighted} from '../discovery/preflight.ts'
import {type Distribution, type DistributionDeps, distribute, type FanOut} from '../distribution/distribute.ts'
import type {Spoke} from '../distribution/spoke.ts'
import type {ClusterReading} from '../model/cluster.ts'
import type {Ledger} from '../model/ledger.ts'
import type {ArgumentsEntry, RunReport} from '../model/report.ts'
import type {RunFacts} from '../model/run-facts.ts'
import {type LockEntry, noLock, type RunLock} from '../model/run-lock.ts'
import {type Plan, targetKey} from '../model/target.ts'
import {summarizeRun} from '../summary/summarize.ts'
import {notRun} from './not-run.ts'
import {recordPlan} from './record-plan.ts'

/** What a run is asked to do. The verb is the spoke's affair alone. */
export interface RunRequest {
  readonly id: string
  readonly spoke: Spoke
  /** What marks a write as this run's, for whoever reads the ledger. */
  readonly stamp: string
  readonly arguments: ArgumentsEntry
  /** How wide, given how many targets are planned. */
  fanOut(planned: number): FanOut
  readonly dryRun: RunFacts['dryRun']
  readonly waited: boolean
  readonly allowEmpty: boolean
}

/** A plan with all that was found out about it before the first write. */
export interface Proposal extends Omit<Planned, 'targets'>, Prospect {
  readonly discovery: Discovery
}

/** What will stand in the way of a plan. */
export interface Prospect extends Preflighted {
  /** Clusters in which there can be no lock, as far as that is known before one is taken. */
  readonly withoutLock: readonly LockEntry[]
}

export interface HubDeps extends Omit<DistributionDeps, 'ledger' | 'lock'> {
  /** Never rejects for a cluster's sake: one that cannot be read is a reading with a problem. */
  discover(): Promise<Discovery>
  planTargets(readings: readonly ClusterReading[]): Planned
  /** The same targets, each through a context that may act on it; and those that none may act on. */
  preflight(planned: Planned): Promise<Prospect>
  /** Shows the proposal and asks, where it has to. */
  agree(proposal: Proposal): Promise<boolean>
  /** Keeps other runs out of the clusters of these targets. Rejects when another run is there, or the lock that is wanted cannot be had. */
  lock(targets: Plan): Promise<RunLock>
  openLedger(): Promise<Ledger>
  /** What a context has cost until now. */
  costOf(context: string): ClusterReading['cost']
}

/**
 * Discovery → Distribution → Summary. The one place that knows the order of the stages.
 *
 * Rejects only before the first write: with what is wrong usage, when another run has the lock, or when the plan cannot be
 * recorded.
 */
export async function runHub(request: RunRequest, deps: HubDeps): Promise<RunReport> {
  const startedAt = deps.clock.date()
  const from = deps.clock.now()
  const proposal = await propose(deps)
  const agreed = await isAgreed(proposal, request, deps)
  const writes = agreed && request.dryRun === null
  const lock = writes ? await deps.lock(toBeTried(proposal)) : noLock
  try {
    const ledger = writes ? await recordPlan(request, proposal, deps) : undefined
    const {results, stoppedBy} = agreed
      ? await carryOut(request, proposal, {...deps, lock, ledger: ledger ?? unrecorded})
      : notRun(proposal, request.dryRun, deps.stop.reason)
    const report = summarizeRun({
      id: request.id,
      verb: request.spoke.verb,
      arguments: request.arguments,
      startedAt,
      durationMs: deps.clock.now() - from,
      dryRun: request.dryRun,
      waited: request.waited,
      allowEmpty: request.allowEmpty,
      ledger: ledger?.path ?? null,
      locks: lock.entries(),
      scope: proposal.discovery.scope,
      readings: proposal.discovery.readings.map((reading) => ({...reading, cost: deps.costOf(reading.context.name)})),
      results,
      declined: isAsked(proposal, request) && !agreed && deps.stop.reason === undefined,
      stoppedBy,
    })
    await closeLedger(ledger, report, deps)
    return report
  } finally {
    await lock.release()
  }
}

const unrecorded: DistributionDeps['ledger'] = {append: async () => undefined}

function carryOut(request: RunRequest, {targets, refusals}: Proposal, deps: DistributionDeps): Promise<Distribution> {
  deps.onEvent({type: 'distribution-started', plan: targets})
  return distribute({plan: targets, spoke: request.spoke, fanOut: request.fanOut(targets.length), refusals}, deps)
}

/** Targets that preflight refused are not tried: nothing is written for their sake. */
export function toBeTried({targets, refusals}: Preflighted): Plan {
  return targets.filter((target) => !refusals.has(targetKey(target)))
}

async function propose(deps: HubDeps): Promise<Proposal> {
  const discovery = await deps.discover()
  const planned = deps.planTargets(discovery.readings)
  return {discovery, ...planned, ...(await deps.preflight(planned))}
}

/** Is there anything to agree to? */
function isAsked({targets, refusals}: Proposal, {dryRun}: RunRequest): boolean {
  return dryRun !== 'client' && targets.length > refusals.size
}

async function isAgreed(proposal: Proposal, request: RunRequest, deps: HubDeps): Promise<boolean> {
  if (deps.stop.reason !== undefined) return false
  const agreed = await deps.agree(proposal)
  return isAsked(proposal, request) && agreed && deps.stop.reason === undefined
}

/** The run is over: what the ledger cannot take any more is said, and changes nothing. */
async function closeLedger(ledger: Ledger | undefined, report: RunReport, deps: HubDeps): Promise<void> {
  try {
    await ledger?.append({type: 'ended', exitCode: report.verdict.code, stoppedBy: deps.stop.reason ?? null})
  } catch (error) {
    deps.onEvent({type: 'notice', message: `The ledger has no end: ${error instanceof Error ? error.message : error}`})
  } finally {
    await ledger?.close()
  }
}
