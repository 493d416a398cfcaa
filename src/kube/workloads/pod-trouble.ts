import {externalText} from '../../shared/external-text.ts'
import {type JsonObject, numberAt, objectAt, objectsAt, sentenceAt, textAt} from '../json-fields.ts'
import type {PodTrouble} from '../ports/workloads.ts'

/** Reasons from worst to mildest; one that is not named here stands before `NotReady`. */
const severity: readonly string[] = [
  'InvalidImageName',
  'ErrImageNeverPull',
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

const notReady = 'NotReady'

/**
 * What does not heal by itself. A first failed pull (`ErrImagePull`) is tried again soon, and a place for a pod may turn up;
 * an image that could not be pulled twice, and a container that crashed twice, want somebody to change something.
 */
const lasting = new Set([
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImagePullBackOff',
  'CrashLoopBackOff',
  'CreateContainerConfigError',
])

/** Waiting is ordinary with these reasons: the kubelet's own words for a container that is on its way. */
const ordinaryWaits = new Set(['', 'ContainerCreating', 'PodInitializing'])

/**
 * What keeps pods from becoming ready, worst first, in the kubelet's and the scheduler's own words. Pods that are being
 * deleted are left out. Messages are safe to print; what a container wrote (its termination message) is not in them.
 */
export function findPodTroubles(pods: readonly JsonObject[]): readonly PodTrouble[] {
  return pods
    .filter((pod) => textAt(objectAt(pod, 'metadata'), 'deletionTimestamp') === '')
    .flatMap(troublesOf)
    .sort((a, b) => rank(a) - rank(b) || a.pod.localeCompare(b.pod))
}

function rank({reason}: PodTrouble): number {
  if (reason === notReady) return severity.length + 1
  const index = severity.indexOf(reason)
  return index === -1 ? severity.length : index
}

function troublesOf(pod: JsonObject): readonly PodTrouble[] {
  const name = textAt(objectAt(pod, 'metadata'), 'name')
  const status = objectAt(pod, 'status')
  const about: About = (container, reason, message, ending = {crashed: false}) => ({
    pod: externalText(name),
    container: container === undefined ? undefined : externalText(container),
    reason: externalText(reason),
    message: externalText(message),
    lasting: lasting.has(reason),
    ...ending,
  })

  const scheduled = conditionOf(status, 'PodScheduled')
  if (textAt(scheduled, 'status') === 'False') {
    return [about(undefined, sentenceAt(scheduled, 'reason') || 'Unschedulable', sentenceAt(scheduled, 'message'))]
  }
  if (textAt(status, 'phase') === 'Failed') {
    const troubles = containerTroubles(status, about)
    return troubles.length > 0
      ? troubles
      : [about(undefined, sentenceAt(status, 'reason') || 'Failed', sentenceAt(status, 'message'))]
  }
  const troubles = containerTroubles(status, about)
  return troubles.length > 0 ? troubles : notReadyContainers(status, about)
}

type About = (
  container: string | undefined,
  reason: string,
  message: string,
  ending?: Pick<PodTrouble, 'crashed'> & Partial<Pick<PodTrouble, 'lasting'>>,
) => PodTrouble

function containerTroubles(status: JsonObject, about: About): readonly PodTrouble[] {
  return [...objectsAt(status, 'initContainerStatuses'), ...objectsAt(status, 'containerStatuses')].flatMap(
    (container) => {
      const name = textAt(container, 'name')
      const waiting = objectAt(container, 'state', 'waiting')
      const reason = sentenceAt(waiting, 'reason')
      const ended = lastEnd(container)
      if (sentenceAt(ended, 'reason') === 'OOMKilled' && container.ready !== true)
        return [about(name, 'OOMKilled', howItEnded(container, ended), {crashed: true, lasting: lasting.has(reason)})]
      if (reason === 'CrashLoopBackOff') return [about(name, reason, howItEnded(container, ended), {crashed: true})]
      if (!ordinaryWaits.has(reason)) return [about(name, reason, sentenceAt(waiting, 'message'))]
      const terminated = objectAt(container, 'state', 'terminated')
      if (numberAt(terminated, 'exitCode') !== 0) {
        const why = sentenceAt(terminated, 'reason') || 'Error'
        return [about(name, why, howItEnded(container, terminated), {crashed: true})]
      }
      return []
    },
  )
}

/** How the container ended last: now, or before the restart that it waits for. */
function lastEnd(container: JsonObject): JsonObject {
  const now = objectAt(container, 'state', 'terminated')
  return Object.keys(now).length > 0 ? now : objectAt(container, 'lastState', 'terminated')
}

function howItEnded(container: JsonObject, ended: JsonObject): string {
  const restarts = numberAt(container, 'restartCount')
  const code = 'exitCode' in ended ? `exit code ${numberAt(ended, 'exitCode')}` : 'it ends again and again'
  return restarts > 0 ? `${code}, restarted ${restarts} ${restarts === 1 ? 'time' : 'times'}` : code
}

/** The mildest trouble: everything runs, and the readiness probe does not pass (yet). */
function notReadyContainers(status: JsonObject, about: About): readonly PodTrouble[] {
  return objectsAt(status, 'containerStatuses')
    .filter((container) => container.ready !== true && 'running' in objectAt(container, 'state'))
    .map((container) => about(textAt(container, 'name'), notReady, 'running but not ready'))
}

function conditionOf(status: JsonObject, type: string): JsonObject {
  return objectsAt(status, 'conditions').find((condition) => textAt(condition, 'type') === type) ?? {}
}
