import type {Target} from '../model/target.ts'
import {isWorkloadEntry, type TargetEntry} from '../model/workload-entry.ts'
import {isWorkloadTarget} from '../model/workload-target.ts'
import {placeIn, type ViewOptions} from './view-options.ts'

/** The names of a target by which documents sort and group it. */
export interface TargetNames {
  /** The context, or another access path. */
  readonly context: string
  /** The UID of the cluster, or another place. */
  readonly clusterUid: string
  /** Empty: it is in none. */
  readonly namespace: string
  /** The kind of a workload, or the type of any other target. */
  readonly kind: string
  readonly name: string
}

export function namesOf(entry: TargetEntry): TargetNames {
  if (isWorkloadEntry(entry)) return entry
  return {context: entry.via, clusterUid: entry.place, namespace: '', kind: entry.type, name: entry.label}
}

/** `prod-eu/shop/Deployment/web`: how a target is named to people. */
export function labelOf(entry: TargetEntry): string {
  if (!isWorkloadEntry(entry)) return entry.label
  const {context, namespace, kind, name} = entry
  return `${context}/${namespace}/${kind}/${name}`
}

/** The same, with the context as this view shows it. */
export function labelIn(options: ViewOptions, entry: TargetEntry): string {
  return isWorkloadEntry(entry) ? placeIn(options, entry) : entry.label
}

/** A target as documents hold it. */
export function targetEntry(target: Target): TargetEntry {
  if (isWorkloadTarget(target)) {
    const {clusterUid, context, kind, namespace, name, uid, matched} = target
    return {clusterUid, context, kind, namespace, name, uid, matched}
  }
  const {type, key, label, place, via} = target
  return {type, key, label, place, via}
}
