import type {PodTrouble} from '../kube/ports/workloads.ts'
import type {Failure} from '../model/failure.ts'
import type {WorkloadTarget} from '../model/workload-target.ts'
import {kubectlCommand} from '../shared/suggested-command.ts'
import {kubectlName, rolloutStatusCommand} from './kubectl-command.ts'
import {troubleSentence} from './trouble-sentence.ts'

/**
 * The failure of a rollout that is not healthy, as it was read: what its pods say, and how far it is.
 *
 * @param worst the worst trouble of its pods; undefined: none was found
 */
export function rolloutFailure(target: WorkloadTarget, message: string, worst: PodTrouble | undefined): Failure {
  return {
    class: 'rollout',
    message: worst === undefined ? message : `${troubleSentence(worst)}; ${message}`,
    suggestions: [rolloutStatusCommand(target), describeCommand(target, worst)],
  }
}

/** Shows the pod that has the trouble, or the workload where no pod is named. */
export function describeCommand(target: WorkloadTarget, worst: PodTrouble | undefined): string {
  const culprit = worst === undefined || worst.pod === '' ? [kubectlName(target)] : ['pod', worst.pod]
  return kubectlCommand(target, 'describe', ...culprit)
}
