import {Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.ts'
import {agreeToCaches} from '../../cli/consent/agree-to-caches.ts'
import {askedOneByOne, namespaceQuestion} from '../../cli/consent/asked-one-by-one.ts'
import {askEachContext, besides} from '../../cli/each-context.ts'
import {confirmFlag} from '../../cli/flags/confirm-flag.ts'
import {contextFlags, outputFlag} from '../../cli/flags/flags.ts'
import {cacheViews} from '../../cli/report-views.ts'
import {readingDeps} from '../../cli/run/selection.ts'
import {unreadCacheEntry} from '../../discovery/cache/cache-entry.ts'
import {refreshEntry} from '../../discovery/cache/refresh-entry.ts'
import {retryRead} from '../../discovery/retry-read.ts'
import type {CacheReport} from '../../model/report.ts'
import {summarizeCaches} from '../../summary/summarize.ts'

export default class CacheRefresh extends BaseCommand {
  static override summary = 'Build the image cache of each selected cluster and save it there.'
  static override description =
    'Lists every workload and saves their images as a ConfigMap, so that "find --fresh cache" costs one request. ' +
    'If the namespace is missing, you are asked whether to create it. Without a terminal, the command for that is printed instead.'
  static override examples = [
    {description: 'Nightly, from cron', command: '<%= config.bin %> <%= command.id %> --all-contexts --yes'},
  ]
  static override flags = {
    ...contextFlags,
    yes: Flags.boolean({
      char: 'y',
      summary: 'Create a missing namespace without asking. Without a terminal, HUBSPOKE_YES=true does the same.',
      helpGroup: 'SAFETY',
    }),
    ...confirmFlag,
    output: outputFlag(cacheViews),
  }

  async run(): Promise<CacheReport> {
    const {flags} = await this.parse(CacheRefresh)
    const cacheNamespace = flags['cache-namespace']
    const report = await this.reaching(flags, {writes: true}, async (clusters, session) => {
      const deps = readingDeps(this.runtime, clusters, session)
      const ask = askedOneByOne(this.runtime, session, flags)
      const mayWrite = await agreeToCaches(flags, clusters, {runtime: this.runtime, session})
      const mayCreate = async (context: string) => ask(namespaceQuestion(cacheNamespace, context))
      const caches = askEachContext(clusters, session, {
        async work(cluster) {
          const {context} = cluster
          await mayWrite(context, await retryRead(() => cluster.identityNow(session.stop.signal), deps))
          return refreshEntry(cluster, {cacheNamespace, mayCreateNamespace: () => mayCreate(context.name)}, deps)
        },
        failed: unreadCacheEntry,
      })
      return summarizeCaches(await caches, besides(clusters, session))
    })
    return this.conclude(report, flags, cacheViews)
  }
}
