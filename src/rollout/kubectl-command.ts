import type {WorkloadTarget} from '../model/workload-target.ts'
import {kubectlCommand} from '../shared/suggested-command.ts'

/** `deployment/web`: the target as an argument of kubectl. */
export function kubectlName({kind, name}: Pick<WorkloadTarget, 'kind' | 'name'>): string {
  return `${kind.toLowerCase()}/${name}`
}

/** The command that shows how far the target's rollout is. */
export function rolloutStatusCommand(target: WorkloadTarget): string {
  return kubectlCommand(target, 'rollout', 'status', kubectlName(target))
}
