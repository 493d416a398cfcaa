import {Flags} from '@oclif/core'
import {reasonFlag} from './flag-types.ts'

/** Flags of every verb that writes: what is recorded about the run. */
export const recordFlags = {
  reason: reasonFlag({
    summary: 'Reason, recorded with the run and on the workloads; required for protected contexts.',
    env: 'HUBSPOKE_REASON',
    helpGroup: 'SAFETY',
  }),
  'change-cause': Flags.boolean({
    summary: 'Also write the reason to the annotation kubernetes.io/change-cause. Default: off.',
    allowNo: true,
    env: 'HUBSPOKE_CHANGE_CAUSE',
    helpGroup: 'SAFETY',
  }),
}
