import {Flags} from '@oclif/core'
import {durationFlag, severalValues} from './flag-types.ts'
import {flagsWithoutRollouts} from './without-rollouts.ts'

/** CMD may not be safe to run twice, so a run of it has no name under which it is continued; what it needs is not known. */
const {'run-id': _runId, preflight: _preflight, ...kept} = flagsWithoutRollouts

/** The flags of a verb that runs local commands. */
export const foreachFlags = {
  shell: Flags.boolean({
    summary: 'Run CMD with /bin/sh -c. The values of placeholders are quoted for it.',
    helpGroup: 'COMMAND',
  }),
  'output-dir': Flags.string({
    summary: 'Folder for the output of each command. Default: the folder of the run.',
    helpValue: 'DIR',
    env: 'HUBSPOKE_OUTPUT_DIR',
    helpGroup: 'COMMAND',
  }),
  'pass-env': Flags.string({
    summary: 'Environment variables that CMD gets in addition to the usual ones. May be repeated.',
    helpValue: 'NAME',
    ...severalValues,
    env: 'HUBSPOKE_PASS_ENV',
    helpGroup: 'COMMAND',
  }),
  ...kept,
  'dry-run': Flags.option({
    summary: 'Run nothing: "client" shows the plan.',
    options: ['client'] as const,
    env: 'HUBSPOKE_DRY_RUN',
    helpGroup: 'SAFETY',
  })(),
  retries: Flags.integer({
    summary: 'How often CMD is run again after it has failed. It must be safe to run twice.',
    helpValue: 'N',
    default: 0,
    min: 0,
    max: 100,
    env: 'HUBSPOKE_RETRIES',
    helpGroup: 'PACE',
  }),
  timeout: durationFlag({
    min: 1_000,
    summary: 'Maximum duration of one CMD, from its start to its end. Then it gets SIGTERM, and SIGKILL 10 s later.',
    env: 'HUBSPOKE_TIMEOUT',
    helpGroup: 'PACE',
  }),
}
