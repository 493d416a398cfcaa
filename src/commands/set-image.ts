import {Args, Flags} from '@oclif/core'
import {contextFlags, outputFlag, targetsFlags, workloadFlags, writeFlags} from '../cli/flags/flags.ts'
import {imageArg} from '../cli/flags/image-arg.ts'
import {runViews} from '../cli/report-views.ts'
import {WritingCommand} from '../cli/run/writing-command.ts'
import {imageQueryOf} from '../image/image-query.ts'
import type {RunReport} from '../model/report.ts'
import {newerOnly, ownerOverride, repositoryChange, setImage} from '../verbs/set-image/set-image.ts'

export default class SetImage extends WritingCommand {
  static override summary = 'Replace an image in every workload that runs it, in every selected cluster.'
  static override description =
    'Sets the image of the containers, init containers and sidecars that match IMAGE, and of no others, as "kubectl set image" does. ' +
    'Shows the plan and asks for confirmation first, and watches every rollout to its end. A container that runs NEW already is unchanged.'
  static override examples = [
    {
      description: 'See what would change',
      command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web :1.4.3 --all-contexts --dry-run client',
    },
    {
      description: 'From a laptop: a new tag, one workload first, and back if it fails',
      command:
        '<%= config.bin %> <%= command.id %> ghcr.io/acme/web :1.4.3 -c "prod-*" --waves 1,10%,100% --undo-failed',
    },
    {
      description: 'From a runbook: only what runs 1.4, with a reason',
      command:
        '<%= config.bin %> <%= command.id %> "ghcr.io/acme/web:1.4.*" :1.3.9 -g prod --reason "rollback, INC-42"',
    },
    {
      description: 'Move to another registry',
      command:
        '<%= config.bin %> <%= command.id %> nginx:1.27 ghcr.io/acme/nginx:1.27 -g prod --allow-repository-change',
    },
    {
      description: 'From cron: no prompt, JSON output',
      command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web @sha256:… -c "prod-*" --yes -o json',
    },
  ]
  static override args = {
    image: imageArg,
    new: Args.string({
      name: 'NEW',
      required: true,
      ignoreStdin: true,
      description: 'Full reference, or ":tag" or "@sha256:…" to keep the repository.',
    }),
  }
  static override flags = {
    ...contextFlags,
    ...workloadFlags,
    ...targetsFlags,
    ...writeFlags,
    [repositoryChange]: Flags.boolean({
      summary: 'Allow a NEW of another repository than IMAGE.',
      helpGroup: 'SAFETY',
    }),
    [ownerOverride]: Flags.boolean({
      summary: 'Also set the image of what a GitOps controller or an operator reconciles.',
      env: 'HUBSPOKE_OVERRIDE_OWNER',
      helpGroup: 'SAFETY',
    }),
    [newerOnly]: Flags.boolean({
      summary: 'Only where the tag of NEW is a newer version than the one that runs (semver.org).',
      helpGroup: 'WORKLOADS',
    }),
    output: outputFlag(runViews),
  }

  async run(): Promise<RunReport> {
    const {args, flags} = await this.parse(SetImage)
    const allowed = flags[repositoryChange] && {[repositoryChange]: true}
    const overridden = flags[ownerOverride] && {[ownerOverride]: true}
    const newer = flags[newerOnly] && {[newerOnly]: true}
    const recorded = {image: args.image, new: args.new, ...allowed, ...overridden, ...newer}
    const {args: verbArgs, start, begun} = await this.startOf(setImage, recorded, flags)
    const {source, reach} = await this.sourceOf(imageQueryOf(verbArgs.image), flags, begun)
    return this.carryOut({...start, source}, flags, reach)
  }
}
