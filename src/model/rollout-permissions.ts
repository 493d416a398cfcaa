import {type Permission, workloadResource} from './permission.ts'
import {workloadKinds} from './workload.ts'

const kinds = {group: 'apps', resources: workloadKinds.map(workloadResource), scope: 'workloads'} as const
const pods = {verb: 'list', scope: 'workloads', essential: false} as const

/** To follow rollouts. */
export const follows: Permission = {
  ...kinds,
  verb: 'watch',
  essential: false,
  why: 'follow rollouts as they happen',
  without: 'every workload is read again every two seconds instead',
}

/** To say why a rollout is stuck. */
export const causes: readonly Permission[] = [
  {
    ...pods,
    group: 'apps',
    resources: ['replicasets'],
    why: 'find the newest pods of a Deployment',
    without: 'the cause of a stuck rollout of a Deployment is not shown',
  },
  {
    ...pods,
    group: '',
    resources: ['pods'],
    why: 'show why a rollout is stuck',
    without: 'the cause of a stuck rollout is not shown',
  },
  {
    ...pods,
    group: '',
    resources: ['events'],
    why: 'show why a pod is not created or does not start, where only an Event has the cause',
    without: 'only the state of such a pod is shown, such as ContainerCreating',
  },
]
