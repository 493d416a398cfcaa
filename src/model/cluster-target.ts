import type {Target} from './target.ts'
import {isWorkloadTarget, type WorkloadTarget} from './workload-target.ts'

/** A cluster as the target of a run. Its identity is its UID; the context is only the access path. */
export interface ClusterTarget extends Target, ClusterFacts {
  readonly type: 'cluster'
}

/** What a cluster target is made of. */
export interface ClusterFacts {
  readonly clusterUid: string
  readonly context: string
  /** The URL that the context points at. */
  readonly server: string
}

export function clusterTarget({clusterUid, context, server}: ClusterFacts): ClusterTarget {
  return {
    ...{type: 'cluster', key: clusterUid, label: context, place: clusterUid, via: context},
    ...{clusterUid, context, server},
  }
}

export function isClusterTarget(target: Target): target is ClusterTarget {
  return target.type === 'cluster'
}

/** Is the place of the target a cluster? Then it can be locked, and its context can be asked where it points. */
export function isInCluster(target: Target): target is ClusterTarget | WorkloadTarget {
  return isClusterTarget(target) || isWorkloadTarget(target)
}

/** @throws Error for a target of which that is not so: a bug of the caller */
export function requireInCluster(target: Target): ClusterTarget | WorkloadTarget {
  if (isInCluster(target)) return target
  throw new Error(`${target.label} is a ${target.type}, and is in no cluster`)
}
