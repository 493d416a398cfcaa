import {Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.ts'
import {agreeToCaches} from '../../cli/consent/agree-to-caches.ts'
import {askedOneByOne, namespaceQuestion} from '../../cli/consent/asked-one-by-one.ts'
import {besides, inEachContext} from '../../cli/each-context.ts'
import {confirmFlag} from '../../cli/flags/confirm-flag.ts'
import {contextFlags, outputFlag} from '../../cli/flags/flags.ts'
import {cacheViews} from '../../cli/report-views.ts'
import {refuseTurns, watchHolder} from '../../cli/watch-holder.ts'
import {unreadCacheEntry} from '../../discovery/cache/cache-entry.ts'
import {watchCluster} from '../../discovery/cache/watch/watch-cluster.ts'
import type {ClusterIdentity} from '../../model/cluster.ts'
import type {CacheReport} from '../../model/report.ts'
import {summarizeCaches} from '../../summary/summarize.ts'

export default class CacheWatch extends BaseCommand {
  static override summary = 'Keep the image cache of each selected cluster up to date, until stopped.'
  static override description =
    'Builds the image cache if it is missing, watches changes, and saves each within two seconds, so that ' +
    '"find --fresh 30s" costs one request. If several processes watch one cluster, one is active and the others stand by. ' +
    'Failures are retried indefinitely. On SIGTERM, SIGINT or SIGHUP the last state is saved; a second signal ends the command at once.'
  static override examples = [
    {
      description: 'In a container, or from a service manager',
      command: '<%= config.bin %> <%= command.id %> --all-contexts --yes',
    },
    {
      description: 'For some clusters, without progress on stderr',
      command: "<%= config.bin %> <%= command.id %> -c 'prod-*' -q",
    },
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
    const {flags} = await this.parse(CacheWatch)
    const cacheNamespace = flags['cache-namespace']
    const report = await this.reaching(flags, {writes: true}, async (clusters, session) => {
      refuseTurns(clusters)
      const {clock, random} = this.runtime
      const deps = {clock, random, signal: session.stop.signal, onEvent: session.onEvent}
      const ask = askedOneByOne(this.runtime, session, flags)
      const mayWrite = await agreeToCaches(flags, clusters, {runtime: this.runtime, session})
      const mayCreate = async (context: string) => ask(namespaceQuestion(cacheNamespace, context))
      const caches = inEachContext(clusters, {
        work: (cluster) => {
          const {context} = cluster
          const request = {
            cacheNamespace,
            holder: watchHolder(this.runtime),
            mayWrite: (identity: ClusterIdentity) => mayWrite(context, identity),
            mayCreateNamespace: () => mayCreate(context.name),
          }
          return watchCluster(cluster, request, deps)
        },
        failed: unreadCacheEntry,
      })
      return summarizeCaches(await caches, besides(clusters, session))
    })
    return this.conclude(report, flags, cacheViews)
  }
}
