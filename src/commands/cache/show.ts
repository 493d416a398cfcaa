import {BaseCommand} from '../../cli/base-command.ts'
import {askEachContext, besides} from '../../cli/each-context.ts'
import {contextFlags, outputFlag} from '../../cli/flags/flags.ts'
import {cacheViews} from '../../cli/report-views.ts'
import {readingDeps} from '../../cli/run/selection.ts'
import {unreadCacheEntry} from '../../discovery/cache/cache-entry.ts'
import {showCache} from '../../discovery/cache/show-cache.ts'
import type {CacheReport} from '../../model/report.ts'
import {summarizeCaches} from '../../summary/summarize.ts'

export default class CacheShow extends BaseCommand {
  static override summary = 'Show the state of the image cache of each cluster.'
  static override description = 'Reads every context of the kubeconfig, unless you select contexts. Nothing is written.'
  static override examples = [
    {description: 'Show the age of each image cache', command: '<%= config.bin %> <%= command.id %>'},
  ]
  static override flags = {...contextFlags, output: outputFlag(cacheViews)}

  async run(): Promise<CacheReport> {
    const {flags} = await this.parse(CacheShow)
    const report = await this.reaching(flags, {writes: false}, async (clusters, session) => {
      const deps = readingDeps(this.runtime, clusters, session)
      const ask = askEachContext(clusters, session, {
        work: (cluster) => showCache(cluster, flags['cache-namespace'], deps),
        failed: unreadCacheEntry,
      })
      return summarizeCaches(await ask, besides(clusters, session))
    })
    return this.conclude(report, flags, cacheViews)
  }
}
