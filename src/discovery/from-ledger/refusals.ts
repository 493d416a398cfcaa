import type {ClusterReading} from '../../model/cluster.ts'
import {HubspokeError} from '../../model/failure.ts'
import {quoted} from '../../shared/problem.ts'

/** A cluster as the recorded run reached it. */
export interface RecordedPlace {
  readonly context: string
  readonly server: string
  readonly clusterUid: string
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
