import type {ClusterIdentity} from '../model/cluster.ts'
import {HubspokeError} from '../model/failure.ts'
import {quoted} from '../shared/problem.ts'

/**
 * Contexts that lead to other clusters than those that are recorded: nothing is written, not elsewhere either.
 *
 * @param record what has recorded them: `the run 20261201-120000-ab12`
 */
export function otherClusters(
  record: string,
  moved: readonly {
    readonly place: {readonly context: string; readonly clusterUid: string}
    readonly identity: ClusterIdentity
  }[],
): HubspokeError {
  const sentences = moved.map(({place, identity}) => {
    const same = `Context ${quoted(place.context)} does not lead to the cluster of ${record}:`
    return `${same} the UID of that one is ${quoted(place.clusterUid)}, of this one ${quoted(identity.uid)}${isFallback(identity)}.`
  })
  return new HubspokeError('usage', `${sentences.join(' ')} Nothing was written, in other clusters neither.`, {
    suggestions: [
      '--kubeconfig PATH  with one in which these contexts lead to these clusters',
      'kubectl config get-contexts',
    ],
  })
}

function isFallback(identity: ClusterIdentity): string {
  return identity.isFallback ? ' (a hash of its URL and CA: its namespace "kube-system" may not be read)' : ''
}
