import type {Permission} from './permission.ts'

type Common = Pick<Permission, 'group' | 'resources' | 'scope'>

/** Parts of the table that `scale` shares with other verbs. */
interface SharedPermissions {
  readonly kinds: Common
  readonly pods: Pick<Permission, 'verb' | 'scope' | 'essential'>
  readonly leases: Common & Pick<Permission, 'essential'>
  readonly runLease: Common & Pick<Permission, 'essential' | 'name'>
  /** To find the workloads and to tell clusters apart. */
  readonly around: readonly Permission[]
}

/** The row of `scale`. A DaemonSet has no scale subresource. */
export function scalePermissions({kinds, pods, leases, runLease, around}: SharedPermissions): readonly Permission[] {
  const without = 'nothing is scaled'
  return [
    ...around,
    {...kinds, verb: 'get', essential: true, why: 'read the replicas of a workload before it is scaled', without},
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
      ...pods,
      group: 'autoscaling',
      resources: ['horizontalpodautoscalers'],
      why: 'leave alone what an autoscaler scales',
      without: 'the plan says so, and a workload that an autoscaler scales is scaled like any other',
    },
    {
      ...kinds,
      verb: 'watch',
      essential: false,
      why: 'see at once that pods are available or gone',
      without: 'every workload is read again every two seconds instead',
    },
    {
      ...pods,
      group: 'apps',
      resources: ['replicasets'],
      why: 'find the pods of a Deployment that are not available',
      without: 'the cause is not shown when the pods of a Deployment do not become available',
    },
    {
      ...pods,
      group: '',
      resources: ['pods'],
      why: 'show why a pod is not available',
      without: 'the cause is not shown',
    },
    {
      ...pods,
      group: '',
      resources: ['events'],
      why: 'show why a pod is not created or does not start, where only an Event has the cause',
      without: 'only the state of such a pod is shown, such as ContainerCreating',
    },
    {
      ...pods,
      verb: 'get',
      group: '',
      resources: ['pods/log'],
      why: 'show the last lines that a crashed container wrote',
      without: 'they are not shown',
    },
    {
      verb: 'create',
      group: '',
      resources: ['events'],
      scope: 'workloads',
      essential: false,
      why: 'record an Event on the workload: who scaled it, in which run and why',
      without: 'there is no such Event; only the ledger of the run records it',
    },
    {...runLease, verb: 'get', why: 'see whether another run is at work', without: 'nothing keeps other runs out'},
    {...leases, verb: 'create', why: 'take the lock for the first time', without: 'nothing keeps other runs out'},
    {...runLease, verb: 'update', why: 'take, renew and release the lock', without: 'nothing keeps other runs out'},
  ]
}
