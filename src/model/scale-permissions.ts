import type {Permission} from './permission.ts'

const without = 'nothing is scaled'

/** What only `scale` needs. A DaemonSet has no scale subresource. */
export const scaling: readonly Permission[] = [
  {
    verb: 'update',
    group: 'apps',
    resources: ['deployments/scale', 'statefulsets/scale'],
    scope: 'workloads',
    essential: true,
    why: 'set the replicas',
    without,
  },
  {
    verb: 'list',
    group: 'autoscaling',
    resources: ['horizontalpodautoscalers'],
    scope: 'workloads',
    essential: false,
    why: 'leave alone what an autoscaler scales',
    without: 'the plan says so, and a workload that an autoscaler scales is scaled like any other',
  },
  {
    verb: 'create',
    group: '',
    resources: ['events'],
    scope: 'workloads',
    essential: false,
    why: 'record an Event on the workload: the user who scaled it, the run and the reason',
    without: 'there is no such Event; only the ledger of the run records it',
  },
]

/** Of what a change of a pod template needs: `scale` changes none, and replaces no pod. */
export function isForTemplates({verb, group, resources}: Permission): boolean {
  return verb === 'patch' || group === 'policy' || (verb === 'create' && resources.includes('events'))
}
