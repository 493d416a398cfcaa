import type {PodTrouble} from '../kube/ports/workloads.ts'
import type {RolloutCause, RolloutReading, RolloutState} from '../model/status-report.ts'
import type {WorkloadState} from '../model/workload.ts'
import type {WorkloadTarget} from '../model/workload-target.ts'
import {kubectlCommand} from '../shared/suggested-command.ts'
import {conditionTrouble} from './condition-trouble.ts'
import {kubectlName} from './kubectl-command.ts'
import {describeCommand, rolloutFailure} from './rollout-failure.ts'
import {isSeen, type RolloutStatus, rolloutStatus} from './rollout-status.ts'
import {troubleSentence} from './trouble-sentence.ts'

/** What the pods of a workload say. */
export interface PodFindings {
  /** Worst first. */
  readonly troubles: readonly PodTrouble[]
  /** Why they could not be read; undefined: they were, or need not be. */
  readonly unknown?: string
}

export const nothingFound: PodFindings = {troubles: []}

/** Is the rollout at its end, without regard to any write? */
function isRolledOut(state: WorkloadState): boolean {
  return presentStatus(state).state === 'done'
}

/** Can its pods say why it is not rolled out? Until the controller has seen the newest spec, they are of an earlier one. */
export function mayExplain(state: WorkloadState): boolean {
  return !isRolledOut(state) && isSeen(state, 0)
}

/** The rollout status of a workload as it is now: a pure function of its state and of what its pods say. */
export function assessRollout(target: WorkloadTarget, state: WorkloadState, pods: PodFindings): RolloutReading {
  const now = presentStatus(state)
  const worst = pods.troubles.find(({lasting}) => lasting) ?? pods.troubles[0]
  const cause = now.state === 'done' ? null : causeOf(state, worst)
  const lasting = now.state === 'failed' || (now.state !== 'done' && worst?.lasting === true)
  const status = statusWord(state, now, {cause, failing: worst !== undefined && isFailing(worst)})
  const {wanted, current, updated, ready, available} = state
  return {
    status,
    lasting: lasting && status === 'stuck',
    message: now.message,
    pods: {wanted, current, updated, ready, available},
    cause,
    causeUnknown: now.state === 'done' || cause !== null ? null : (pods.unknown ?? null),
    failure: status === 'stuck' ? failureOf(target, now, cause, worst) : null,
    suggestions: suggestionsOf(target, status, worst),
  }
}

/**
 * The status without a write that it is about. A workload with the strategy OnDelete is rolled out when its pods have been
 * replaced: its controller does not replace them, and counts them.
 */
export function presentStatus(state: WorkloadState): RolloutStatus {
  const {strategy, wanted, updated, available, partition} = state
  if (isSeen(state, 0) && wanted === 0 && state.current === 0) return {state: 'done', message: 'no pods are wanted'}
  const isReplaced = strategy === 'OnDelete' && isSeen(state, 0) && updated >= wanted && available >= wanted
  const status = isReplaced ? ({state: 'done', message: ''} as const) : rolloutStatus(state, 0)
  if (status.state !== 'done' || partition > 0) return status
  return {state: 'done', message: `${updated} of ${wanted} pods updated and available`}
}

function statusWord(
  state: WorkloadState,
  {state: now}: RolloutStatus,
  {cause, failing}: {readonly cause: RolloutCause | null; readonly failing: boolean},
): RolloutState {
  if (now === 'done') return 'rolled-out'
  if (now === 'failed') return 'stuck'
  if (state.paused) return 'paused'
  return failing || (cause !== null && creationFails(state, cause)) ? 'stuck' : 'rolling-out'
}

/**
 * A container cannot be started, or crashed. Between two tries of a pull or a start, a read finds the word of the one try, and not
 * yet the one that says that there were several.
 */
function isFailing({lasting, crashed, reason}: PodTrouble): boolean {
  return lasting || crashed || reason === 'ErrImagePull'
}

/** The controller cannot create pods (quota, admission): it tries again, and recovers only when what refuses them changes. */
function creationFails({deletedAt, updated, wanted}: WorkloadState, {pod}: RolloutCause): boolean {
  return pod === null && deletedAt === undefined && updated < wanted
}

/** What the workload says itself counts more than a pod that is only starting. */
function causeOf(state: WorkloadState, worst: PodTrouble | undefined): RolloutCause | null {
  const own = conditionTrouble(state)
  if (own !== undefined && (worst === undefined || worst.vague === true || state.deletedAt !== undefined)) {
    return {reason: own.reason, message: own.sentence, pod: null}
  }
  if (worst === undefined) return null
  const {reason, pod} = worst
  return {reason, message: troubleSentence(worst), pod: pod === '' ? null : pod}
}

function failureOf(
  target: WorkloadTarget,
  {message}: RolloutStatus,
  cause: RolloutCause | null,
  worst: PodTrouble | undefined,
): RolloutReading['failure'] {
  const failure = rolloutFailure(target, message, worst)
  return cause === null ? failure : {...failure, message: `${cause.message}; ${message}`}
}

function suggestionsOf(target: WorkloadTarget, status: RolloutState, worst: PodTrouble | undefined): readonly string[] {
  if (status === 'paused') return [kubectlCommand(target, 'rollout', 'resume', kubectlName(target))]
  return status === 'stuck' ? [describeCommand(target, worst)] : []
}
