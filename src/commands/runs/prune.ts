import {Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.ts'
import {durationFlag} from '../../cli/flags/flag-types.ts'
import {outputFlag, writeFlags} from '../../cli/flags/flags.ts'
import {agreeToPrune, planPrune, removeRuns} from '../../cli/past-runs/prune-runs.ts'
import {pruneViews} from '../../cli/report-views.ts'
import type {PruneReport} from '../../model/prune-report.ts'
import {summarizePrune} from '../../summary/summarize-ledgers.ts'

const {yes} = writeFlags

export default class RunsPrune extends BaseCommand {
  static override summary = 'Remove the ledgers of past runs.'
  static override description =
    'Shows which ledgers it would remove from this machine, and asks. Contacts no cluster. It removes a ledger when its run has ' +
    'ended, is older than --older-than and is not one of the newest --keep. Other files are left alone. A run without a ledger ' +
    'cannot be retried; "restart --run-id" still leaves alone what it has restarted.'
  static override examples = [
    {description: 'Ledgers of more than 30 days', command: '<%= config.bin %> <%= command.id %>'},
    {
      description: 'All but the newest 20, without a question',
      command: '<%= config.bin %> <%= command.id %> --older-than 0 --keep 20 --yes',
    },
  ]
  static override flags = {
    'older-than': durationFlag({
      summary: 'Remove only ledgers whose last record is older than this.',
      max: 10 * 365 * 24 * 3_600_000,
      default: 30 * 24 * 3_600_000,
      defaultHelp: async () => '720h',
      env: 'HUBSPOKE_OLDER_THAN',
    }),
    keep: Flags.integer({
      summary: 'Keep at least this many of the newest ledgers.',
      helpValue: 'N',
      default: 0,
      min: 0,
      max: 1_000_000,
      env: 'HUBSPOKE_KEEP',
    }),
    unfinished: Flags.boolean({
      summary: 'Also remove ledgers of unfinished runs without a record for a day.',
      env: 'HUBSPOKE_UNFINISHED',
    }),
    yes,
    output: outputFlag(pruneViews),
  }

  async run(): Promise<PruneReport> {
    const {flags} = await this.parse(RunsPrune)
    const {'older-than': olderThanMs, keep, unfinished} = flags
    const {candidates, kept, directory} = await planPrune({olderThanMs, keep, unfinished}, this.runtime)
    const answer = candidates.length === 0 ? 'yes' : await agreeToPrune({candidates, kept}, flags, this.runtime)
    const done = answer === 'yes' ? await removeRuns(candidates) : {removed: [], notRemoved: []}
    return this.conclude(summarizePrune({directory, kept, ...done}, answer), flags, pruneViews)
  }
}
