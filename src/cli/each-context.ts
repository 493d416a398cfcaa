import type {ClusterAccess} from '../kube/ports.ts'
import type {ContextRef} from '../model/cluster.ts'
import {type Failure, toFailure} from '../model/failure.ts'
import type {Clusters} from './clusters.ts'

/** Asks all selected contexts at once; one that fails is an entry of its own, and keeps no other from being asked. */
export function eachContext<Entry>(
  {selected, open}: Clusters,
  ask: (cluster: ClusterAccess) => Promise<Entry>,
  failed: (context: ContextRef, failure: Failure) => Entry,
): Promise<readonly Entry[]> {
  return Promise.all(
    selected.map(async (context) => {
      try {
        return await ask(open(context.name))
      } catch (error) {
        return failed(context, toFailure(error))
      }
    }),
  )
}
