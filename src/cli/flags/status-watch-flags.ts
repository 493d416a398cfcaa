import {Flags} from '@oclif/core'
import {durationFlag} from './flag-types.ts'

/** How long `status` looks. */
export const statusWatchFlags = {
  watch: Flags.boolean({
    summary: 'Follow the rollouts until all of them are rolled out.',
    default: false,
    env: 'HUBSPOKE_WATCH',
    helpGroup: 'WATCH',
  }),
  'fail-fast': Flags.boolean({
    summary: 'With --watch: end at once when a workload is stuck and does not recover without a change.',
    default: false,
    env: 'HUBSPOKE_FAIL_FAST',
    helpGroup: 'WATCH',
  }),
  deadline: durationFlag({
    min: 1_000,
    summary: 'End after this time, with the last status of each workload.',
    env: 'HUBSPOKE_DEADLINE',
    helpGroup: 'WATCH',
  }),
}
