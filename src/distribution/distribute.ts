import type {HubEvent, OnEvent} from '../model/event.ts'
import {type Failure, toFailure} from '../model/failure.ts'
import type {Ledger, LedgerEntry} from '../model/ledger.ts'
import type {SpokeResult} from '../model/result.ts'
import type {RunLock} from '../model/run-lock.ts'
import type {StopReason, StopSwitch} from '../model/stop.ts'
import {type Plan, type Target, targetKey} from '../model/target.ts'
import type {Clock} from '../shared/clock.ts'
import type {RetryPolicy} from './backoff.ts'
import {createBrake, type OwnReason} from './brake.ts'
import {isBudgetExceeded, spendsBudget} from './failure-budget.ts'
import {runSpoke} from './run-spoke.ts'
import {createSlots, type SlotCounts} from './slots.ts'
import type {Spoke} from './spoke.ts'

/** How wide and how stubbornly a plan is carried out. */
export interface FanOut extends SlotCounts {
  /** Undefined: no budget. Percentages are resolved by `failureBudget`. */
  readonly maxFailures?: number
  readonly retry: RetryPolicy
}

export interface DistributionRequest {
  readonly plan: Plan
  readonly spoke: Spoke
  readonly fanOut: FanOut
  /** Targets that preflight refused, by `targetKey`: failed without a try. */
  readonly refusals: ReadonlyMap<string, Failure>
}

export interface DistributionDeps {
  readonly clock: Clock
  /** A number in [0, 1). */
  readonly random: () => number
  readonly stop: StopSwitch
  /** Aborted when the run is abandoned: requests under way are torn down, too. */
  readonly abort: AbortSignal
  readonly ledger: Pick<Ledger, 'append'>
  readonly lock: Pick<RunLock, 'holds' | 'lost'>
  readonly onEvent: OnEvent
}

export interface Distribution {
  /** One per planned target, in plan order. */
  readonly results: readonly SpokeResult[]
  readonly stoppedBy: StopReason | undefined
}

/**
 * Stage 2: every planned target through the spoke, in parallel under two limits, to exactly one result. One that fails
 * never stops another. Never rejects (slot counts below 1 are a caller's bug, thrown before anything has started).
 */
export async function distribute(request: DistributionRequest, deps: DistributionDeps): Promise<Distribution> {
  const {plan, spoke, fanOut, refusals} = request
  const {clock, random, abort} = deps
  const brake = createBrake(deps.stop, abort)
  const emit = withoutConsequences(deps.onEvent)

  const stopFor = (reason: OwnReason, sentence: string) => {
    if (brake.pull(reason)) emit({type: 'stopping', reason: sentence})
  }

  const record = async (entry: LedgerEntry): Promise<boolean> => {
    try {
      await deps.ledger.append(entry)
      return true
    } catch (error) {
      stopFor('ledger', toFailure(error).message)
      return false
    }
  }

  const holdsLock = async (clusterUid: string): Promise<boolean> => {
    const holds = await deps.lock.holds(clusterUid)
    if (!holds) stopFor('lock-lost', await deps.lock.lost)
    return holds
  }
  void deps.lock.lost.then((sentence) => stopFor('lock-lost', sentence))

  let failures = 0
  const finish = async (result: SpokeResult): Promise<SpokeResult> => {
    if (spendsBudget(result)) failures += 1
    if (isBudgetExceeded(failures, fanOut.maxFailures)) {
      stopFor('max-failures', `More than ${fanOut.maxFailures} of ${plan.length} targets failed (--max-failures).`)
    }
    const {target, ...rest} = result
    await record({type: 'result', target: targetKey(target), result: rest})
    emit({type: 'target-finished', result})
    return result
  }

  const run = {
    spoke,
    retry: fanOut.retry,
    clock,
    random,
    brake,
    abort,
    inSlots: createSlots(fanOut),
    emit,
    record,
    holdsLock,
    finish,
  }
  // Refusals count before anything starts: they may exceed the budget on their own.
  const refused = new Map(
    plan.flatMap((target) => {
      const failure = refusals.get(targetKey(target))
      return failure === undefined ? [] : [[target, finish(refusedResult(target, failure))]]
    }),
  )
  const results = await Promise.all(plan.map((target) => refused.get(target) ?? runSpoke(target, run)))
  return {results, stoppedBy: brake.reason}
}

function refusedResult(target: Target, failure: Failure): SpokeResult {
  return {target, outcome: 'failed', attempts: 0, durationMs: 0, reason: failure.message, failure}
}

/** Whoever listens can be deleted without changing a result, so a listener that throws must not change one either. */
function withoutConsequences(listener: OnEvent): OnEvent {
  return (event: HubEvent) => {
    try {
      listener(event)
    } catch {
      // It has no other channel: what it would have shown is in the results.
    }
  }
}
