import type {ClusterReading} from '../../model/cluster.ts'
import {HubspokeError} from '../../model/failure.ts'
import {quoted} from '../../shared/problem.ts'
import {someOf} from '../../shared/words.ts'
import type {NamedTarget} from './named-target.ts'

const contextsNamed = 5

/**
 * Contexts that are not in the kubeconfig, and whose clusters no other context leads to.
 *
 * @param tried the contexts that were asked
 */
export function lostTargets(
  file: string,
  lost: readonly NamedTarget[],
  tried: readonly ClusterReading[],
): HubspokeError {
  const names = [...new Set(lost.map(({context}) => context))]
  const which = names.length === 1 ? 'is a context' : 'are contexts'
  const noUid = lost.every(({clusterUid}) => clusterUid === undefined)
  const others = noUid
    ? 'Lines of "-o name" have no cluster UID, so no other context can be used.'
    : `No other context leads to ${names.length === 1 ? 'its cluster' : 'their clusters'}.`
  const problems = tried
    .flatMap(({problem}) => (problem === undefined ? [] : [problem.message]))
    .slice(0, contextsNamed)
  const sentences = [
    `${someOf(names.map(quoted), contextsNamed)} ${which} of ${file}, and not in the kubeconfig.`,
    others,
    ...problems,
    'Nothing was written.',
  ]
  return new HubspokeError('usage', sentences.join(' '), {
    suggestions: [
      '-c PATTERN  to act only on the targets of these contexts',
      '--kubeconfig PATH  with one that has these contexts',
      'kubectl config get-contexts',
    ],
  })
}
