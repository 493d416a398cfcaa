import type {RecordedRun, RecordedTarget} from '../../model/recorded-run.ts'
import type {SpokeResult} from '../../model/result.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {result, target} from './facts.ts'

/** Ledgers for tests: whatever a test does not name is the calm case. */
export const runId = '20261124-030412-9f3a'

/** A target without a result. */
export function open(
  path: string,
  state: Exclude<RecordedTarget['state'], 'result'>,
  more: Partial<RecordedTarget<WorkloadTarget>> = {},
): RecordedTarget<WorkloadTarget> {
  const planned = {target: target(path), wave: undefined, state}
  const wrote = {planned: 'no', writing: 'maybe', written: 'yes', watching: 'no', retrying: 'no'} as const
  const attempts = state === 'planned' ? 0 : 1
  return {
    ...planned,
    wrote: wrote[state],
    attempts,
    snapshot: undefined,
    receipt: undefined,
    retryReason: undefined,
    result: undefined,
    ...more,
  }
}

/** A target with a result. */
export function done(
  path: string,
  outcome: SpokeResult['outcome'] = 'succeeded',
  more: Partial<SpokeResult> = {},
): RecordedTarget<WorkloadTarget> {
  const ended = result(path, outcome, more)
  return {...open(path, 'written'), state: 'result', attempts: ended.attempts, result: ended}
}

export function recordedRun(more: Partial<RecordedRun> = {}): RecordedRun {
  const recorded = {
    path: `/state/hubspoke/runs/${runId}.jsonl`,
    run: {
      type: 'run',
      at: '2026-11-24T03:04:12.345Z',
      schemaVersion: 2,
      id: runId,
      verb: 'restart',
      args: {image: 'ghcr.io/acme/web'},
      options: {'all-contexts': true},
      mark: '2026-11-24T03:04:12.762Z',
    },
    targets: [],
    targetsMissing: 0,
    ended: {type: 'ended', at: '2026-11-24T03:06:23.000Z', exitCode: 0, stoppedBy: null},
    lastAt: '2026-11-24T03:06:23.000Z',
    damagedLines: 0,
    isOfNewerVersion: false,
    ...more,
  } satisfies Omit<RecordedRun, 'invocations'>
  return {invocations: recorded.run === undefined ? [] : [recorded.run], ...recorded}
}
