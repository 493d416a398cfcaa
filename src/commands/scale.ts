import {Flags} from '@oclif/core'
import {confirmZeroFlag} from '../cli/flags/confirm-flag.ts'
import {contextFlags, outputFlag, targetsFlags, workloadFlags, writeFlags} from '../cli/flags/flags.ts'
import {imageArg} from '../cli/flags/image-arg.ts'
import {runViews} from '../cli/report-views.ts'
import {WritingCommand} from '../cli/run/writing-command.ts'
import {imageQueryOf} from '../image/image-query.ts'
import {HubspokeError} from '../model/failure.ts'
import type {RunReport} from '../model/report.ts'
import {scale} from '../verbs/scale/scale.ts'

export default class Scale extends WritingCommand {
  static override summary = 'Scale every workload that runs an image, in every selected cluster.'
  static override description =
    'Finds the Deployments and StatefulSets, shows the plan and asks for confirmation. Then sets their replicas through the scale ' +
    'subresource, as "kubectl scale" does, and waits until the pods are available, or gone. A workload that a ' +
    'HorizontalPodAutoscaler scales, or that a GitOps controller reconciles, is skipped. Scaling to 0 needs a confirmation of its own.'
  static override examples = [
    {
      description: 'At a laptop: see from which number to which',
      command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web --replicas 5 -c "eu-*" --dry-run client',
    },
    {
      description: 'Twice as many pods, one workload first, then half, then all',
      command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web --replicas x2 -c "prod-*" --waves 1,50%,100%',
    },
    {
      description: 'In a runbook: two more, put back where they do not become available',
      command:
        '<%= config.bin %> <%= command.id %> ghcr.io/acme/web --replicas +2 -g production --reason "INC-42" --undo-failed',
    },
    {
      description: 'From cron: off for the night, no prompt, JSON output',
      command:
        '<%= config.bin %> <%= command.id %> ghcr.io/acme/web --replicas 0 -c "dev-*" --yes --confirm-zero -o json',
    },
  ]
  static override args = {image: imageArg}
  static override flags = {
    replicas: Flags.string({
      summary: 'The number of replicas, or a change of the current number: +N, -N, or xF (times F, rounded up).',
      helpValue: 'N|+N|-N|xF',
      required: true,
      env: 'HUBSPOKE_REPLICAS',
      helpGroup: 'WORKLOADS',
    }),
    ...contextFlags,
    ...workloadFlags,
    ...targetsFlags,
    ...writeFlags,
    ...confirmZeroFlag,
    'override-owner': Flags.boolean({
      summary: 'Also scale what a HorizontalPodAutoscaler or a GitOps controller owns.',
      env: 'HUBSPOKE_OVERRIDE_OWNER',
      helpGroup: 'SAFETY',
    }),
    output: outputFlag(runViews),
  }

  async run(): Promise<RunReport> {
    const {args, flags} = await this.parse(Scale)
    const recorded = {
      image: args.image,
      replicas: flags.replicas,
      ...(flags['override-owner'] && {'override-owner': true}),
    }
    const {args: verbArgs, start, begun} = await this.startOf(scale, recorded, flags)
    if (verbArgs.replicas.is !== 'number' && start.run.named && begun === undefined) throw withoutLedger(flags.replicas)
    const {source, reach} = await this.sourceOf(imageQueryOf(verbArgs.image), flags, begun)
    return this.carryOut({...start, source}, flags, reach)
  }
}

/** Only the ledger keeps the numbers of a relative value: the same run without it would add a second time. */
function withoutLedger(replicas: string): HubspokeError {
  const message = `--run-id needs a number: --replicas ${replicas} depends on the present number, and there is no ledger of this run that records it. Nothing was written.`
  return new HubspokeError('usage', message, {
    suggestions: ['--replicas N  for a number', 'leave out --run-id (and unset HUBSPOKE_RUN_ID)  for a run of its own'],
  })
}
