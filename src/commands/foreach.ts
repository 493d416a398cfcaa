import {resolve} from 'node:path'
import {beforeDashes} from '../cli/flags/command-line-flags.ts'
import {contextFlags, outputFlag, targetsFlags, workloadFlags} from '../cli/flags/flags.ts'
import {foreachFlags} from '../cli/flags/foreach-flags.ts'
import {optionalImageArg} from '../cli/flags/image-arg.ts'
import {withoutRollouts} from '../cli/flags/without-rollouts.ts'
import {runViews} from '../cli/report-views.ts'
import {WritingCommand} from '../cli/run/writing-command.ts'
import {imageQueryOf} from '../image/image-query.ts'
import {HubspokeError} from '../model/failure.ts'
import type {RunReport} from '../model/report.ts'
import {foreach} from '../verbs/foreach/foreach.ts'

export default class Foreach extends WritingCommand {
  static override summary = 'Run a local command for each context, or each workload that runs an image.'
  static override description =
    'Shows the plan and asks for confirmation. Then starts one process per cluster, or with IMAGE one per workload, in parallel. Each has a kubeconfig with its ' +
    'context alone, no input, and the variables HUBSPOKE_CONTEXT, HUBSPOKE_CLUSTER_UID, HUBSPOKE_SERVER and HUBSPOKE_RUN_ID. In the words ' +
    'of CMD, {context} is the name of the context; with IMAGE there are {namespace}, {kind}, {name} and {image}, too. Output is shown on stderr line by line, and kept in files. Exit status 0 of CMD ' +
    'is a success; CMD is not run again unless --retries says so.'
  static override usage = '<%= command.id %> [IMAGE] [flags] -- CMD…'
  static override examples = [
    {
      description: 'See what would be run, and where',
      command: '<%= config.bin %> <%= command.id %> --all-contexts --dry-run client -- kubectl get nodes',
    },
    {
      description: 'At a laptop: in every production cluster',
      command: '<%= config.bin %> <%= command.id %> -c "prod-*" -- kubectl get pods -n shop',
    },
    {
      description: 'For every workload that runs an image',
      command:
        '<%= config.bin %> <%= command.id %> ghcr.io/acme/web -c "prod-*" -- kubectl -n {namespace} describe {kind}/{name}',
    },
    {
      description: 'Only for the workloads that a document names, after a review',
      command:
        '<%= config.bin %> <%= command.id %> ghcr.io/acme/web --targets reviewed.json -- kubectl -n {namespace} logs {kind}/{name}',
    },
    {
      description: 'From a runbook: one cluster first, stop at a failure, with a limit for each',
      command:
        '<%= config.bin %> <%= command.id %> -c "prod-*" --waves 1,100% --timeout 5m --reason "INC-42" -- ./fix-quota.sh {context}',
    },
    {
      description: 'A pipe needs a shell',
      command: `<%= config.bin %> <%= command.id %> -c "prod-*" --shell -- 'kubectl get pods -A | grep -c Pending'`,
    },
    {
      description: 'From cron: no prompt, JSON output, files in a folder of your own',
      command:
        '<%= config.bin %> <%= command.id %> -c "prod-*" --yes -o json --output-dir /var/backups/clusters -- kubectl get all -A -o yaml',
    },
  ]
  static override args = {image: optionalImageArg}
  static override flags = {
    ...contextFlags,
    ...workloadFlags,
    ...targetsFlags,
    ...foreachFlags,
    output: outputFlag(runViews),
  }

  async run(): Promise<RunReport> {
    const words = beforeDashes(this.typed)
    const {args, flags} = await this.parse(Foreach, [...words])
    const outputFolder = flags['output-dir']
    if (args.image === undefined) this.refuseWorkloadFlags(flags)
    const recorded = {
      ...(args.image !== undefined && {image: args.image}),
      command: this.typed.slice(words.length + 1),
      shell: flags.shell,
      passEnv: flags['pass-env'] ?? [],
      ...(outputFolder !== undefined && {outputFolder: resolve(outputFolder)}),
    }
    const {
      args: verbArgs,
      start,
      begun,
    } = await this.startOf(foreach, recorded, {
      ...withoutRollouts,
      preflight: 'report',
      ...flags,
      retries: this.retries(flags),
    })
    if (verbArgs.image === undefined) return this.carryOut({...start, source: {from: 'contexts'}}, flags)
    const {source, reach} = await this.sourceOf(imageQueryOf(verbArgs.image), flags, begun)
    return this.carryOut({...start, source}, flags, reach)
  }

  /**
   * Without IMAGE no workload is looked for: a flag that narrows the search would have no effect. The targets of one run are no
   * default, wherever they were named.
   */
  private refuseWorkloadFlags({targets}: {readonly targets?: string | undefined}): void {
    const given = targets === undefined ? Object.keys(workloadFlags).find((name) => this.isTyped(name)) : 'targets'
    if (given === undefined) return
    throw new HubspokeError(
      'usage',
      `--${given} is about workloads, and without IMAGE the command runs once per context.`,
      {
        suggestions: ['hubspoke foreach IMAGE -- …  to run it once per workload'],
      },
    )
  }

  /** A default that was made for writes that are safe to repeat must not run a command twice. */
  private retries({retries}: {readonly retries: number}): number {
    const origin = this.originOf('retries')
    if (origin === undefined || retries === 0) return retries
    this.runtime.stderr.write(
      `--retries from ${origin} is not used: foreach takes it only from the command line. No command is run again.\n`,
    )
    return 0
  }
}
