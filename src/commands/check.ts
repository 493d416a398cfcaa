import {BaseCommand} from '../cli/base-command.ts'
import {readingDeps} from '../cli/discovery-request.ts'
import {eachContext} from '../cli/each-context.ts'
import {contextFlags, outputFlag} from '../cli/flags.ts'
import {checkCluster, notChecked} from '../discovery/check-cluster.ts'
import type {CheckReport} from '../model/report.ts'
import {renderCheckTable} from '../summary/check-table.ts'
import {summarizeCheck} from '../summary/summarize.ts'

export default class Check extends BaseCommand {
  static override summary = 'Check what each context permits: reachable, credentials, permissions, image cache.'
  static override description = 'Asks every context of the kubeconfig, unless some are named. Nothing is written.'
  static override examples = [
    {description: 'Before an incident does it for you', command: '<%= config.bin %> <%= command.id %> -c "prod-*"'},
  ]
  static override flags = {...contextFlags, output: outputFlag(['table', 'wide', 'json', 'yaml'])}

  async run(): Promise<CheckReport> {
    const {flags} = await this.parse(Check)
    const report = await this.reaching(flags, {writes: false}, async (clusters, session) => {
      const deps = readingDeps(this.runtime, clusters, session)
      const ask = eachContext(
        clusters,
        (cluster) => checkCluster(cluster, flags['cache-namespace'], deps),
        (context, problem) => ({...notChecked(context), problem}),
      )
      return summarizeCheck(await ask, session.stop.reason)
    })
    return this.conclude(report, flags, {table: renderCheckTable})
  }
}
