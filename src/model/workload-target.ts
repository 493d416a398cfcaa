import type {Target} from './target.ts'
import {type ContainerImage, type WorkloadIdentity, workloadName} from './workload.ts'

/** A workload of a plan. Its identity is the UID of its cluster and its own UID; the context is only the access path. */
export interface WorkloadTarget extends Target, WorkloadIdentity {
  readonly type: 'workload'
  readonly clusterUid: string
  readonly context: string
  /** The URL that the context points at. */
  readonly server: string
  /** The containers that made it a target, as discovery saw them. */
  readonly matched: readonly ContainerImage[]
}

/** What a workload target is made of. */
export type WorkloadFacts = Omit<WorkloadTarget, keyof Target>

export function workloadTarget({
  clusterUid,
  context,
  server,
  kind,
  namespace,
  name,
  uid,
  matched,
}: WorkloadFacts): WorkloadTarget {
  const facts = {clusterUid, context, server, kind, namespace, name, uid, matched}
  return {
    type: 'workload',
    key: workloadKey(facts),
    label: `${context}/${workloadName(facts)}`,
    place: clusterUid,
    via: context,
    ...facts,
  }
}

/** The key of a workload target: the same however its cluster is reached. */
export function workloadKey(workload: WorkloadIdentity & Pick<WorkloadTarget, 'clusterUid'>): string {
  return `${workload.clusterUid}/${workloadName(workload)}/${workload.uid}`
}

export function isWorkloadTarget(target: Target): target is WorkloadTarget {
  return target.type === 'workload'
}

/** @throws Error for a target of another type: a bug of the caller */
export function requireWorkloadTarget(target: Target): WorkloadTarget {
  if (isWorkloadTarget(target)) return target
  throw new Error(`${target.label} is a ${target.type}, not a workload`)
}
