import {type ContainerImage, type WorkloadIdentity, workloadName} from './workload.ts'

/** What one spoke acts on. Its identity is the cluster's UID and the workload's; the context is only how it is reached. */
export interface Target extends WorkloadIdentity {
  readonly clusterUid: string
  readonly context: string
  /** The containers that made it a target, as discovery saw them. */
  readonly matched: readonly ContainerImage[]
}

/** The planned targets of a run in the order in which they start, fixed before the first write. */
export type Plan = readonly Target[]

/** One key per target, the same in every run: it names the cluster by UID, never by context. */
export function targetKey(target: WorkloadIdentity & Pick<Target, 'clusterUid'>): string {
  return `${target.clusterUid}/${workloadName(target)}/${target.uid}`
}

/** `prod-eu/shop/Deployment/web`: how a target is named to people. */
export function targetName(target: Target): string {
  return `${target.context}/${workloadName(target)}`
}
