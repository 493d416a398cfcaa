import type {
  Attempt,
  Health,
  PostRolloutWatch,
  Receipt,
  Settled,
  Spoke,
  Watch,
  Written,
} from '../../../src/model/spoke.ts'
import {requireWorkloadTarget, type WorkloadTarget} from '../../../src/model/workload-target.ts'

/** A write of a test: what happens after it, beside it. */
export interface TestWritten extends Omit<Written, 'receipt'> {
  settle(watch: Watch): Promise<Settled | PostRolloutWatch | undefined>
  recheck?(signal: AbortSignal): Promise<Health>
  undo?(attempt: Attempt): Promise<Settled | TestWritten>
}

/** @param times how often it was called for this target, from 1 */
export type TestAct = (target: WorkloadTarget, attempt: Attempt, times: number) => Promise<Settled | TestWritten>

/** A spoke from one function. Its receipts are numbers, so that nothing else can pass from a write to its end. */
export function testSpoke(act: TestAct): Spoke {
  const writes: TestWritten[] = []
  const calls = new Map<string, number>()
  const toWritten = (acted: Settled | TestWritten): Settled | Written => {
    if (acted.outcome !== 'written') return acted
    writes.push(acted)
    return {outcome: 'written', receipt: {write: writes.length - 1}, ...(acted.found && {found: true})}
  }
  const writeOf = (receipt: Receipt): TestWritten => {
    const {write} = JSON.parse(JSON.stringify(receipt)) as {write: number}
    const known = writes[write]
    if (known === undefined) throw new Error('no such write')
    return known
  }
  return {
    async act(target, attempt) {
      const times = (calls.get(target.key) ?? 0) + 1
      calls.set(target.key, times)
      return toWritten(await act(requireWorkloadTarget(target), attempt, times))
    },
    settle: (_target, receipt, watch) => writeOf(receipt).settle(watch),
    recheck: async (_target, receipt, signal) => (await writeOf(receipt).recheck?.(signal)) ?? {state: 'healthy'},
    async revert(_target, receipt, attempt) {
      const {undo} = writeOf(receipt)
      return undo ? toWritten(await undo(attempt)) : {outcome: 'skipped', reason: 'it cannot be undone'}
    },
    inspect: (target) => {
      const {kind, name, context, namespace} = requireWorkloadTarget(target)
      return [`kubectl --context ${context} -n ${namespace} rollout status ${kind.toLowerCase()}/${name}`]
    },
  }
}
