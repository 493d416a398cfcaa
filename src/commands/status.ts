import {BaseCommand} from '../cli/base-command.ts'
import {contextFlags, outputFlag, proofFlags, workloadFlags} from '../cli/flags/flags.ts'
import {imageArg} from '../cli/flags/image-arg.ts'
import {statusWatchFlags} from '../cli/flags/status-watch-flags.ts'
import {statusViews} from '../cli/report-views.ts'
import {findStatuses} from '../cli/rollout-status/find-statuses.ts'
import {selectionOf} from '../cli/run/selection.ts'
import {refuseTurns} from '../cli/watch-holder.ts'
import {imageQueryOf} from '../image/image-query.ts'
import type {StatusReport} from '../model/status-report.ts'
import {summarizeStatus} from '../summary/summarize-status.ts'

export default class Status extends BaseCommand {
  static override summary = 'Show the rollout status of every workload that runs an image, in every cluster.'
  static override description =
    'Searches as "find" does, and reads each workload: rolled out, rolling out, paused, or stuck and why. Nothing is written. ' +
    'The exit code is 0 only if every workload was read and is rolled out.'
  static override examples = [
    {description: 'On a laptop', command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web -c "prod-*"'},
    {
      description: 'In a runbook: wait for all rollouts, at most 15 minutes',
      command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web --watch --fail-fast --deadline 15m',
    },
    {
      description: 'In cron: mail only if something is not rolled out',
      command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web -q > status.txt || cat status.txt',
    },
  ]
  static override args = {image: imageArg}
  static override flags = {
    ...contextFlags,
    ...workloadFlags,
    ...proofFlags,
    ...statusWatchFlags,
    output: outputFlag(statusViews),
  }

  async run(): Promise<StatusReport> {
    const {args, flags} = await this.parse(Status)
    const query = imageQueryOf(args.image)
    const report = await this.reaching(flags, {writes: false}, async (clusters, session) => {
      if (flags.watch) refuseTurns(clusters)
      const {watch, 'fail-fast': failFast, 'allow-empty': allowEmpty} = flags
      const request = {selection: selectionOf(flags), query, watch, failFast}
      const facts = await findStatuses(request, {runtime: this.runtime, clusters, session})
      return summarizeStatus({...facts, query: query.text, allowEmpty, watched: watch})
    })
    return this.conclude(report, flags, statusViews)
  }
}
