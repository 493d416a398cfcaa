import type {WorkloadKind} from './workload.ts'

/** The commands that reach clusters and whose permissions are known here, in the order in which they are listed everywhere. */
export const permittedVerbs = [
  'find',
  'status',
  'restart',
  'set-image',
  'scale',
  'undo',
  'apply',
  'foreach',
  'cache refresh',
  'cache watch',
  'cache show',
] as const

export type PermittedVerb = (typeof permittedVerbs)[number]

/** Sentences about commands whose permissions are known only in part. */
export const unknownPermissions: Readonly<Partial<Record<PermittedVerb, string>>> = {
  apply:
    'The permissions on the objects of the manifests are not known, and not included: "get", "create" and "patch" for each of their kinds.',
  foreach: 'The permissions that CMD needs are not known, and not included.',
}

/** Something that a command asks of the API, and what comes of it when the API says no. */
export interface Permission {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete'
  readonly group: string
  readonly resources: readonly string[]
  /** Only objects of this name. */
  readonly name?: string
  /**
   * `workloads`: the namespaces of the workloads, all of them unless some are named. `everywhere`: all of them, whatever is
   * named. `cache`: the namespace of the image cache. `cluster`: the resource belongs to no namespace.
   */
  readonly scope: 'workloads' | 'everywhere' | 'cache' | 'cluster'
  /** Without it the command does not do what it is for; else it still does, and answers less well. */
  readonly essential: boolean
  /** A clause, after "to". */
  readonly why: string
  /** What comes of it when it is missing: a sentence without its full stop. */
  readonly without: string
}

/** One question to a cluster, or one cell of a Role: a permission at one place. */
export interface Need extends Omit<Permission, 'resources' | 'scope'> {
  readonly resource: string
  /** Undefined: in all namespaces, or of a resource that has none. */
  readonly namespace?: string
  /** It asks for all namespaces, although some were named. */
  readonly beyond: boolean
}

/** What a spoke must be allowed to do with one target. */
export interface AccessNeed {
  readonly verb: Permission['verb']
  readonly group: string
  readonly resource: string
}

/** Where a command is to work. */
export interface Reach {
  /** Of the workloads; empty: all. */
  readonly namespaces: readonly string[]
  readonly cacheNamespace: string
}

const resourceOfKind = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
} as const satisfies Record<WorkloadKind, string>

/** May a role allow it for single workloads by name? To list or to watch them needs no name, and then no name is asked about. */
export function mayBeByName({
  verb,
  group,
  resource,
  name,
}: Omit<Need, 'why' | 'without' | 'beyond' | 'essential'>): boolean {
  const isOfWorkloads = group === 'apps' && Object.values<string>(resourceOfKind).includes(resource)
  return isOfWorkloads && name === undefined && (verb === 'get' || verb === 'patch')
}

/** The kind as authorisation names it. */
export function workloadResource(kind: WorkloadKind): string {
  return resourceOfKind[kind]
}
