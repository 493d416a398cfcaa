import type {Workloads} from '../../kube/ports/workloads.ts'
import type {Clock} from '../../shared/clock.ts'
import type {SpokeOptions, VerbEnv} from '../verb.ts'

/** What a test says of its run; the rest is the calm case. */
export interface TestEnv extends Partial<Omit<VerbEnv, 'workloads' | 'clock' | 'options'>> {
  readonly options?: Partial<SpokeOptions>
}

const noCommands: VerbEnv['commands'] = {
  exists: async () => false,
  run: () => Promise.reject(new Error('there are no commands')),
}

/** A run of Ada's over the workloads of one cluster. */
export function verbEnv(workloads: Workloads, clock: Clock, {options, ...more}: TestEnv = {}): VerbEnv {
  return {
    runId: '20261124-100000-01a1',
    mark: '2026-11-24T10:00:00.417Z',
    resumed: false,
    options: {wait: true, timeoutMs: 600_000, failFast: false, changeCause: true, dryRun: false, ...options},
    clock,
    by: () => 'ada on laptop-7',
    workloads: () => workloads,
    confirmCluster: async () => undefined,
    commands: noCommands,
    manifests: {read: () => Promise.reject(new Error('there are no manifests'))},
    objects: () => {
      throw new Error('there are no objects')
    },
    events: {record: () => undefined},
    earlier: () => Promise.reject(new Error('there is no earlier run')),
    ...more,
  }
}
