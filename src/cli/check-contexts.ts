import {checkCluster, notChecked} from '../discovery/check-cluster.ts'
import {clustersOfOneUid} from '../discovery/clusters-of-one-uid.ts'
import type {DiscoveryDeps} from '../discovery/discover.ts'
import {refuseUnknownNamespaces} from '../discovery/select/unmatched-namespaces.ts'
import type {CheckReport} from '../model/check-report.ts'
import {summarizeCheck} from '../summary/summarize.ts'
import type {Clusters} from './clusters.ts'
import {askEachContext, besides} from './each-context.ts'
import type {Session} from './process/session.ts'
import {checkProtection} from './protection/check-protection.ts'

/**
 * Checks all selected contexts at once, and what only all of them together can tell: which are the same cluster, and what
 * is protected.
 *
 * @throws HubspokeError of class `usage` for a namespace that no cluster has, if all of them could be asked
 */
export async function checkContexts(
  reach: Parameters<typeof checkCluster>[1],
  {clusters, session, deps}: {readonly clusters: Clusters; readonly session: Session; readonly deps: DiscoveryDeps},
): Promise<CheckReport> {
  const asked = await askEachContext(clusters, session, {
    work: (cluster) => checkCluster(cluster, reach, deps),
    failed: (context, problem) => ({...notChecked(context), problem}),
  })
  if (asked.every(({problem}) => problem === null)) {
    const contexts = asked.map(({context}) => context)
    await refuseUnknownNamespaces(reach.namespaces, contexts, deps)
  }
  const {entries, unmatchedProtections} = await checkProtection(asked, clusters, deps)
  const found = entries.flatMap(({context, uid}) => (uid === null ? [] : [{context, uid}]))
  const firstContexts = await clustersOfOneUid(found, 'Deployment', deps)
  return summarizeCheck(entries, {...besides(clusters, session), firstContexts}, unmatchedProtections)
}
