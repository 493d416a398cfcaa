import type {WorkloadState} from '../../model/workload.ts'
import type {Clock} from '../../shared/clock.ts'
import type {Api} from '../api.ts'
import {type JsonObject, objectAt, textAt} from '../json-fields.ts'
import type {PodTrouble} from '../ports/workloads.ts'
import {findPodTroubles} from './pod-trouble.ts'
import {createRolloutPods, type RolloutPods} from './rollout-pods.ts'
import {createWarnings} from './warning-events.ts'

/**
 * Why the pods of a workload do not become ready, worst first. Where their status has a state and no cause, or where
 * pods are missing, the newest Warning about them gives the cause.
 */
export function createRolloutTroubles(
  api: Api,
  clock: Pick<Clock, 'date'>,
): (state: WorkloadState, signal: AbortSignal) => Promise<readonly PodTrouble[]> {
  const podsOf = createRolloutPods(api)
  const warningOf = createWarnings(api)

  async function explained(worst: PodTrouble, pods: RolloutPods, {namespace}: WorkloadState, signal: AbortSignal) {
    const uid = textAt(objectAt(podNamed(pods, worst.pod), 'metadata'), 'uid')
    if (uid === '') return worst
    const warning = await warningOf({namespace, uid}, (reason) => concerns(worst, reason), signal)
    if (warning === undefined) return worst
    const {vague: _, ...known} = worst
    const both = `${worst.message}; ${warning.reason}: ${warning.message}`
    if (worst.waits !== undefined) return {...worst, message: both}
    // The message that the container runs is useful beside the failing probe.
    return worst.reason === 'NotReady'
      ? {...known, message: both}
      : {...known, reason: warning.reason, message: warning.message}
  }

  async function notCreated(state: WorkloadState, pods: RolloutPods, signal: AbortSignal): Promise<PodTrouble[]> {
    const {namespace, kind} = state
    const isShort = state.updated < state.wanted && pods.newest.length < state.wanted
    if (pods.maker === undefined || !isShort) return []
    const warning = await warningOf({namespace, uid: pods.maker}, (reason) => creationFailures.has(reason), signal)
    // A ReplicaSet belongs to one change of the template; for other kinds, the Event may be about an earlier change.
    if (warning === undefined || (kind !== 'Deployment' && isFromBefore(warning.at, state))) return []
    const {reason, message} = warning
    return [{pod: '', container: undefined, reason, message, lasting: false, crashed: false}]
  }

  return async (state, signal) => {
    const pods = await podsOf(state, signal)
    const [worst, ...others] = findPodTroubles(pods, {inOrder: state.inOrder, now: clock.date()})
    if (worst?.vague === true) return [await explained(worst, pods, state, signal), ...others]
    return worst === undefined ? notCreated(state, pods, signal) : [worst, ...others]
  }
}

/** Of controllers that could not create a pod, or a volume claim for it. */
const creationFailures = new Set(['FailedCreate', 'FailedDaemonPod', 'FailedPlacement', 'RecreatingFailedPod'])

/** Warnings about a running container, or about its node. */
const whileRunning = new Set(['Unhealthy', 'ProbeError', 'ProbeWarning', 'NodeNotReady', 'NodeLost', 'BackOff'])
const whileEnding = new Set(['FailedKillPod', 'FailedPreStopHook', 'NodeNotReady', 'NodeLost', 'ExceededGracePeriod'])

/** Does a Warning explain the state of this pod? One from an earlier step of its life does not. */
function concerns({waits, reason: state}: PodTrouble, reason: string): boolean {
  if (waits !== undefined) return whileEnding.has(reason)
  return state === 'NotReady' ? whileRunning.has(reason) : !whileRunning.has(reason) || reason === 'NodeNotReady'
}

function podNamed({newest, older}: RolloutPods, name: string): JsonObject | undefined {
  return [...newest, ...older].find((pod) => textAt(objectAt(pod, 'metadata'), 'name') === name)
}

/** Both times are of the cluster's own clocks. */
function isFromBefore(at: string, {templateWriters}: WorkloadState): boolean {
  const changed = Math.max(
    ...templateWriters.map((writer) => Date.parse(writer.at)).filter((time) => !Number.isNaN(time)),
  )
  return Date.parse(at) < changed
}
