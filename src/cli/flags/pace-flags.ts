import {Flags} from '@oclif/core'
import {durationFlag} from './flag-types.ts'

/** Flags of every verb that writes: concurrency, retries and time limits. */
export const paceFlags = {
  concurrency: Flags.integer({
    summary: 'Maximum number of targets in progress, over all clusters.',
    helpValue: 'N',
    default: 50,
    min: 1,
    max: 10_000,
    env: 'HUBSPOKE_CONCURRENCY',
    helpGroup: 'PACE',
  }),
  'concurrency-per-cluster': Flags.integer({
    summary: 'Maximum number of targets in progress in one cluster.',
    helpValue: 'N',
    default: 10,
    min: 1,
    max: 1_000,
    env: 'HUBSPOKE_CONCURRENCY_PER_CLUSTER',
    helpGroup: 'PACE',
  }),
  retries: Flags.integer({
    summary: 'Maximum number of retries after a transient failure.',
    helpValue: 'N',
    default: 3,
    min: 0,
    max: 100,
    env: 'HUBSPOKE_RETRIES',
    helpGroup: 'PACE',
  }),
  backoff: durationFlag({
    summary: 'Backoff before the first retry.',
    default: 30_000,
    defaultHelp: async () => '30s',
    env: 'HUBSPOKE_BACKOFF',
    helpGroup: 'PACE',
  }),
  'backoff-factor': Flags.integer({
    summary: 'Factor by which the backoff grows with each retry.',
    helpValue: 'N',
    default: 2,
    min: 1,
    max: 10,
    env: 'HUBSPOKE_BACKOFF_FACTOR',
    helpGroup: 'PACE',
  }),
  'backoff-max': durationFlag({
    summary: 'Maximum backoff.',
    default: 300_000,
    defaultHelp: async () => '5m',
    env: 'HUBSPOKE_BACKOFF_MAX',
    helpGroup: 'PACE',
  }),
  timeout: durationFlag({
    min: 1_000,
    summary:
      'Fail a rollout after this time without progress. The default is longer for a workload with a longer progress deadline, minReadySeconds or grace period.',
    defaultHelp: async () => '10m',
    env: 'HUBSPOKE_TIMEOUT',
    helpGroup: 'PACE',
  }),
}
