import type {PodReplacement, WorkloadKind} from '../../model/workload.ts'
import {type JsonObject, numberAt, objectAt, stringsOf, textAt} from '../json-fields.ts'

/** How a rollout replaces the pods of an object of the API, by the rules of its controller. */
export function podReplacement(kind: WorkloadKind, object: unknown): PodReplacement {
  const spec = objectAt(object, 'spec')
  const podLabels = stringsOf(objectAt(spec, 'template', 'metadata', 'labels'))
  if (kind === 'DaemonSet') return {podLabels, ...ofDaemonSet(spec, numberAt(objectAt(object, 'status'), desired))}
  const wanted = numberAt(spec, 'replicas', 1)
  return {podLabels, ...(kind === 'StatefulSet' ? ofStatefulSet(spec, wanted) : ofDeployment(spec, wanted))}
}

type Numbers = Omit<PodReplacement, 'podLabels'>

const desired = 'desiredNumberScheduled'

/** kubernetes/pkg/controller/deployment/util, `ResolveFenceposts`: surge rounds up, unavailability down, never both 0. */
function ofDeployment(spec: JsonObject, wanted: number): Numbers {
  if (spec.paused === true) return noneOf(wanted)
  if (textAt(objectAt(spec, 'strategy'), 'type') === 'Recreate') return {recreates: true, wanted, awayAtOnce: wanted}
  const {maxSurge = '25%', maxUnavailable = '25%'} = objectAt(spec, 'strategy', 'rollingUpdate')
  const surge = share(maxSurge, wanted, Math.ceil)
  return awayOf(wanted, share(maxUnavailable, wanted, Math.floor), surge)
}

/** kubernetes/pkg/controller/statefulset, `getStatefulSetMaxUnavailable`: rounds down, at least 1; there is no surge. */
function ofStatefulSet(spec: JsonObject, wanted: number): Numbers {
  if (isOnDelete(spec)) return noneOf(wanted)
  const {maxUnavailable = 1, partition = 0} = objectAt(spec, 'updateStrategy', 'rollingUpdate')
  const moved = wanted - (typeof partition === 'number' ? partition : 0)
  const away = Math.max(1, share(maxUnavailable, wanted, Math.floor))
  return {recreates: false, wanted, awayAtOnce: Math.max(0, Math.min(away, moved))}
}

/** kubernetes/pkg/controller/daemon/util: both round up, never both 0. Its pods are one per node. */
function ofDaemonSet(spec: JsonObject, wanted: number): Numbers {
  if (isOnDelete(spec)) return noneOf(wanted)
  const {maxSurge = 0, maxUnavailable = 1} = objectAt(spec, 'updateStrategy', 'rollingUpdate')
  return awayOf(wanted, share(maxUnavailable, wanted, Math.ceil), share(maxSurge, wanted, Math.ceil))
}

function isOnDelete(spec: JsonObject): boolean {
  return textAt(objectAt(spec, 'updateStrategy'), 'type') === 'OnDelete'
}

function noneOf(wanted: number): Numbers {
  return {recreates: false, wanted, awayAtOnce: 0}
}

function awayOf(wanted: number, unavailable: number, surge: number): Numbers {
  const away = unavailable === 0 && surge === 0 ? 1 : unavailable
  return {recreates: false, wanted, awayAtOnce: Math.min(away, wanted)}
}

/** A number, or a percentage of a whole. */
function share(value: unknown, whole: number, round: (exact: number) => number): number {
  if (typeof value === 'number') return Math.max(0, value)
  const [, percent] = typeof value === 'string' ? (/^(\d{1,9})%$/.exec(value) ?? []) : []
  return percent === undefined ? 0 : round((Number(percent) * whole) / 100)
}
