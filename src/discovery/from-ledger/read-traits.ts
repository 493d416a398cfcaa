import {type ImageQuery, matchWorkload} from '../../image/image-query.ts'
import type {ClusterAccess} from '../../kube/ports/cluster-access.ts'
import type {ClusterReading, WorkloadMatch} from '../../model/cluster.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {WorkloadKind} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {untilStopped} from '../../shared/until-stopped.ts'

/** More namespaces than these are not asked one by one. */
const fewNamespaces = 10

type Found = Pick<ClusterReading, 'matches' | 'workloadsRead'>

/** Whose present state is looked up, and how. */
interface Lookup {
  readonly query: ImageQuery
  readonly signal: AbortSignal
}

/**
 * Further facts about the targets for the plan: which images they run now, their owners, and what a rollout takes
 * down. They are known without it, so a list that may not be read, or that fails, only leaves that out; the spoke looks at
 * each of them anyway. Those that do not run the image any more are left out, too.
 */
export async function readTraits(
  cluster: ClusterAccess,
  targets: readonly WorkloadTarget[],
  lookup: Lookup,
): Promise<Found> {
  const wanted = new Set(targets.map(({uid}) => uid))
  const lists = [...Map.groupBy(targets, ({kind}) => kind)].flatMap(([kind, of]) => {
    const namespaces = [...new Set(of.map(({namespace}) => namespace))]
    const places = namespaces.length > fewNamespaces ? [undefined] : namespaces
    return places.map((namespace) => tryList(cluster, {kind, namespace}, wanted, lookup))
  })
  const found = await Promise.all(lists)
  return {
    matches: found.flatMap(({matches}) => matches),
    workloadsRead: found.reduce((sum, {workloadsRead}) => sum + workloadsRead, 0),
  }
}

async function tryList(
  cluster: ClusterAccess,
  place: {readonly kind: WorkloadKind; readonly namespace: string | undefined},
  wanted: ReadonlySet<string>,
  lookup: Lookup,
): Promise<Found> {
  try {
    return (await untilStopped(list(cluster, place, wanted, lookup), lookup.signal)) ?? nothing
  } catch (error) {
    if (error instanceof HubspokeError) return nothing
    throw error
  }
}

const nothing: Found = {matches: [], workloadsRead: 0}

async function list(
  {workloads}: ClusterAccess,
  {kind, namespace}: {readonly kind: WorkloadKind; readonly namespace: string | undefined},
  wanted: ReadonlySet<string>,
  {query, signal}: Lookup,
): Promise<Found> {
  let matches: WorkloadMatch[] = []
  let workloadsRead = 0
  const pages = workloads.list(kind, {...(namespace !== undefined && {namespace}), traits: true}, signal)
  for await (const page of pages) {
    if (page.restarted) {
      matches = []
      workloadsRead = 0
    }
    workloadsRead += page.workloads.length
    for (const workload of page.workloads) {
      const match = wanted.has(workload.uid) ? matchWorkload(query, workload) : undefined
      if (match !== undefined) matches.push(match)
    }
  }
  return {matches, workloadsRead}
}
