import type {Distribution, DistributionDeps} from '../distribution/distribute.ts'
import {failureBudget} from '../distribution/pace/failure-budget.ts'
import {planWaves} from '../distribution/waves/plan-waves.ts'
import type {HubEvent} from '../model/event.ts'
import {exitForSignal} from '../model/exit-code.ts'
import type {Ledger} from '../model/ledger.ts'
import {type Proposal, toBeTried} from '../model/proposal.ts'
import type {RunReport} from '../model/report.ts'
import type {Consent, RunFacts} from '../model/run-facts.ts'
import {noLock} from '../model/run-lock.ts'
import type {StopReason} from '../model/stop.ts'
import {summarizeRun} from '../summary/summarize.ts'
import type {Agreement, HubDeps, RunRequest} from './contract.ts'
import {notRun} from './not-run.ts'
import {recordPlan} from './record-plan.ts'

/**
 * Discovery → Distribution → Summary. The only place that defines the order of the stages.
 *
 * Rejects only before the first write: with what is wrong usage, when another run has the lock, or when the plan cannot be
 * recorded.
 */
export async function runHub(asked: RunRequest, deps: HubDeps): Promise<RunReport> {
  const {id: runId, verb, dryRun} = asked
  const {clock, onEvent} = deps
  const from = clock.now()
  let ended: Extract<HubEvent, {readonly type: 'hub-ended'}>['ended'] = null
  onEvent({type: 'hub-started', runId, verb, dryRun: dryRun !== null})
  try {
    const report = await runStages(asked, deps)
    const {verdict, counts} = report
    ended = {verdict, counts}
    return report
  } finally {
    onEvent({type: 'hub-ended', runId, verb, durationMs: clock.now() - from, ended})
  }
}

async function runStages(asked: RunRequest, deps: HubDeps): Promise<RunReport> {
  const startedAt = deps.clock.date()
  const from = deps.clock.now()
  const proposal = await propose(asked, deps)
  const {agreed, reason = asked.reason, because, consent, askedMs} = await agreementTo(proposal, asked, deps)
  const waiting = {ms: askedMs}
  const request = {...asked, reason}
  const writes = agreed && request.dryRun === null
  const lock = writes ? await deps.lock(toBeTried(proposal), proposal.sameCluster) : noLock
  try {
    const ledger = writes ? await recordPlan({...request, startedAt}, proposal, deps) : undefined
    const {results, stoppedBy, waves} = agreed
      ? await carryOut(request, proposal, {deps, waiting, lock, ledger: ledger ?? unrecorded})
      : notRun(proposal, request.dryRun, deps.stop.reason)
    const {unreached = []} = proposal
    const facts: RunFacts = {
      id: request.id,
      verb: request.verb,
      ...(request.retryOf && {retryOf: request.retryOf}),
      hasWrittenBefore: (request.snapshots?.size ?? 0) > 0,
      arguments: {...request.args, ...request.options},
      ...(reason !== undefined && {reason}),
      startedAt,
      durationMs: deps.clock.now() - from - waiting.ms,
      askedMs: waiting.ms,
      dryRun: request.dryRun,
      waited: request.waited,
      allowEmpty: request.allowEmpty,
      ledger: ledger?.path ?? null,
      ledgerIsIncomplete: stoppedBy === 'ledger',
      by: writes ? (deps.actor?.() ?? null) : null,
      locks: lock.entries(),
      scope: proposal.discovery.scope,
      readings: proposal.discovery.readings.map((reading) => ({...reading, cost: deps.costOf(reading.context.name)})),
      results: [...results, ...unreached],
      excluded: proposal.excluded,
      sameCluster: proposal.sameCluster.map(({contexts}) => contexts),
      waves: proposal.waves.map((targets, index) => ({targets, state: waves[index] ?? 'not-started'})),
      marks: proposal.marks,
      declined: consent === 'declined',
      declinedBecause: because,
      consent,
      stoppedBy,
    }
    const report = summarizeRun(facts)
    const hasEnd = await closeLedger(ledger, report, stoppedBy, deps)
    return hasEnd ? report : summarizeRun({...facts, ledgerIsIncomplete: true})
  } finally {
    await lock.release()
  }
}

