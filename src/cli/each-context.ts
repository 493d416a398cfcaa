import type {ClusterAccess} from '../kube/ports/cluster-access.ts'
import type {ContextRef} from '../model/cluster.ts'
import {type Failure, toFailure} from '../model/failure.ts'
import {printable} from '../shared/printable.ts'
import {untilStopped} from '../shared/until-stopped.ts'
import type {Besides} from '../summary/verdict-of-reads.ts'
import type {Clusters} from './clusters.ts'
import type {Session} from './process/session.ts'

export interface ContextWork<Entry> {
  work(cluster: ClusterAccess): Promise<Entry>
  /** The entry of a context whose work has failed. */
  failed(context: ContextRef, failure: Failure): Entry
}

/** What its summary has to know beside the answers. */
export function besides({leftOut}: Clusters, {stop}: Session): Besides {
  return {contextsLeftOut: leftOut.map(({name}) => name), stoppedBy: stop.reason}
}

/** Works in all selected contexts at once; one that fails is an entry of its own, and keeps no other from its work. */
export function inEachContext<Entry>(
  {selected, open}: Clusters,
  {work, failed}: ContextWork<Entry>,
): Promise<readonly Entry[]> {
  return Promise.all(
    selected.map(async (context) => {
      try {
        return await work(open(context.name))
      } catch (error) {
        return failed(context, toFailure(error))
      }
    }),
  )
}

/** The same for a question that each context answers once: tells of each answer as it comes, and ends with the first signal. */
export function askEachContext<Entry extends {readonly problem: Failure | null}>(
  clusters: Clusters,
  {onEvent, stop}: Session,
  {work, failed}: ContextWork<Entry>,
): Promise<readonly Entry[]> {
  const told = (context: ContextRef, entry: Entry): Entry => {
    onEvent({type: 'context-answered', context: context.name, problem: entry.problem})
    return entry
  }
  onEvent({type: 'discovery-started', contexts: clusters.selected.map(({name}) => name)})
  return inEachContext(clusters, {
    work: async (cluster) => {
      const {context} = cluster
      return told(context, (await untilStopped(work(cluster), stop.signal)) ?? failed(context, stoppedBefore(context)))
    },
    failed: (context, failure) => told(context, failed(context, failure)),
  })
}

function stoppedBefore({name}: ContextRef): Failure {
  return {class: 'timeout', message: `Stopped before context "${printable(name)}" had answered.`, suggestions: []}
}
