import {formatDuration} from '../../shared/duration.ts'
import {type JsonObject, numberAt, objectAt, objectsAt, sentenceAt, textAt, textsAt} from '../json-fields.ts'
import type {PodTrouble} from '../ports/workloads.ts'
import {type About, aboutPod, failedContainers, unfinishedContainers} from './container-troubles.ts'
import type {RolloutPods} from './rollout-pods.ts'

/** Reasons from worst to mildest; others are sorted before those of pods that are starting. */
const severity: readonly string[] = [
  'InvalidImageName',
  'ErrImageNeverPull',
  'SignatureValidationFailed',
  'ImagePullBackOff',
  'ErrImagePull',
  'CrashLoopBackOff',
  'OOMKilled',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'Error',
  'Unschedulable',
]

/** Tolerance after the grace period: for the kubelet's own work, and for clocks that differ. */
const kubeletMs = 60_000

/**
 * Why pods do not become ready, worst first, in the kubelet's and the scheduler's own words. A pod of an older revision
 * concerns a rollout where its controller waits for it to be ready (`inOrder`), or where it is being deleted.
 */
export function findPodTroubles(
  {newest, older}: Pick<RolloutPods, 'newest' | 'older'>,
  {inOrder, now}: {readonly inOrder: boolean; readonly now: Date},
): readonly PodTrouble[] {
  const blocking = older
    .filter((pod) => inOrder && !isBeingDeleted(pod) && !isReady(pod))
    .flatMap((pod) => troublesOf(pod, now).map((trouble) => ({...trouble, blocks: true})))
  const ending = [...newest, ...older].filter(isBeingDeleted).flatMap((pod) => troublesOf(pod, now))
  const others = newest.filter((pod) => !isBeingDeleted(pod)).flatMap((pod) => troublesOf(pod, now))
  return [...blocking, ...others, ...ending].sort((a, b) => rank(a) - rank(b) || a.pod.localeCompare(b.pod))
}

function rank({reason, vague, waits, blocks}: PodTrouble): number {
  const index = severity.indexOf(reason)
  const known = index === -1 ? severity.length : index
  const own = waits !== undefined ? severity.length + 2 : vague === true ? severity.length + 1 : known
  return blocks === true ? own - 2 * severity.length : own
}

function isBeingDeleted(pod: JsonObject): boolean {
  return textAt(objectAt(pod, 'metadata'), 'deletionTimestamp') !== ''
}

function isReady(pod: JsonObject): boolean {
  return textAt(conditionOf(objectAt(pod, 'status'), 'Ready'), 'status') === 'True'
}

function troublesOf(pod: JsonObject, now: Date): readonly PodTrouble[] {
  const status = objectAt(pod, 'status')
  const about = aboutPod(textAt(objectAt(pod, 'metadata'), 'name'))
  if (isBeingDeleted(pod)) return [ending(pod, about, now)]
  const scheduled = conditionOf(status, 'PodScheduled')
  if (textAt(scheduled, 'status') === 'False') {
    return [about(undefined, sentenceAt(scheduled, 'reason') || 'Unschedulable', notScheduled(pod, scheduled))]
  }
  const failed = failedContainers(status, about)
  if (failed.length > 0) return failed
  const phase = textAt(status, 'phase')
  if (phase === 'Failed' || phase === 'Unknown') {
    return [about(undefined, sentenceAt(status, 'reason') || phase, sentenceAt(status, 'message'))]
  }
  const unfinished = unfinishedContainers(status, about)
  if (unfinished.length > 0) return unfinished
  return phase === 'Running' ? notReadyAsWhole(pod, about) : notStarted(pod, about)
}

/** A terminating pod may take its grace period; after that, finalizers or a lost node block its deletion. */
function ending(pod: JsonObject, about: About, now: Date): PodTrouble {
  const metadata = objectAt(pod, 'metadata')
  const status = objectAt(pod, 'status')
  const graceMs = numberAt(metadata, 'deletionGracePeriodSeconds', 30) * 1000
  const node = textAt(objectAt(pod, 'spec'), 'nodeName')
  const finalizers = textsAt(metadata, 'finalizers')
  const isLost = sentenceAt(status, 'reason') === 'NodeLost' || textAt(status, 'phase') === 'Unknown'
  const dueAt = textAt(metadata, 'deletionTimestamp')
  const isOver = now.getTime() > Date.parse(dueAt) + kubeletMs
  const parts = [
    `terminating since ${since(dueAt, graceMs)}`,
    `grace period ${formatDuration(graceMs)}${isOver ? ', which has passed' : ''}`,
    ...(finalizers.length > 0 ? [`finalizers ${finalizers.join(', ')}`] : []),
    ...(node === '' ? [] : [`on node ${node}`]),
    ...(isLost ? [sentenceAt(status, 'message') || 'the node does not answer'] : []),
  ]
  return about(undefined, isLost ? 'NodeLost' : 'Terminating', parts.join(', '), {
    waits: isOver ? 0 : graceMs,
    vague: true,
  })
}

/** `metadata.deletionTimestamp` is when the grace period ends: the deletion was requested that much earlier. */
function since(deletionTimestamp: string, graceMs: number): string {
  const at = Date.parse(deletionTimestamp) - graceMs
  return Number.isNaN(at) || Math.abs(at) > 8.64e15 ? deletionTimestamp : `${new Date(at).toISOString().slice(0, 19)}Z`
}

function notScheduled(pod: JsonObject, scheduled: JsonObject): string {
  const gates = objectsAt(objectAt(pod, 'spec'), 'schedulingGates').map((gate) => textAt(gate, 'name'))
  const message = sentenceAt(scheduled, 'message')
  return gates.length === 0 ? message : `${message || 'scheduling is blocked'}: ${gates.join(', ')}`
}

/** Its containers are ready, and the pod is not: a readiness gate, or a node that no longer answers. */
function notReadyAsWhole(pod: JsonObject, about: About): readonly PodTrouble[] {
  const ready = conditionOf(objectAt(pod, 'status'), 'Ready')
  if (textAt(ready, 'status') === 'True' || Object.keys(ready).length === 0) return []
  const reason = sentenceAt(ready, 'reason')
  if (reason !== '' && reason !== 'ContainersNotReady') return [about(undefined, reason, sentenceAt(ready, 'message'))]
  const node = textAt(objectAt(pod, 'spec'), 'nodeName')
  const message = `its containers are ready and the pod is not${node === '' ? '' : `: node ${node} may not answer`}`
  return [about(undefined, 'NotReady', message, {vague: true})]
}

function notStarted(pod: JsonObject, about: About): readonly PodTrouble[] {
  const status = objectAt(pod, 'status')
  if (textAt(status, 'phase') !== 'Pending') return []
  if (objectsAt(status, 'containerStatuses').length > 0 || objectsAt(status, 'initContainerStatuses').length > 0)
    return []
  const node = textAt(objectAt(pod, 'spec'), 'nodeName')
  const message = node === '' ? 'no scheduler has processed it' : `node ${node} has not started it`
  return [about(undefined, 'Pending', message, {vague: true})]
}

function conditionOf(status: JsonObject, type: string): JsonObject {
  return objectsAt(status, 'conditions').find((condition) => textAt(condition, 'type') === type) ?? {}
}
