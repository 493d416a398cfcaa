import type {WorkloadKind} from '../../model/workload.ts'
import type {Resource} from '../answers/resource.ts'

const apps = {group: 'apps', version: 'v1', scope: 'namespace'} as const

/** Where the API keeps each kind of workload. */
export const workloadResources: Readonly<Record<WorkloadKind, Resource>> = {
  Deployment: {...apps, plural: 'deployments', kind: 'Deployment'},
  StatefulSet: {...apps, plural: 'statefulsets', kind: 'StatefulSet'},
  DaemonSet: {...apps, plural: 'daemonsets', kind: 'DaemonSet'},
}
