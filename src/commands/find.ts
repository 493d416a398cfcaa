import {BaseCommand} from '../cli/base-command.ts'
import {contextFlags, outputFlag, proofFlags, workloadFlags} from '../cli/flags/flags.ts'
import {imageArg} from '../cli/flags/image-arg.ts'
import {findViews} from '../cli/report-views.ts'
import {readingDeps, selectionOf} from '../cli/run/selection.ts'
import {discover} from '../discovery/discover.ts'
import {imageQueryOf} from '../image/image-query.ts'
import type {FindReport} from '../model/report.ts'
import {summarizeFind} from '../summary/summarize.ts'

export default class Find extends BaseCommand {
  static override summary = 'Find every workload that runs an image, in every cluster.'
  static override description =
    'Searches all contexts of the kubeconfig in parallel, unless you select contexts. The output shows its source, ' +
    'its age, and what was not searched.'
  static override examples = [
    {description: 'Any tag of a repository', command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web'},
    {
      description: 'A range of tags, in some clusters',
      command: '<%= config.bin %> <%= command.id %> "ghcr.io/acme/web:1.4.*" -c "prod-*"',
    },
    {
      description: 'From the image cache: one request per cluster',
      command: '<%= config.bin %> <%= command.id %> nginx --fresh cache',
    },
  ]
  static override args = {image: imageArg}
  static override flags = {
    ...contextFlags,
    ...workloadFlags,
    ...proofFlags,
    output: outputFlag(findViews),
  }

  async run(): Promise<FindReport> {
    const {args, flags} = await this.parse(Find)
    const query = imageQueryOf(args.image)
    const report = await this.reaching(flags, {writes: false}, async (clusters, session) => {
      const contexts = {contexts: clusters.selected, contextsLeftOut: clusters.leftOut}
      const request = {...selectionOf(flags), query, ...contexts, writes: false}
      const facts = await discover(request, readingDeps(this.runtime, clusters, session))
      return summarizeFind({
        ...facts,
        query: query.text,
        allowEmpty: flags['allow-empty'],
        stoppedBy: session.stop.reason,
      })
    })
    return this.conclude(report, flags, findViews)
  }
}
