import {type ClusterIdentity, type ContextRef, isOtherCluster} from '../../model/cluster.ts'
import {declinedSentence} from '../../model/declined-sentence.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {ProtectedCluster} from '../../model/plan-view.ts'
import type {Clusters} from '../clusters.ts'
import type {Runtime} from '../process/runtime.ts'
import type {Session} from '../process/session.ts'
import {
  confirmedContexts,
  confirmProtected,
  needlessConfirmations,
  requireConfirmed,
} from '../protection/confirm-protected.ts'
import {findProtected} from '../protection/find-protected.ts'
import {identifyContexts} from '../protection/identify-contexts.ts'
import {unmatchedProtections, unmatchedSentence} from '../protection/matching-protections.ts'

/**
 * May the image cache of this cluster be written through this context? To be asked with the identity as it is then.
 * Rejects with a `HubspokeError` where it may not.
 */
export type MayWriteCache = (context: ContextRef, identity: ClusterIdentity) => Promise<void>

/**
 * Asks for the names of the protected clusters among the selected ones, before an image cache is written anywhere. A
 * context that does not say now which cluster it points at is looked at when it does.
 *
 * @throws HubspokeError of class `usage` where a name is missing and there is no terminal, `declined` where another one
 * was typed
 */
export async function agreeToCaches(
  {confirm: typed = []}: {readonly confirm?: readonly string[] | undefined},
  clusters: Clusters,
  {runtime, session}: {readonly runtime: Runtime; readonly session: Session},
): Promise<MayWriteCache> {
  const {selected, all, protections, open} = clusters
  const confirm = confirmedContexts(typed, all)
  const sayNeedless = (found: readonly ProtectedCluster[]) => {
    for (const message of needlessConfirmations(found, confirm)) session.onEvent({type: 'notice', message})
  }
  if (protections.length === 0) {
    sayNeedless([])
    return async () => undefined
  }
  const deps = {clock: runtime.clock, signal: session.stop.signal}
  for (const one of unmatchedProtections(all, protections)) {
    session.onEvent({type: 'notice', message: unmatchedSentence(one)})
  }
  const read = await identifyContexts(selected, {open, ...deps})
  const identifiedBefore = read.filter(({identity}) => identity !== undefined)
  const found = await findProtected(identifiedBefore, read, clusters, deps)
  sayNeedless(found)
  const {terminal} = runtime
  if (terminal === undefined) requireConfirmed(found, confirm)
  else {
    const names = () => confirmProtected(found, confirm, {terminal, signal: deps.signal, all})
    const {agreed, because} = await session.aside(names)
    if (!agreed) throw new HubspokeError('declined', declinedSentence(because))
  }
  return async (context, identity) => {
    const before = identifiedBefore.find((one) => one.context.name === context.name)?.identity
    if (before !== undefined && !isOtherCluster(before, identity)) return
    requireConfirmed(await findProtected([{context, identity}], read, clusters, deps), confirm)
  }
}
