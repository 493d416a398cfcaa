import type {ClusterAccess} from '../kube/ports.ts'
import type {ContextRef} from '../model/cluster.ts'
import {type Failure, toFailure} from '../model/failure.ts'
import type {Clusters} from './clusters.ts'
import type {Session} from './session.ts'

/**
 * Asks all selected contexts at once, and tells of each answer as it comes; one that fails is an entry of its own, and keeps
 * no other from being asked.
 */
export function eachContext<Entry extends {readonly problem: Failure | null}>(
  {selected, open}: Clusters,
  {onEvent}: Session,
  ask: (cluster: ClusterAccess) => Promise<Entry>,
  failed: (context: ContextRef, failure: Failure) => Entry,
): Promise<readonly Entry[]> {
  const entryOf = async (context: ContextRef): Promise<Entry> => {
    try {
      return await ask(open(context.name))
    } catch (error) {
      return failed(context, toFailure(error))
    }
  }
  onEvent({type: 'discovery-started', contexts: selected.map(({name}) => name)})
  return Promise.all(
    selected.map(async (context) => {
      const entry = await entryOf(context)
      onEvent({type: 'context-answered', context: context.name, problem: entry.problem})
      return entry
    }),
  )
}
