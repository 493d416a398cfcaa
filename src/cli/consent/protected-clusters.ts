import {globMatches} from '../../discovery/image/glob.ts'
import type {ContextRef} from '../../model/cluster.ts'
import type {ProtectedCluster} from './consent.ts'

/**
 * The clusters of a plan that are protected: any context that leads there, selected or not, is protected. Contexts lead
 * to one cluster when they name the same server.
 */
export function protectedClusters(
  planned: readonly ContextRef[],
  all: readonly ContextRef[],
  patterns: readonly string[],
): readonly ProtectedCluster[] {
  const isProtected = (name: string) => patterns.some((pattern) => globMatches(pattern, name))
  return planned.flatMap((context) => {
    const culprit = all.find((other) => other.server === context.server && isProtected(other.name))
    if (!culprit) return []
    const because =
      culprit.name === context.name
        ? 'by the config file'
        : `it is also "${culprit.name}", which the config file protects`
    return [{context: context.name, because}]
  })
}
