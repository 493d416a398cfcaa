import {
  createInMemoryWorkloads,
  type InMemoryWorkloads,
} from '../../../test/support/distribution/in-memory-workloads.ts'
import {targetOf} from '../../../test/support/distribution/target.ts'
import {workloadState} from '../../../test/support/distribution/workload-state.ts'
import {createVirtualClock, type VirtualClock} from '../../../test/support/virtual-clock.ts'
import type {Snapshot} from '../../model/snapshot.ts'
import type {Attempt, PostRolloutWatch, Receipt, Settled, Spoke, Written} from '../../model/spoke.ts'
import type {WorkloadState} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {restart} from '../restart/restart.ts'
import {type TestEnv, verbEnv} from './verb-env.ts'

/** The workload `web` of one cluster, and processes that restart it, one after another. */
export interface Stage {
  readonly clock: VirtualClock
  readonly workloads: InMemoryWorkloads
  readonly target: WorkloadTarget
  /** The spoke of a process that has just been started: it remembers nothing of those before it. */
  process(env?: TestEnv): Spoke
}

export function createStage(state: Partial<WorkloadState> = {}): Stage {
  const clock = createVirtualClock({autoAdvance: true, loopback: false, start: new Date('2026-11-24T10:00:01Z')})
  const workloads = createInMemoryWorkloads(workloadState(state))
  return {
    clock,
    workloads,
    target: targetOf('web', 'eu-1', {kind: state.kind ?? 'Deployment'}),
    process: (env) => restart.spoke({image: 'ghcr.io/acme/web'}, verbEnv(workloads, clock, env)),
  }
}

/** What a distribution keeps between the attempts of one target. */
export function createAttempts(earlier?: Snapshot): () => Attempt {
  let sentBefore = false
  let snapshot = earlier
  return () => ({
    reason: undefined,
    sentBefore,
    snapshot,
    signal: new AbortController().signal,
    async writing(taken) {
      sentBefore = true
      snapshot = taken ?? snapshot
    },
    writingPart: async () => undefined,
    part: async () => undefined,
  })
}

/** The receipt as the ledger of another process has it. */
export function receiptOf(acted: Settled | Written): Receipt {
  if (acted.outcome !== 'written') throw new Error(`nothing was written: ${acted.outcome}, ${acted.reason}`)
  return JSON.parse(JSON.stringify(acted.receipt))
}

export const deaf = {signal: new AbortController().signal, onProgress: () => undefined, onTrouble: () => undefined}

/** The end, after the post-rollout watch. */
export async function toEnd(settling: Promise<Settled | PostRolloutWatch | undefined>): Promise<Settled | undefined> {
  const end = await settling
  return end?.outcome === 'post-rollout-watch' ? end.settle() : end
}
