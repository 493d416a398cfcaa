import {BaseCommand} from '../cli/base-command.ts'
import {askEachContext, besides} from '../cli/each-context.ts'
import {contextFlags, outputFlag} from '../cli/flags/flags.ts'
import {namespacesFlag, plainNamespaces} from '../cli/flags/permission-flags.ts'
import {checkProtection} from '../cli/protection/check-protection.ts'
import {checkViews} from '../cli/report-views.ts'
import {readingDeps} from '../cli/run/selection.ts'
import {checkCluster, notChecked} from '../discovery/check-cluster.ts'
import {clustersOfOneUid} from '../discovery/clusters-of-one-uid.ts'
import {refuseUnknownNamespaces} from '../discovery/select/unmatched-namespaces.ts'
import type {CheckReport} from '../model/check-report.ts'
import {summarizeCheck} from '../summary/summarize.ts'

export default class Check extends BaseCommand {
  static override summary = 'Check each context: reachable, permissions, protection, lock, image cache.'
  static override description =
    'Checks every context of the kubeconfig, unless you select contexts. Nothing is written. ' +
    '"rbac" prints the roles that each command needs.'
  static override examples = [
    {description: 'Before an incident', command: '<%= config.bin %> <%= command.id %> -c "prod-*"'},
    {description: 'With permissions in one namespace only', command: '<%= config.bin %> <%= command.id %> -n shop'},
  ]
  static override flags = {
    ...contextFlags,
    namespace: namespacesFlag,
    output: outputFlag(checkViews),
  }

  async run(): Promise<CheckReport> {
    const {flags} = await this.parse(Check)
    const reach = {namespaces: plainNamespaces(flags.namespace), cacheNamespace: flags['cache-namespace']}
    const report = await this.reaching(flags, {writes: false}, async (clusters, session) => {
      const deps = readingDeps(this.runtime, clusters, session)
      const ask = askEachContext(clusters, session, {
        work: (cluster) => checkCluster(cluster, reach, deps),
        failed: (context, problem) => ({...notChecked(context), problem}),
      })
      const asked = await ask
      if (asked.every(({problem}) => problem === null)) {
        await refuseUnknownNamespaces(
          reach.namespaces,
          asked.map(({context}) => context),
          deps,
        )
      }
      const {entries, unmatchedProtections} = await checkProtection(asked, clusters, deps)
      const found = entries.flatMap(({context, uid}) => (uid === null ? [] : [{context, uid}]))
      const firstContexts = await clustersOfOneUid(found, 'Deployment', deps)
      return summarizeCheck(entries, {...besides(clusters, session), firstContexts}, unmatchedProtections)
    })
    return this.conclude(report, flags, checkViews)
  }
}
