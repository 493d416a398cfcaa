import type {Obstacle} from '../../model/marks.ts'
import type {PodReplacement, WorkloadKind} from '../../model/workload.ts'
import {externalText} from '../../shared/external-text.ts'
import {type JsonObject, numberAt, objectAt, objectsAt, sentenceAt, textAt} from '../json-fields.ts'

/** Why the rollout of an object of the API may be blocked, as far as the object alone shows. */
export function workloadObstacles(
  kind: WorkloadKind,
  object: unknown,
  replacement: PodReplacement,
): readonly Obstacle[] {
  const spec = objectAt(object, 'spec')
  return [
    ...beingDeleted(objectAt(object, 'metadata')),
    ...notReplaced(kind, spec, replacement),
    ...(kind === 'StatefulSet' ? brokenPods(spec, objectAt(object, 'status')) : []),
    ...(kind === 'Deployment' ? heldVolumes(spec, replacement) : []),
  ]
}

function beingDeleted(metadata: JsonObject): readonly Obstacle[] {
  const since = sentenceAt(metadata, 'deletionTimestamp')
  return since === '' ? [] : [{why: 'being-deleted', message: `being deleted since ${since}`}]
}

/** Its controller replaces no pod when the template changes. */
function notReplaced(kind: WorkloadKind, spec: JsonObject, {wanted}: PodReplacement): readonly Obstacle[] {
  if (kind === 'Deployment') {
    return spec.paused === true ? [{why: 'paused', message: 'paused: no pod is replaced until it is resumed'}] : []
  }
  const strategy = objectAt(spec, 'updateStrategy')
  if (textAt(strategy, 'type') === 'OnDelete') {
    return [{why: 'on-delete', message: 'OnDelete: pods are replaced only when they are deleted'}]
  }
  const partition = numberAt(objectAt(strategy, 'rollingUpdate'), 'partition')
  if (wanted === 0 || partition < wanted) return []
  return [{why: 'partition', message: `partition ${partition} covers all its pods: none is replaced`}]
}

/** A controller that waits for its pods in order replaces none while one is not ready. */
function brokenPods(spec: JsonObject, status: JsonObject): readonly Obstacle[] {
  const wanted = numberAt(spec, 'replicas', 1)
  const ready = numberAt(status, 'readyReplicas')
  if (textAt(spec, 'podManagementPolicy') === 'Parallel' || ready >= wanted) return []
  return [{why: 'broken-pods', message: `${ready} of ${wanted} pods ready: none is replaced until all are`}]
}

/** No old pod ends before a new one is ready, and both use the same claim: with `ReadWriteOnce`, on one node only. */
function heldVolumes(spec: JsonObject, {wanted, awayAtOnce, recreates}: PodReplacement): readonly Obstacle[] {
  if (wanted === 0 || awayAtOnce > 0 || recreates || spec.paused === true) return []
  const claims = objectsAt(objectAt(spec, 'template', 'spec'), 'volumes')
    .map((volume) => textAt(objectAt(volume, 'persistentVolumeClaim'), 'claimName'))
    .filter((name) => name !== '')
  if (claims.length === 0) return []
  const names = externalText(claims.join(', '))
  return [
    {why: 'volume', message: `claim ${names}: if it is ReadWriteOnce, new pods start only on the node of the old`},
  ]
}
