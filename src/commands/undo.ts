import {Flags} from '@oclif/core'
import {contextFlags, outputFlag, writeFlags} from '../cli/flags/flags.ts'
import {findRun} from '../cli/past-runs/past-runs.ts'
import {concernedBy} from '../cli/past-runs/retry-request.ts'
import {undoRequest, undoSource} from '../cli/past-runs/undo-request.ts'
import {runViews} from '../cli/report-views.ts'
import {WritingCommand} from '../cli/run/writing-command.ts'
import type {RunReport} from '../model/report.ts'
import {undo} from '../verbs/undo/undo.ts'

const {kubeconfig, 'cache-namespace': cacheNamespace} = contextFlags
const {'undo-failed': _, ...undoWriteFlags} = writeFlags

export default class Undo extends WritingCommand {
  static override summary = 'Undo a past run: restore what it has changed.'
  static override description =
    'Takes the targets that the run has written from its ledger, and restores the state before. A target is restored only ' +
    'while it still has the change of that run; one that another client has changed since is left alone. Every context must ' +
    'still point at the same cluster, and every name at the same workload.'
  static override examples = [
    {
      description: 'See what each target would return to',
      command: '<%= config.bin %> <%= command.id %> --run last --dry-run client',
    },
    {
      description: 'Runbook: undo a release, one target first',
      command: '<%= config.bin %> <%= command.id %> --run 20261124-100000-01a1 --waves 1,100% --reason "INC-42"',
    },
    {
      description: 'From a job: no prompt, JSON output',
      command: '<%= config.bin %> <%= command.id %> --run 20261124-100000-01a1 --yes -o json',
    },
  ]
  static override flags = {
    kubeconfig,
    'cache-namespace': cacheNamespace,
    run: Flags.string({
      summary: 'Undo this run: its ID, or its unique beginning, or "last".',
      helpValue: 'ID',
      required: true,
      helpGroup: 'WORKLOADS',
    }),
    ...undoWriteFlags,
    output: outputFlag(runViews),
  }

  async run(): Promise<RunReport> {
    const {flags} = await this.parse(Undo)
    const {id, recorded} = await findRun(flags.run, this.runtime, 'undo --run')
    const undone = undoRequest(id, recorded, this.runtime.verbs)
    const {start} = await this.startOf(undo, {run: id, image: undone.image}, {...flags, 'undo-failed': false})
    return this.carryOut({...start, source: undoSource(undone)}, flags, {only: concernedBy(undone)})
  }
}