const unrecorded: DistributionDeps['ledger'] = {append: async () => undefined}

function carryOut(
  request: RunRequest,
  {targets: plan, refusals, waves}: Proposal,
  {
    deps,
    waiting,
    lock,
    ledger,
  }: Pick<DistributionDeps, 'lock' | 'ledger'> & {
    readonly deps: HubDeps
    readonly waiting: {ms: number}
  },
): Promise<Distribution> {
  const {id, verb, args, mark, spoke, reason, snapshots} = request
  const {maxFailures: limit, waves: _, ...pace} = request.pace
  const maxFailures = failureBudget(limit, plan.length)
  const fanOut = {...pace, ...(maxFailures !== undefined && {maxFailures})}
  const {clock, random, stop, abort, onEvent} = deps
  onEvent({type: 'distribution-started', runId: id, plan})
  return deps.distribute(
    {run: {id, verb, args, mark}, plan, spoke, reason, fanOut, refusals, waves, ...(snapshots && {snapshots})},
    {clock, random, stop, abort, onEvent, lock, ledger, ...countedGate(deps, waiting)},
  )
}

/** A gate whose time counts as a question's, not as the run's. */
function countedGate({gate, clock}: HubDeps, waiting: {ms: number}): Pick<DistributionDeps, 'gate'> {
  if (gate === undefined) return {}
  return {
    async gate(end, signal) {
      const from = clock.now()
      try {
        return await gate(end, signal)
      } finally {
        waiting.ms += clock.now() - from
      }
    },
  }
}

async function propose({pace: {waves}}: RunRequest, {source, preflight}: HubDeps): Promise<Proposal> {
  const discovery = await source.find()
  const planned = source.plan(discovery)
  const prospect = await preflight(planned)
  return {discovery, ...planned, ...prospect, waves: waves === undefined ? [] : planWaves(toBeTried(prospect), waves)}
}

/** Is there anything to agree to? */
function isAsked({targets, refusals}: Proposal, {dryRun}: RunRequest): boolean {
  return dryRun !== 'client' && targets.length > refusals.size
}

interface Answer extends Pick<Agreement, 'agreed' | 'reason' | 'because'> {
  readonly consent: Consent | null
  readonly askedMs: number
}

async function agreementTo(proposal: Proposal, request: RunRequest, deps: HubDeps): Promise<Answer> {
  if (deps.stop.reason !== undefined) return {agreed: false, consent: null, askedMs: 0}
  const {agreed, reason, because, consent = null, askedMs = 0} = await deps.agree(proposal)
  if (!isAsked(proposal, request)) return {agreed: false, reason, consent: null, askedMs}
  if (deps.stop.reason !== undefined) {
    return {agreed: false, reason, consent: deps.stop.reason in exitForSignal ? 'cancelled' : null, askedMs}
  }
  if (!agreed) return {agreed, reason, because, consent: 'declined', askedMs}
  return {agreed, reason, consent: request.dryRun === null ? consent : null, askedMs}
}

/** False: its end could not be recorded, nor perhaps the results before it. */
async function closeLedger(
  ledger: Ledger | undefined,
  report: RunReport,
  stoppedBy: StopReason | undefined,
  {onEvent}: HubDeps,
): Promise<boolean> {
  try {
    const {verdict, run} = report
    const {durationMs} = run
    await ledger?.append({type: 'ended', exitCode: verdict.code, stoppedBy: stoppedBy ?? null, durationMs})
    return true
  } catch (error) {
    onEvent({type: 'notice', message: `The ledger has no end: ${error instanceof Error ? error.message : error}`})
    return false
  } finally {
    await ledger?.close()
  }
}
