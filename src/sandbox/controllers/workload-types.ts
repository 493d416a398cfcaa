import type {ApiObject, ObjectMeta} from '../api-object.ts'

/** The fields that the controllers use; all other fields of an object are kept. */
export interface PodTemplate {
  readonly metadata: {readonly labels?: Record<string, string>; readonly annotations?: Record<string, string>}
  readonly spec: PodSpec
}

export interface PodSpec {
  readonly containers: readonly ContainerFields[]
  readonly initContainers?: readonly ContainerFields[]
  readonly nodeName?: string
  readonly [field: string]: unknown
}

export interface ContainerFields {
  readonly name: string
  readonly image: string
  readonly restartPolicy?: string
}

export interface LabelSelector {
  readonly matchLabels?: Record<string, string>
}

export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly lastUpdateTime?: string
  readonly lastTransitionTime: string
  readonly reason?: string
  readonly message?: string
}

export interface Deployment extends ApiObject {
  readonly metadata: ObjectMeta
  readonly spec: {
    readonly replicas: number
    readonly paused?: boolean
    readonly selector: LabelSelector
    readonly template: PodTemplate
    readonly strategy: {
      readonly type: 'RollingUpdate' | 'Recreate'
      readonly rollingUpdate?: {readonly maxSurge: number | string; readonly maxUnavailable: number | string}
    }
    readonly progressDeadlineSeconds?: number
    readonly revisionHistoryLimit: number
  }
  readonly status: DeploymentStatus
}

export interface DeploymentStatus {
  readonly observedGeneration?: number
  readonly replicas?: number
  readonly updatedReplicas?: number
  readonly readyReplicas?: number
  readonly availableReplicas?: number
  readonly unavailableReplicas?: number
  readonly terminatingReplicas?: number
  readonly conditions?: readonly Condition[]
}

export interface ReplicaSet extends ApiObject {
  readonly spec: {
    readonly replicas: number
    readonly selector: LabelSelector
    readonly template: PodTemplate
  }
  readonly status: {
    readonly replicas: number
    readonly readyReplicas?: number
    readonly availableReplicas?: number
    readonly terminatingReplicas?: number
    readonly observedGeneration?: number
    readonly conditions?: readonly Condition[]
  }
}

/** The condition of a ReplicaSet, and of its Deployment, whose pods cannot be created. */
export const replicaFailure = 'ReplicaFailure'

export interface StatefulSet extends ApiObject {
  readonly spec: {
    readonly replicas: number
    readonly selector: LabelSelector
    readonly template: PodTemplate
    readonly podManagementPolicy: 'OrderedReady' | 'Parallel'
    readonly updateStrategy: {
      readonly type: 'RollingUpdate' | 'OnDelete'
      readonly rollingUpdate?: {readonly partition?: number}
    }
    readonly revisionHistoryLimit: number
  }
  readonly status: {readonly currentRevision?: string; readonly [field: string]: unknown}
}

export interface DaemonSet extends ApiObject {
  readonly spec: {
    readonly selector: LabelSelector
    readonly template: PodTemplate
    readonly updateStrategy: {
      readonly type: 'RollingUpdate' | 'OnDelete'
      readonly rollingUpdate?: {readonly maxUnavailable?: number | string}
    }
    readonly revisionHistoryLimit: number
  }
}

export interface ControllerRevision extends ApiObject {
  readonly revision: number
  readonly data: {readonly spec: {readonly template: PodTemplate & {readonly $patch: 'replace'}}}
}

export interface ContainerStatus {
  readonly name: string
  readonly state: {readonly running?: object; readonly waiting?: object; readonly terminated?: object}
  readonly lastState: object
  readonly ready: boolean
  readonly restartCount: number
  readonly image: string
  readonly imageID: string
  readonly started?: boolean
}

export interface Pod extends ApiObject {
  readonly spec: PodSpec
  readonly status: {
    readonly phase: string
    readonly conditions?: readonly Condition[]
    readonly containerStatuses?: readonly ContainerStatus[]
    readonly initContainerStatuses?: readonly ContainerStatus[]
    readonly [field: string]: unknown
  }
}

export function isReady(pod: Pod): boolean {
  return pod.status.conditions?.some(({type, status}) => type === 'Ready' && status === 'True') ?? false
}

export function isTerminating({metadata}: ApiObject): boolean {
  return metadata.deletionTimestamp !== undefined
}
