import {BaseCommand} from '../../cli/base-command.ts'
import {outputFlag} from '../../cli/flags/flags.ts'
import {listRuns} from '../../cli/past-runs/past-runs.ts'
import {runsViews} from '../../cli/report-views.ts'
import type {RunsReport} from '../../model/past-runs-report.ts'

export default class RunsList extends BaseCommand {
  static override summary = 'List past runs, the newest first.'
  static override description =
    'Reads the ledgers on this machine, and no cluster. A run that is still in progress and a run that was killed ' +
    'look the same in a ledger: both are listed as unfinished.'
  static override examples = [
    {description: 'Runs started on this machine', command: '<%= config.bin %> <%= command.id %>'},
    {
      description: 'Runs that were killed, or are still in progress',
      command: `<%= config.bin %> <%= command.id %> -o json | jq '.runs[] | select(.state == "unfinished").id'`,
    },
  ]
  static override flags = {output: outputFlag(runsViews)}

  async run(): Promise<RunsReport> {
    const {flags} = await this.parse(RunsList)
    return this.conclude(await listRuns(this.runtime), flags, runsViews)
  }
}
