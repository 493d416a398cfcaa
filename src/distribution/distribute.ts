import type {ArgumentsEntry} from '../model/arguments-entry.ts'
import type {HubEvent, OnEvent} from '../model/event.ts'
import {type Failure, toFailure} from '../model/failure.ts'
import type {Ledger, LedgerEntry} from '../model/ledger.ts'
import {isInDesiredState, type SpokeResult} from '../model/result.ts'
import type {RunLock} from '../model/run-lock.ts'
import type {Snapshot} from '../model/snapshot.ts'
import type {Spoke} from '../model/spoke.ts'
import type {StopReason, StopSwitch} from '../model/stop.ts'
import type {Plan, Target} from '../model/target.ts'
import type {Wave, WaveState} from '../model/wave.ts'
import type {Clock} from '../shared/clock.ts'
import type {RetryPolicy} from './pace/backoff.ts'
import {isBudgetExceeded, spendsBudget} from './pace/failure-budget.ts'
import {createSlots, type SlotCounts} from './pace/slots.ts'
import {createStagger, type Stagger} from './pace/stagger.ts'
import {createStopController, type OwnReason} from './pace/stop-controller.ts'
import {revertFailed} from './revert-failed.ts'
import {runSpoke} from './run-spoke.ts'
import type {SpokeEnd} from './spoke-end.ts'
import type {SpokeRun} from './spoke-run.ts'
import type {BetweenWaves, Gate, RolledOut} from './waves/between-waves.ts'
import {runWaves, type WaveRun} from './waves/run-waves.ts'

/** How wide and how persistently a plan is carried out. */
export interface FanOut extends SlotCounts {
  /** Undefined: no budget. Percentages are resolved by `failureBudget`. */
  readonly maxFailures?: number
  readonly retry: RetryPolicy
  /** Between two waves, after one that has changed anything. */
  readonly pauseMs?: number
  readonly stagger?: Stagger
  /** Targets whose rollout fails are reverted. */
  readonly undoFailed?: boolean
}

/** What another engine needs to make the spoke of this run again, in another process: plain data. */
export interface RunReference {
  readonly id: string
  readonly verb: string
  readonly args: ArgumentsEntry
  /** What marks the writes of the run. */
  readonly mark: string
}

export interface DistributionRequest {
  readonly run: RunReference
  readonly plan: Plan
  readonly spoke: Spoke
  /** Why the run is made; undefined: no reason was given. */
  readonly reason?: string | undefined
  readonly fanOut: FanOut
  /** Targets that preflight refused, by key: failed without an attempt. */
  readonly refusals: ReadonlyMap<string, Failure>
  /** The states before the writes of earlier invocations, by key of the target; default: none. */
  readonly snapshots?: ReadonlyMap<string, Snapshot>
  /** All targets that were not refused, each in one wave; none: they start together. */
  readonly waves: readonly Wave[]
}

export interface DistributionDeps {
  readonly clock: Clock
  /** A number in [0, 1). */
  readonly random: () => number
  readonly stop: StopSwitch
  /** Aborted when the run is aborted at once: requests in flight are cancelled, too. */
  readonly abort: AbortSignal
  readonly ledger: Pick<Ledger, 'append'>
  readonly lock: Pick<RunLock, 'holds' | 'lost'>
  readonly onEvent: OnEvent
  /** Asked after each wave but the last, whether to go on. */
  readonly gate?: Gate
}

export interface Distribution {
  /** One per planned target, in plan order. */
  readonly results: readonly SpokeResult[]
  readonly stoppedBy: StopReason | undefined
  /** One per wave. */
  readonly waves: readonly WaveState[]
}

/**
 * Stage 2: every planned target through the spoke, in parallel under two limits and wave by wave, to exactly one result.
 * One that fails never stops another. Never rejects (slot counts below 1 are a caller's bug, thrown before anything has
 * started).
 */
