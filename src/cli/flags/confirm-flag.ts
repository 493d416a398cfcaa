import {Flags} from '@oclif/core'

/** Of every command that writes to clusters: `--yes` never covers a protected one. */
export const confirmFlag = {
  confirm: Flags.string({
    summary: 'Confirm a protected context by name. May be repeated.',
    helpValue: 'NAME',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'SAFETY',
  }),
}

/** Of `scale` and `runs retry`: an additional confirmation of the verb. */
export const confirmZeroFlag = {
  'confirm-zero': Flags.boolean({
    summary: 'Confirm scaling to 0 in advance. --yes does not cover it.',
    helpGroup: 'SAFETY',
  }),
}
