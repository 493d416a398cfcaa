import {externalText} from '../../shared/external-text.ts'
import {countOf} from '../../shared/words.ts'
import {type JsonObject, numberAt, objectAt, objectsAt, sentenceAt, textAt} from '../json-fields.ts'
import type {PodTrouble} from '../ports/workloads.ts'

/** A problem of one pod, before it is known whether it blocks others. */
export type About = (
  container: string | undefined,
  reason: string,
  message: string,
  more?: Partial<Pick<PodTrouble, 'crashed' | 'lasting' | 'vague' | 'waits'>>,
) => PodTrouble

/**
 * Problems that do not recover. A first failed pull (`ErrImagePull`) is retried soon, and a node may become free; an image
 * that could not be pulled twice, and a container that crashed twice, need a change by the user.
 */
const lasting = new Set([
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImagePullBackOff',
  'SignatureValidationFailed',
  'CrashLoopBackOff',
  'CreateContainerConfigError',
])

/** Waiting with these reasons is normal: the kubelet's words for a container that is starting. */
const ordinaryWaits = new Set(['', 'ContainerCreating', 'PodInitializing'])

/** Phrases for the problem of a pod; they are safe to print. */
export function aboutPod(name: string): About {
  return (container, reason, message, more = {}) => ({
    pod: externalText(name),
    container: container === undefined ? undefined : externalText(container),
    reason: externalText(reason),
    message: externalText(message),
    lasting: lasting.has(reason),
    crashed: false,
    ...more,
  })
}

/** Containers that failed, in the kubelet's own words; the container's own text (its termination message) is not in them. */
export function failedContainers(status: JsonObject, about: About): readonly PodTrouble[] {
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

/** How the container ended last: now, or before the pending restart. */
function lastEnd(container: JsonObject): JsonObject {
  const now = objectAt(container, 'state', 'terminated')
  return Object.keys(now).length > 0 ? now : objectAt(container, 'lastState', 'terminated')
}

function howItEnded(container: JsonObject, ended: JsonObject): string {
  const restarts = numberAt(container, 'restartCount')
  const code = 'exitCode' in ended ? `exit code ${numberAt(ended, 'exitCode')}` : 'it ends again and again'
  return restarts > 0 ? `${code}, restarted ${countOf(restarts, 'time')}` : code
}

/**
 * Containers that have not failed and are not ready (yet): an init container or a sidecar that blocks the others, a container
 * that is being created, one whose probes do not pass.
 */
export function unfinishedContainers(status: JsonObject, about: About): readonly PodTrouble[] {
  const inits = objectsAt(status, 'initContainerStatuses').filter(
    (container) => container.ready !== true && 'running' in objectAt(container, 'state'),
  )
  if (inits.length > 0) {
    return inits.map((container) =>
      about(
        textAt(container, 'name'),
        'PodInitializing',
        'an init container that the others wait for is still running',
        {
          vague: true,
        },
      ),
    )
  }
  const containers = objectsAt(status, 'containerStatuses').filter(({ready}) => ready !== true)
  return containers.flatMap((container) => {
    const name = textAt(container, 'name')
    if ('running' in objectAt(container, 'state')) {
      const probe = container.started === false ? 'its startup probe has not passed' : 'running but not ready'
      return [about(name, 'NotReady', probe, {vague: true})]
    }
    const reason = sentenceAt(objectAt(container, 'state', 'waiting'), 'reason')
    if (reason !== 'ContainerCreating') return []
    const noSandbox = objectsAt(status, 'conditions').some(
      (one) => textAt(one, 'type') === 'PodReadyToStartContainers' && textAt(one, 'status') === 'False',
    )
    return [about(name, reason, noSandbox ? 'its sandbox was not created' : '', {vague: true})]
  })
}
