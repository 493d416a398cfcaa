import type {Clusters} from '../cli/clusters.ts'
import {saidReason} from '../cli/consent/reason.ts'
import {contextFlags, outputFlag, workloadFlags, writeFlags} from '../cli/flags/flags.ts'
import {foundBefore} from '../cli/past-runs/past-runs.ts'
import {runViews} from '../cli/report-views.ts'
import {discoveryRequest} from '../cli/run/discovery-request.ts'
import {imageArg, imageQueryOf} from '../cli/run/image-query.ts'
import {runIdentity} from '../cli/run/run-identity.ts'
import {earlierInvocations} from '../cli/run/run-ledger.ts'
import {argumentsEntry} from '../cli/run/run-request.ts'
import {requirePossibleUndo} from '../cli/run/undo-request.ts'
import {verbs} from '../cli/run/verbs.ts'
import {requirePossibleWaves} from '../cli/run/wave-request.ts'
import {WritingCommand} from '../cli/run/writing-command.ts'
import type {RunReport} from '../model/report.ts'

export default class Restart extends WritingCommand {
  static override summary = 'Restart every workload that runs an image, in every selected cluster.'
  static override description =
    'Finds the workloads, shows the plan and asks for confirmation. Then restarts them in parallel as "kubectl rollout restart" ' +
    'does, and watches every rollout to its end. A failure never stops other targets. The exit code is 0 only when every target is ' +
    'in the desired state.'
  static override examples = [
    {
      description: 'See what would restart',
      command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web --all-contexts --dry-run client',
    },
    {
      description: 'Two at a time',
      command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web -c "eu-*" --concurrency 2',
    },
    {
      description: 'One first, then a tenth, half and all, each after five healthy minutes',
      command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web -c "prod-*" --waves 1,10%,50%,100% --pause 5m',
    },
    {
      description: 'With a reason, recorded on the workloads',
      command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web -c "prod-*" --reason "memory leak, INC-42"',
    },
    {
      description: 'From cron: no prompt, JSON output',
      command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web -c "prod-*" --yes -o json',
    },
  ]
  static override args = {image: imageArg}
  static override flags = {
    ...contextFlags,
    ...workloadFlags,
    ...writeFlags,
    output: outputFlag(runViews),
  }

  async run(): Promise<RunReport> {
    const {args, flags} = await this.parse(Restart)
    const query = imageQueryOf(args.image)
    const fresh = this.freshForWrites(flags.fresh)
    const run = runIdentity(flags['run-id'], this.runtime)
    requirePossibleWaves(flags, this.runtime)
    requirePossibleUndo(flags, verbs.restart, 'restart')
    const recorded = argumentsEntry(args.image, flags)
    const meaning = {verb: 'restart', arguments: recorded}
    const earlier = await earlierInvocations(run, meaning, this.runtime)
    const asked = {
      run,
      verb: verbs.restart,
      arguments: {image: args.image},
      recorded,
      resumed: run.named,
      before: foundBefore(earlier?.targets ?? []),
      subject: {image: query.text, contextsFrom: this.contextsFrom(), reason: saidReason(flags)},
      discovery: (clusters: Clusters) => discoveryRequest(query, {...flags, fresh}, clusters, {writes: true}),
    }
    return this.carryOut(asked, flags)
  }
}