export async function distribute(request: DistributionRequest, deps: DistributionDeps): Promise<Distribution> {
  const {spoke, reason, fanOut, waves, snapshots = new Map()} = request
  const {clock, random, abort, gate} = deps
  const stopping = createStopController(deps.stop, abort)
  const emit = withoutConsequences(deps.onEvent)
  const stopFor = (why: OwnReason, sentence: string) => {
    if (stopping.pull(why)) emit({type: 'stopping', reason: sentence})
  }
  const record = createRecorder(deps.ledger, stopFor)
  const results = createResults(request, {record, emit, clock, stopFor})
  const holdsLock = async (place: string): Promise<boolean> => {
    const holds = await deps.lock.holds(place)
    if (!holds) stopFor('lock-lost', await deps.lock.lost)
    return holds
  }
  void deps.lock.lost.then((sentence) => stopFor('lock-lost', sentence))

  const inSlots = createSlots(fanOut)
  const rolledOut = new Map<string, RolledOut>()
  const writes = noteWrites(record)
  const shared = {spoke, reason, snapshots, retry: fanOut.retry, clock, random, stopping, abort, inSlots, emit}
  const run: SpokeRun = {
    ...shared,
    record: writes.record,
    untilItsTurn: createStagger(fanOut.stagger, clock),
    holdsLock,
    rolledOut: (target, receipt) => void rolledOut.set(target.key, {target, receipt}),
    finish: results.finish,
    ...(fanOut.undoFailed && {revert: (result, receipt) => revertFailed(result, receipt, run, results.undone)}),
  }
  const reverts: Promise<unknown>[] = []
  const start = (target: Target) => runSpoke(target, run)
  // Refusals count before anything starts: they may exceed the budget on their own.
  const refused = results.refuse()
  const regress: BetweenWaves['regress'] = async ({target, receipt}, end) => {
    const result = await results.regress(target, end)
    // Neither the pause nor the next wave waits for it.
    if (result) reverts.push(inSlots(target.place, async () => run.revert?.(result, receipt)))
  }
  const {pauseMs = 0} = fanOut
  const {soFar} = results
  const waveRun = {
    ...{spoke, clock, stopping, inSlots, emit, record, pauseMs, gate, rolledOut, soFar, regress, stopFor, start},
    hasWritten: writes.hasWritten,
  }
  const waveStates = await runWaves(waves, waveRun)
  await Promise.all([...refused, ...(waves.length === 0 ? results.missing().map(start) : [])])
  await Promise.all(reverts)
  const all = results.all()
  return {results: all, stoppedBy: stoppedBy(stopping.reason, all), waves: waveStates}
}

/** A budget that was exceeded when nothing was left to start has stopped nothing. */
function stoppedBy(reason: StopReason | undefined, results: readonly SpokeResult[]): StopReason | undefined {
  return reason === 'max-failures' && results.every(({outcome}) => outcome !== 'not-run') ? undefined : reason
}

type StopFor = (reason: OwnReason, sentence: string) => void

/** The same recorder, which knows of the targets to which a write was sent. */
function noteWrites(record: SpokeRun['record']): Pick<WaveRun, 'hasWritten'> & Pick<SpokeRun, 'record'> {
  const begun = new Set<string>()
  return {
    record(entry) {
      if (entry.type === 'writing') begun.add(entry.target)
      return record(entry)
    },
    hasWritten: ({key}) => begun.has(key),
  }
}

/** Records, or stops the run: what cannot be recorded must not be started. */
function createRecorder(ledger: DistributionDeps['ledger'], stopFor: StopFor): SpokeRun['record'] {
  return async (entry: LedgerEntry) => {
    try {
      await ledger.append(entry)
      return true
    } catch (error) {
      stopFor('ledger', toFailure(error).message)
      return false
    }
  }
}

/** Keeps the one result of each target, and the failure budget. */
function createResults(
  {plan, fanOut, refusals}: DistributionRequest,
  {record, emit, clock, stopFor}: Pick<SpokeRun, 'record' | 'emit' | 'clock'> & {readonly stopFor: StopFor},
) {
  const results = new Map<string, SpokeResult>()
  let failures = 0
  const write = (result: SpokeResult) => {
    const {target, parts: _recorded, ...rest} = result
    results.set(target.key, result)
    return record({type: 'result', target: target.key, result: rest})
  }
  const keep = async (result: SpokeResult) => {
    if (spendsBudget(result)) failures += 1
    if (isBudgetExceeded(failures, fanOut.maxFailures)) {
      stopFor('max-failures', `More than ${fanOut.maxFailures} of ${plan.length} targets failed (--max-failures).`)
    }
    await write(result)
  }
  const finish = async (result: SpokeResult): Promise<SpokeResult> => {
    await keep(result)
    emit({type: 'target-finished', result})
    return result
  }
  return {
    finish,
    refuse: () =>
      plan.flatMap((target) => {
        const failure = refusals.get(target.key)
        return failure === undefined ? [] : [finish(refusedResult(target, failure))]
      }),
    /** The result of a target that had succeeded changes. */
    async regress(target: Target, end: SpokeEnd): Promise<SpokeResult | undefined> {
      const before = results.get(target.key)
      if (before === undefined) return undefined
      const result = {...before, ...end, endedAt: clock.date().toISOString()}
      await keep(result)
      emit({type: 'target-regressed', result})
      return result
    },
    /** The same result, which counts as a failure already, with the outcome of its revert. */
    async undone(result: SpokeResult): Promise<SpokeResult> {
      await write(result)
      emit({type: 'target-undone', result})
      return result
    },
    soFar: () => ({
      ended: results.size,
      troubled: [...results.values()].filter((result) => !isInDesiredState(result)).map(({target}) => target),
    }),
    missing: () => plan.filter((target) => !results.has(target.key)),
    all: () => plan.flatMap((target) => results.get(target.key) ?? []),
  }
}

function refusedResult(target: Target, failure: Failure): SpokeResult {
  return {target, outcome: 'failed', attempts: 0, durationMs: 0, reason: failure.message, failure}
}

/** A listener never changes a result, so one that throws must not change one either. */
function withoutConsequences(listener: OnEvent): OnEvent {
  return (event: HubEvent) => {
    try {
      listener(event)
    } catch {
      // What it would have shown is in the results.
    }
  }
}
