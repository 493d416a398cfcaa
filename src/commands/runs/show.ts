import {BaseCommand} from '../../cli/base-command.ts'
import {outputFlag} from '../../cli/flags/flags.ts'
import {waysOn} from '../../cli/past-runs/command-again.ts'
import {findRetries, findRun, runIdArg, showCommand} from '../../cli/past-runs/past-runs.ts'
import {ledgerViews} from '../../cli/report-views.ts'
import {disagreements} from '../../cli/run/same-run.ts'
import type {ContextsOrigin} from '../../model/contexts-origin.ts'
import type {LedgerReport} from '../../model/past-runs-report.ts'
import {summarizeLedger} from '../../summary/summarize-ledgers.ts'

export default class RunsShow extends BaseCommand {
  static override summary = 'Show what a past run did to each of its targets.'
  static override description =
    'Reads the ledger of the run on this machine, and no cluster. For a run that was killed it shows what is ' +
    'known about each target, and how to continue. The exit code is for reading the ledger; the exit code of the run is in the output.'
  static override examples = [
    {description: 'After the terminal was closed', command: '<%= config.bin %> <%= command.id %> last'},
    {description: 'By the beginning of its id', command: '<%= config.bin %> <%= command.id %> 20261124-2'},
  ]
  static override args = {id: runIdArg}
  static override flags = {output: outputFlag(ledgerViews)}

  private recordedPlace: ContextsOrigin | undefined

  /** That of the run, which is no flag of this command. */
  protected override place() {
    return {...super.place(), ...this.recordedPlace}
  }

  async run(): Promise<LedgerReport> {
    const {args, flags} = await this.parse(RunsShow)
    const {id, recorded} = await findRun(args.id, this.runtime, 'runs show')
    const retriedBy = await findRetries(id, this.runtime)
    const verbs = await this.runtime.loadVerbs()
    const suggestions = retriedBy.length > 0 ? retriedBy.slice(-1).map(showCommand) : waysOn(id, recorded, verbs)
    this.recordedPlace = recorded.run?.origin
    const report = summarizeLedger(id, recorded, {
      suggestions,
      retriedBy,
      conflicts: disagreements(recorded, verbs),
    })
    return this.conclude(report, flags, ledgerViews)
  }
}
