import {contextFlags, outputFlag, targetsFlags, workloadFlags, writeFlags} from '../cli/flags/flags.ts'
import {imageArg} from '../cli/flags/image-arg.ts'
import {runViews} from '../cli/report-views.ts'
import {WritingCommand} from '../cli/run/writing-command.ts'
import {imageQueryOf} from '../image/image-query.ts'
import type {RunReport} from '../model/report.ts'
import {restart} from '../verbs/restart/restart.ts'

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
      description: 'Only the targets that a document names, after a review',
      command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web --targets reviewed.json',
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
    ...targetsFlags,
    ...writeFlags,
    output: outputFlag(runViews),
  }

  async run(): Promise<RunReport> {
    const {args, flags} = await this.parse(Restart)
    const {args: verbArgs, start, begun} = await this.startOf(restart, {image: args.image}, flags)
    const {source, reach} = await this.sourceOf(imageQueryOf(verbArgs.image), flags, begun)
    return this.carryOut({...start, source}, flags, reach)
  }
}
