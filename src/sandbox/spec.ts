import type {WorkloadKind} from '../model/workload.ts'
import type {ApiVerb, Trouble} from './trouble.ts'

/** The content of a sandbox: several simulated clusters in one process. */
export interface SandboxSpec {
  readonly clusters: readonly ClusterSpec[]
}

export interface ClusterSpec {
  /** Also the name of its context and of the user in the kubeconfig. */
  readonly name: string
  readonly workloads?: readonly WorkloadSpec[]
  /** Namespaces in addition to those that every cluster has and those of its workloads. */
  readonly namespaces?: readonly string[]
  /** How long one pod takes to become ready, in milliseconds; default 200. */
  readonly rolloutStepMs?: number
  /** Active from the start. */
  readonly trouble?: readonly Trouble[]
  /** Bearer token of the kubeconfig's user; default: a random one. */
  readonly token?: string
  /** The only permissions of that user; default: everything. */
  readonly may?: readonly AccessRule[]
  /** Further contexts that lead to this cluster, each with a user of its own. */
  readonly contexts?: readonly ContextSpec[]
  /** Default 3; a DaemonSet runs one pod on each. */
  readonly nodes?: number
  /** The version in `/version`; default `v1.36.3`. */
  readonly version?: string
}

/** One more context of a cluster: another name, user and token, the same server. */
export interface ContextSpec {
  readonly name: string
  readonly namespace?: string
  readonly token?: string
  readonly may?: readonly AccessRule[]
}

/** As a rule of RBAC: an action that no rule allows is forbidden. */
export interface AccessRule {
  readonly verbs: readonly (ApiVerb | '*')[]
  /** Plural, as in the path, or `*`. */
  readonly resources: readonly string[]
  /** Default: all, and requests without a namespace. */
  readonly namespaces?: readonly string[]
  /** `resourceNames`: only objects of these names, and no requests without a name. Default: all. */
  readonly names?: readonly string[]
}

/** A workload that is rolled out when the sandbox starts (or is being rolled out, when it is added later). */
export type WorkloadSpec = WorkloadBase &
  (
    | {readonly image: string; readonly containers?: never}
    | {readonly containers: readonly ContainerSpec[]; readonly image?: never}
  )

interface WorkloadBase {
  /** Default `Deployment`. */
  readonly kind?: WorkloadKind
  readonly namespace: string
  readonly name: string
  /** Default 2; a DaemonSet has none. */
  readonly replicas?: number
  /** Deployments only; default 600. */
  readonly progressDeadlineSeconds?: number
  /** Deployments only. */
  readonly paused?: boolean
  /** Default `RollingUpdate`. `Recreate` is for Deployments, `OnDelete` for the other two. */
  readonly strategy?: 'RollingUpdate' | 'Recreate' | 'OnDelete'
  readonly maxSurge?: number | string
  readonly maxUnavailable?: number | string
  /** StatefulSets only. */
  readonly partition?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

export interface ContainerSpec {
  readonly name: string
  readonly image: string
  /** An init container. */
  readonly init?: boolean
  /** An init container with `restartPolicy: Always`. */
  readonly sidecar?: boolean
}
