import type {ClusterAccess} from '../../kube/ports/cluster-access.ts'
import {type Failure, onFailure} from '../../model/failure.ts'
import {type ListedWorkload, workloadKinds} from '../../model/workload.ts'

/** What is recorded of one context: nothing of a workload but its name, kind, images and replicas. */
export interface RecordedContext {
  readonly context: string
  /** Two contexts with the same one are the same cluster; empty where it could not be read. */
  readonly clusterUid: string
  /** Namespaces without a workload that hubspoke needs. */
  readonly namespaces: readonly string[]
  readonly workloads: readonly ListedWorkload[]
  readonly problem: Failure | null
}

/** Reads what a scenario needs of a cluster. Nothing is written. */
export async function recordCluster(
  cluster: ClusterAccess,
  {cacheNamespace, signal}: {readonly cacheNamespace: string; readonly signal: AbortSignal},
): Promise<RecordedContext> {
  const [{uid}, ...lists] = await Promise.all([
    cluster.identity(signal),
    ...workloadKinds.map((kind) => listAll(cluster, kind, signal)),
  ])
  // Without permission to list namespaces it is left out: it is of use for locks alone.
  const namespaces = await cluster.listNamespaces(signal).catch(onFailure([]))
  return {
    context: cluster.context.name,
    clusterUid: uid,
    namespaces: namespaces.filter((name) => name === cacheNamespace),
    workloads: lists.flat(),
    problem: null,
  }
}

/** A context that could not be read. */
export function notRecorded(context: string, problem: Failure): RecordedContext {
  return {context, clusterUid: '', namespaces: [], workloads: [], problem}
}

async function listAll(
  cluster: ClusterAccess,
  kind: ListedWorkload['kind'],
  signal: AbortSignal,
): Promise<readonly ListedWorkload[]> {
  let all: ListedWorkload[] = []
  for await (const {workloads, restarted = false} of cluster.workloads.list(kind, {traits: true}, signal)) {
    if (restarted) all = []
    all.push(...workloads)
  }
  return all
}
