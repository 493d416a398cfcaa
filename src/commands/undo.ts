import {Args, Flags} from '@oclif/core'
import {contextFlags, outputFlag, targetsFlags, workloadFlags, writeFlags} from '../cli/flags/flags.ts'
import {findRun, refuseRun} from '../cli/past-runs/past-runs.ts'
import {concernedBy} from '../cli/past-runs/retry-request.ts'
import {undoRequest, undoSource} from '../cli/past-runs/undo-request.ts'
import {runViews} from '../cli/report-views.ts'
import {WritingCommand} from '../cli/run/writing-command.ts'
import {imageQueryOf} from '../image/image-query.ts'
import {HubspokeError} from '../model/failure.ts'
import type {RunReport} from '../model/report.ts'
import {undo, undoFlags} from '../verbs/undo/undo.ts'

const {'undo-failed': _, ...undoWriteFlags} = writeFlags

/** With `--run`, the ledger says all of these. */
const selecting = ['context', 'group', 'all-contexts', 'namespace', 'selector', 'kind', 'targets'] as const

export default class Undo extends WritingCommand {
  static override summary = 'Undo the last change of workloads, or all that a past run has changed.'
  static override description =
    'With IMAGE: returns every workload that runs it to its previous revision, as "kubectl rollout undo" does. With --run: takes the ' +
    'targets that the run has written from its ledger, and restores the state before; a target that another client has changed ' +
    'since is left alone. The plan shows what each target returns to.'
  static override examples = [
    {
      description: 'See what each target of a run would return to',
      command: '<%= config.bin %> <%= command.id %> --run last --dry-run client',
    },
    {
      description: 'From a laptop: the previous revision of what runs a bad tag, one workload first',
      command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web:1.4.3 -c "prod-*" --waves 1,10%,100%',
    },
    {
      description: 'From a runbook: undo a release',
      command: '<%= config.bin %> <%= command.id %> --run 20261124-100000-01a1 --reason "INC-42"',
    },
    {
      description: 'From cron: no prompt, JSON output',
      command: '<%= config.bin %> <%= command.id %> --run 20261124-100000-01a1 --yes -o json',
    },
  ]
  static override args = {
    image: Args.string({
      name: 'IMAGE',
      ignoreStdin: true,
      description: 'Reference, repository, tag glob or digest. Without it: --run.',
    }),
  }
  static override flags = {
    ...contextFlags,
    ...workloadFlags,
    ...targetsFlags,
    run: Flags.string({
      summary: 'Undo this run: its ID, or its unique beginning, or "last".',
      helpValue: 'ID',
      helpGroup: 'WORKLOADS',
    }),
    [undoFlags.toRevision]: Flags.integer({
      summary: 'Return to this revision instead of the previous one.',
      helpValue: 'N',
      min: 1,
      max: 2_147_483_647,
      helpGroup: 'WORKLOADS',
    }),
    [undoFlags.overrideOwner]: Flags.boolean({
      summary: 'Also undo workloads that an owner such as Argo CD reconciles.',
      env: 'HUBSPOKE_OVERRIDE_OWNER',
      helpGroup: 'SAFETY',
    }),
    ...undoWriteFlags,
    output: outputFlag(runViews),
  }

  async run(): Promise<RunReport> {
    const {args, flags} = await this.parse(Undo)
    const given = {...flags, 'undo-failed': false}
    const {run, [undoFlags.toRevision]: toRevision, [undoFlags.overrideOwner]: overrideOwner} = flags
    if (run !== undefined) {
      this.requireOnlyRun(args.image, toRevision)
      const {id, recorded} = await findRun(run, this.runtime, 'undo --run')
      const undone = undoRequest(id, recorded, await this.runtime.loadVerbs())
      if (undone.retried !== undefined) this.runtime.stderr.write(othersOf(id, undone.retried))
      const {start} = await this.startOf(undo, {run: id, image: undone.image}, given)
      return this.carryOut({...start, source: undoSource(undone)}, flags, {only: concernedBy(undone)})
    }
    if (args.image === undefined) throw usage('What is to be undone is missing: IMAGE, or --run ID.')
    refuseRun(args.image)
    const revision = toRevision !== undefined && {[undoFlags.toRevision]: toRevision}
    const override = overrideOwner && {[undoFlags.overrideOwner]: true}
    const {start, begun} = await this.startOf(undo, {image: args.image, ...revision, ...override}, given)
    const {source, reach} = await this.sourceOf(imageQueryOf(args.image), flags, begun)
    return this.carryOut({...start, source}, flags, reach)
  }

  private requireOnlyRun(image: string | undefined, toRevision: number | undefined): void {
    const others = [
      ...(image === undefined ? [] : ['IMAGE']),
      ...(toRevision === undefined ? [] : [`--${undoFlags.toRevision}`]),
      ...selecting.filter((name) => this.isTyped(name)).map((name) => `--${name}`),
    ]
    if (others.length > 0)
      throw usage(`--run takes its targets from the ledger: not together with ${others.join(', ')}.`)
  }
}

/** A retry plans only what was left of its run. */
function othersOf(id: string, retried: string): string {
  return `The run ${id} retried the run ${retried}: the targets that only that run has written are not undone. "hubspoke undo --run ${retried}" undoes them.\n`
}

function usage(message: string): HubspokeError {
  return new HubspokeError('usage', message, {suggestions: ['hubspoke undo --help']})
}
