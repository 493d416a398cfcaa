import {globMatches} from '../../image/glob.ts'
import type {ClusterAccess} from '../../kube/ports/cluster-access.ts'
import {HubspokeError, onFailure} from '../../model/failure.ts'
import {nearNames} from '../../shared/near-names.ts'
import {quoted} from '../../shared/problem.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import {untilStopped} from '../../shared/until-stopped.ts'
import type {ClusterAnswer} from '../read-cluster.ts'
import {type ReadingDeps, retryRead} from '../retry-read.ts'
import type {NamespaceChoice} from './select-namespaces.ts'

interface Deps extends ReadingDeps {
  open(context: string): ClusterAccess
}

/**
 * Refuses a pattern of `-n` that matches nothing anywhere: a typo must not make a run smaller. A namespace without workloads
 * is not a typo, so the clusters are asked for their namespaces where a pattern matched no workload; if one of them cannot
 * be read, or refuses, the answer is unknown, and nothing is refused.
 *
 * @throws HubspokeError of class `usage`
 */
export async function refuseUnmatchedNamespaces(
  choice: NamespaceChoice,
  answers: readonly ClusterAnswer[],
  deps: Deps,
): Promise<void> {
  const unseen = choice.patterns.filter((pattern) => !answers.some(({patternsSeen}) => patternsSeen.has(pattern)))
  if (answers.some(({reading}) => reading.problem !== undefined)) return
  const contexts = answers.map(({reading}) => reading.context.name)
  await refuseUnknownNamespaces(unseen, contexts, deps)
}

/**
 * The same of patterns that are not known to match anything, in contexts that could all be read.
 *
 * @throws HubspokeError of class `usage`
 */
export async function refuseUnknownNamespaces(
  patterns: readonly string[],
  contexts: readonly string[],
  deps: Deps,
): Promise<void> {
  if (patterns.length === 0) return
  const lists = await Promise.all(contexts.map((context) => tryNamespaces(context, deps)))
  const known = lists.flatMap((list) => list ?? [])
  const unmatched = patterns.filter((pattern) => !known.some((namespace) => globMatches(pattern, namespace)))
  if (unmatched.length === 0 || lists.includes(undefined)) return
  const near = [...new Set(unmatched.flatMap((pattern) => nearNames(pattern, known)))].map((name) => `-n ${name}`)
  const listed = contexts.slice(0, 3).map((context) => kubectlCommand({context}, 'get', 'namespaces'))
  throw new HubspokeError(
    'usage',
    `No selected cluster has a namespace that matches ${unmatched.map(quoted).join(', ')}.`,
    {suggestions: near.length > 0 ? near : listed},
  )
}

/** Undefined: unknown. */
async function tryNamespaces(context: string, deps: Deps): Promise<readonly string[] | undefined> {
  const list = retryRead(() => deps.open(context).listNamespaces(deps.signal), deps)
  return untilStopped(list, deps.signal).catch(onFailure(undefined))
}
