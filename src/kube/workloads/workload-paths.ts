import type {WorkloadIdentity, WorkloadKind} from '../../model/workload.ts'
import {apiPath} from '../api.ts'

const resources = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
} as const satisfies Record<WorkloadKind, string>

type Query = Readonly<Record<string, string | undefined>>

/** The collection of a kind in one namespace, or in all of them. */
export function collectionPath(kind: WorkloadKind, namespace: string | undefined, query: Query = {}): string {
  return appsPath(namespace, [resources[kind]], query)
}

export function workloadPath({kind, namespace, name}: Omit<WorkloadIdentity, 'uid'>, query: Query = {}): string {
  return appsPath(namespace, [resources[kind], name], query)
}

/** Anything of the group `apps`. */
export function appsPath(namespace: string | undefined, rest: readonly string[], query: Query): string {
  const scope = namespace === undefined ? [] : ['namespaces', namespace]
  return apiPath(['apis', 'apps', 'v1', ...scope, ...rest], query)
}
