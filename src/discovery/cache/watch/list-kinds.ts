import {HubspokeError} from '../../../model/failure.ts'
import type {WorkloadImages, WorkloadKind} from '../../../model/workload.ts'
import {scanWorkloads} from '../../answer/scan-workloads.ts'
import {chooseNamespaces} from '../../select/select-namespaces.ts'
import type {Watching} from './watch-state.ts'

/** Lists kinds over the whole cluster, and replaces their known state. Rejects unless the lists are complete. */
export async function listKinds(
  {cluster, state, clock}: Watching,
  kinds: readonly WorkloadKind[],
  signal: AbortSignal,
): Promise<void> {
  const everything = {kinds, namespaces: chooseNamespaces([])}
  const {kept, resourceVersions, unread, problem, isWhole, cost} = await scanWorkloads(
    cluster,
    everything,
    (workload: WorkloadImages) => workload,
    {clock, signal},
  )
  const failure = problem ?? unread[0]?.failure
  if (failure) throw new HubspokeError(failure.class, failure.message, {suggestions: failure.suggestions})
  const byKind = Map.groupBy(kept, ({kind}) => kind)
  if (isWhole) state.lastList = cost
  for (const [kind, version] of resourceVersions) state.mirror.list(kind, byKind.get(kind) ?? [], BigInt(version))
}
