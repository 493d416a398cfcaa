import type {ApiObject} from '../api-object.ts'
import type {Pod} from './workload-types.ts'

export interface Taint {
  readonly key: string
  readonly value?: string
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'
}

interface Toleration {
  readonly key?: string
  readonly operator?: 'Exists' | 'Equal'
  readonly value?: string
  readonly effect?: string
}

interface NodeSpec {
  readonly unschedulable?: boolean
  readonly taints?: readonly Taint[]
}

/** Whether the scheduler may assign the pod to the node. */
export function accepts(node: ApiObject, pod: Pod): boolean {
  const {unschedulable = false, taints = []} = (node.spec ?? {}) as NodeSpec
  const tolerations = (pod.spec.tolerations ?? []) as readonly Toleration[]
  const forbidding = taints.filter(({effect}) => effect !== 'PreferNoSchedule')
  const isCordoned = unschedulable && forbidding.every(({key}) => key !== cordon.key)
  return [...forbidding, ...(isCordoned ? [cordon] : [])].every((taint) =>
    tolerations.some((toleration) => isTolerated(taint, toleration)),
  )
}

/** What `kubectl cordon` leads to. */
const cordon: Taint = {key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule'}

/** Source: `ToleratesTaint` in k8s.io/component-helpers/scheduling/corev1. */
function isTolerated(taint: Taint, {key = '', operator = 'Equal', value = '', effect = ''}: Toleration): boolean {
  if (effect !== '' && effect !== taint.effect) return false
  if (key !== '' && key !== taint.key) return false
  return operator === 'Exists' || (key !== '' && value === (taint.value ?? ''))
}
