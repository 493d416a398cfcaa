import type {Obstacle} from './marks.ts'
import type {Owner} from './owner.ts'

/** The kinds that hubspoke acts on, in the order in which they are listed everywhere. */
export const workloadKinds = ['Deployment', 'StatefulSet', 'DaemonSet'] as const

export type WorkloadKind = (typeof workloadKinds)[number]

/** A container of a pod template and the image it runs, exactly as the template spells it. */
export interface ContainerImage {
  readonly container: string
  readonly image: string
  /** `sidecar` is an init container with `restartPolicy: Always`. */
  readonly role: 'container' | 'init' | 'sidecar'
}

/** What a list of workloads keeps of each object; the rest of the page is dropped. */
export interface WorkloadImages {
  readonly kind: WorkloadKind
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly images: readonly ContainerImage[]
}

/** How a rollout replaces pods. */
export interface PodReplacement {
  /** All pods end before new ones start. */
  readonly recreates: boolean
  readonly wanted: number
  /** Of them, how many may be away at the same time; 0: none, or the rollout moves nothing. */
  readonly awayAtOnce: number
  readonly podLabels: Readonly<Record<string, string>>
}

/** Further facts about a workload for the plan; only lists have them. */
export interface WorkloadTraits {
  readonly owner: Owner | null
  /** Default: none. */
  readonly otherOwners?: readonly Owner[]
  /** Default: none. */
  readonly obstacles?: readonly Obstacle[]
  readonly replacement: PodReplacement
}

/** A workload of a list. */
export interface ListedWorkload extends WorkloadImages {
  /** Where the list was asked for them. */
  readonly traits?: WorkloadTraits
}

/** One object inside one cluster. `uid` tells a workload from another one that later had the same name. */
export type WorkloadIdentity = Pick<WorkloadImages, 'kind' | 'namespace' | 'name' | 'uid'>

export interface WorkloadCondition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

/** A field manager that has written into a pod template, and when, RFC 3339 in whole seconds. */
export interface TemplateWriter {
  readonly manager: string
  readonly at: string
}

/** A workload as its rollout is judged: one object of the API, reduced to what decides. */
export interface WorkloadState extends WorkloadImages {
  readonly resourceVersion: string
  /** Bumped by the server with every change of the spec. */
  readonly generation: number
  /** The generation that the controller has acted on; the status describes no later one. */
  readonly observedGeneration: number
  /** `kubectl.kubernetes.io/restartedAt` of the pod template, as it is. */
  readonly restartedAt: string | undefined
  /** `kubernetes.io/change-cause` of the workload itself. */
  readonly changeCause: string | undefined
  /** Of the pod template without that stamp: where it is equal, nothing else in the template differs. */
  readonly templateDigest: string
  /** The same without the images of its containers, too. */
  readonly imagelessDigest: string
  /** Annotations of the workload itself that are ours, `hubspoke.dev/…`. */
  readonly ownAnnotations: Readonly<Record<string, string>>
  /** A paused Deployment; never true of the other kinds. */
  readonly paused: boolean
  readonly strategy: 'RollingUpdate' | 'Recreate' | 'OnDelete'
  /** `spec.updateStrategy.rollingUpdate.partition` of a StatefulSet; 0 elsewhere. */
  readonly partition: number
  /** Pods wanted: `spec.replicas`, or `status.desiredNumberScheduled` of a DaemonSet. */
  readonly wanted: number
  /** Pods that exist, of any revision. */
  readonly current: number
  readonly updated: number
  readonly ready: number
  readonly available: number
  /** Revision hashes of a StatefulSet; empty elsewhere. */
  readonly currentRevision: string
  readonly updateRevision: string
  readonly conditions: readonly WorkloadCondition[]
  /** `spec.progressDeadlineSeconds` of a Deployment, in milliseconds. */
  readonly progressDeadlineMs: number | undefined
  /** `spec.minReadySeconds`, in milliseconds: a pod counts as available so long after it is ready. */
  readonly minReadyMs: number
  /** `terminationGracePeriodSeconds` of the pod template, in milliseconds: a pod may take so long to end. */
  readonly gracePeriodMs: number
  /** Selects its pods, as a query parameter; empty: it selects none. */
  readonly podSelector: string
  /** A StatefulSet that replaces no pod while one of them is not ready (`OrderedReady`); never true of the other kinds. */
  readonly inOrder: boolean
  /** The number of a DaemonSet's template, which its pods carry; empty elsewhere. */
  readonly templateGeneration: string
  /** `metadata.deletionTimestamp`, RFC 3339: it is being deleted. */
  readonly deletedAt: string | undefined
  /** What a deletion waits for. */
  readonly finalizers: readonly string[]
  readonly owner: Owner | undefined
  readonly templateWriters: readonly TemplateWriter[]
}

/** `shop/Deployment/web`: how a workload is named inside its cluster. */
export function workloadName(workload: Pick<WorkloadIdentity, 'kind' | 'namespace' | 'name'>): string {
  return `${workload.namespace}/${workload.kind}/${workload.name}`
}
