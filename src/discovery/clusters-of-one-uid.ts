import type {ClusterAccess} from '../kube/ports/cluster-access.ts'
import {HubspokeError} from '../model/failure.ts'
import type {WorkloadKind} from '../model/workload.ts'

/** A context, and the UID that its cluster has reported. */
export interface UidOfContext {
  readonly context: string
  readonly uid: string
}

export interface ComparingDeps {
  open(context: string): ClusterAccess
  /** Contexts with the same endpoint reach the same server in the same way. */
  endpointOf(context: string): string
  readonly signal: AbortSignal
}

/**
 * Finds the clusters that have the UID of another one, as after a restored snapshot. Nothing is written.
 *
 * The newest version of a list only grows in one cluster, whichever server answers. So the version that is read through one
 * context lies between two that are read before and after it through the other one, or they are two clusters. What cannot be
 * read proves nothing: then they count as one.
 *
 * @param kind whose lists are compared
 * @returns by context, the first context of its cluster; only contexts whose UID several clusters have
 */
export async function clustersOfOneUid(
  found: readonly UidOfContext[],
  kind: WorkloadKind,
  deps: ComparingDeps,
): Promise<ReadonlyMap<string, string>> {
  const groups = [...Map.groupBy(found, ({uid}) => uid).values()]
  const told = groups.map(async (group) => {
    const ways = [...Map.groupBy(group, ({context}) => deps.endpointOf(context)).values()]
    const clusters = await toClusters(
      ways.map((way) => way.map(({context}) => context)),
      (one, other) => isOneHistory([one, other], kind, deps),
    )
    if (clusters.length < 2) return []
    return clusters.flatMap((contexts) => contexts.map((context) => [context, contexts[0] ?? context] as const))
  })
  return new Map((await Promise.all(told)).flat())
}

/** Merges the ways that lead to the same cluster. */
async function toClusters(
  ways: readonly (readonly string[])[],
  isSame: (one: string, other: string) => Promise<boolean>,
): Promise<readonly (readonly string[])[]> {
  const clusters: string[][] = []
  for (const way of ways) {
    const [first = ''] = way
    const same = await Promise.all(clusters.map(([known = '']) => isSame(known, first)))
    const cluster = clusters[same.indexOf(true)]
    if (cluster === undefined) clusters.push([...way])
    else cluster.push(...way)
  }
  return clusters
}

async function isOneHistory(
  [one, other]: readonly [string, string],
  kind: WorkloadKind,
  {open, signal}: ComparingDeps,
): Promise<boolean> {
  const newest = async (context: string) => (await open(context).workloads.newest(kind, signal)).version
  try {
    const before = await newest(one)
    const there = await newest(other)
    return before <= there && there <= (await newest(one))
  } catch (error) {
    if (error instanceof HubspokeError) return true
    throw error
  }
}
