import type {Target} from '../model/target.ts'
import {shellWord} from '../shared/shell-word.ts'

/** `kubectl` with the flags that reach the target's cluster and namespace, ready to paste into a shell. */
export function kubectlCommand(target: Pick<Target, 'context' | 'namespace'>, ...words: readonly string[]): string {
  return ['kubectl', '--context', target.context, '-n', target.namespace, ...words].map(shellWord).join(' ')
}

/** `deployment/web`: how kubectl is told about the target. */
export function kubectlName({kind, name}: Pick<Target, 'kind' | 'name'>): string {
  return `${kind.toLowerCase()}/${name}`
}

/** The command that shows how far the target's rollout is. */
export function rolloutStatusCommand(target: Target): string {
  return kubectlCommand(target, 'rollout', 'status', kubectlName(target))
}
