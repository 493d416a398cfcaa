import {writeFlags} from './flags.ts'

const {
  'undo-failed': _undo,
  'fail-fast': _failFast,
  'include-logs': _logs,
  'change-cause': _cause,
  wait: _wait,
  stagger: _stagger,
  'stagger-by': _staggerBy,
  ...kept
} = writeFlags

/** The flags of writing verbs that are not about rollouts of workloads. */
export const flagsWithoutRollouts = kept

/** What the others are to a run whose command does not have them. */
export const withoutRollouts = {
  'undo-failed': false,
  'fail-fast': false,
  'include-logs': false,
  'change-cause': false,
  wait: true,
  'stagger-by': 'registry',
} as const
