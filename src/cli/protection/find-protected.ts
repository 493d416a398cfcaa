import type {ProtectedCluster} from '../../model/plan-view.ts'
import type {Clusters} from '../clusters.ts'
import {type IdentifyDeps, identifyContexts} from './identify-contexts.ts'
import {protectionsOfContext} from './matching-protections.ts'
import {type IdentifiedContext, protectedClusters} from './protected-clusters.ts'

/**
 * The contexts to be written whose clusters are protected. Protected contexts of the kubeconfig that
 * were not read yet are now asked which clusters they point at, but only if that can change the answer.
 *
 * @param read what is known of the selected contexts
 */
export async function findProtected(
  planned: readonly IdentifiedContext[],
  read: readonly IdentifiedContext[],
  {all, protections, open}: Pick<Clusters, 'all' | 'protections' | 'open'>,
  deps: Omit<IdentifyDeps, 'open'>,
): Promise<readonly ProtectedCluster[]> {
  const asked = new Set(read.map(({context}) => context.name))
  const own = protectedClusters(planned, [], protections)
  const isOpen = planned.some(({context}) => !own.some((one) => one.context === context.name))
  const toAsk = all.filter(
    (context) => !asked.has(context.name) && protectionsOfContext(context, protections).length > 0,
  )
  const more = isOpen ? await identifyContexts(toAsk, {open, ...deps}) : []
  return protectedClusters(planned, [...read, ...more], protections)
}
