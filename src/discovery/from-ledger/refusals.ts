import type {ClusterIdentity, ClusterReading} from '../../model/cluster.ts'
import {HubspokeError} from '../../model/failure.ts'
import {quoted} from '../../shared/problem.ts'

/** A cluster as the recorded run reached it. */
export interface RecordedPlace {
  readonly context: string
  readonly server: string
  readonly clusterUid: string
}

/** Contexts that lead to other clusters than those of the run: nothing is written, not elsewhere either. */
export function otherClusters(
  runId: string,
  moved: readonly {readonly place: RecordedPlace; readonly identity: ClusterIdentity}[],
): HubspokeError {
  const sentences = moved.map(({place, identity}) => {
    const same = `Context ${quoted(place.context)} does not lead to the cluster of the run ${runId}:`
    return `${same} the UID of that one is ${quoted(place.clusterUid)}, of this one ${quoted(identity.uid)}${isFallback(identity)}.`
  })
  return new HubspokeError('usage', `${sentences.join(' ')} Nothing was written, in other clusters neither.`, {
    suggestions: [
      '--kubeconfig PATH  with one in which these contexts lead to the clusters of the run',
      'kubectl config get-contexts',
    ],
  })
}

function isFallback(identity: ClusterIdentity): string {
  return identity.isFallback ? ' (a hash of its URL and CA: its namespace "kube-system" may not be read)' : ''
}

/** Contexts that are gone, and whose cluster no other one leads to. */
export function lostContexts(
  runId: string,
  lost: readonly {readonly place: RecordedPlace; readonly tried: readonly ClusterReading[]}[],
): HubspokeError {
  const sentences = lost.map(({place: {context, server, clusterUid}, tried}) => {
    const gone = `Context ${quoted(context)} of the run ${runId} is not in the kubeconfig any more`
    return `${gone}, and ${noneOf(tried)} leads to its cluster (UID ${quoted(clusterUid)}, at ${quoted(server)}).${problemsOf(tried)}`
  })
  return new HubspokeError('usage', `${sentences.join(' ')} Nothing was written.`, {
    suggestions: ['--kubeconfig PATH  with one that has this context', 'kubectl config get-contexts'],
  })
}

function noneOf(tried: readonly ClusterReading[]): string {
  if (tried.length === 0) return 'no other context with that server'
  return `of the contexts with that server (${tried.map(({context}) => quoted(context.name)).join(', ')}) none`
}

function problemsOf(tried: readonly ClusterReading[]): string {
  return tried.flatMap(({problem}) => (problem === undefined ? [] : [` ${problem.message}`])).join('')
}
