import {own} from '../../shared/own.ts'
import type {JsonObject} from '../patches/json.ts'
import {atomic, type FieldType, list, map, number, plain, set, struct} from './field-type.ts'

/*
 * The fields of Kubernetes kinds whose type does not follow from their value: maps, lists with keys, sets, and objects that
 * are set as a whole. Source: the `x-kubernetes-list-type`, `-list-map-keys` and `-map-type` of the OpenAPI document of Kubernetes 1.36.
 */

export const metadataType = struct({
  annotations: map(),
  labels: map(),
  finalizers: set,
  ownerReferences: list(['uid'], atomic),
})
const conditions = list(['type'])
const quantities = {limits: map(), requests: map()}
const resources = struct({...quantities, claims: list(['name'])})
const tcp = {protocol: 'TCP'}

const container = struct({
  env: list(
    ['name'],
    struct({
      valueFrom: struct({
        configMapKeyRef: atomic,
        fieldRef: atomic,
        fileKeyRef: atomic,
        resourceFieldRef: atomic,
        secretKeyRef: atomic,
      }),
    }),
  ),
  ports: list(['containerPort', 'protocol'], plain, tcp),
  resources,
  volumeDevices: list(['devicePath']),
  volumeMounts: list(['mountPath']),
})

const claim = struct({
  metadata: metadataType,
  spec: struct({dataSource: atomic, selector: atomic, resources: struct(quantities)}),
  status: struct({allocatedResourceStatuses: map(), allocatedResources: map(), capacity: map(), conditions}),
})

const volume = struct({
  csi: struct({volumeAttributes: map(), nodePublishSecretRef: atomic}),
  ephemeral: struct({volumeClaimTemplate: claim}),
})

const pod = struct({
  affinity: struct({nodeAffinity: struct({requiredDuringSchedulingIgnoredDuringExecution: atomic})}),
  containers: list(['name'], container),
  ephemeralContainers: list(['name'], container),
  hostAliases: list(['ip']),
  imagePullSecrets: list(['name'], atomic),
  initContainers: list(['name'], container),
  nodeSelector: atomic,
  overhead: map(),
  resourceClaims: list(['name']),
  resources,
  schedulingGates: list(['name']),
  topologySpreadConstraints: list(['topologyKey', 'whenUnsatisfiable'], struct({labelSelector: atomic})),
  volumes: list(['name'], volume),
})

const template = struct({metadata: metadataType, spec: pod})
const workload = struct({
  metadata: metadataType,
  spec: struct({minReadySeconds: number, replicas: number, revisionHistoryLimit: number, selector: atomic, template}),
  status: struct({conditions}),
})
const job = struct({selector: atomic, template})
const backend = struct({resource: atomic, service: struct({port: atomic})})
const ordinary = struct({metadata: metadataType, status: struct({conditions})})

const types: Readonly<Record<string, FieldType>> = {
  ClusterRoleBinding: struct({metadata: metadataType, roleRef: atomic}),
  ConfigMap: struct({metadata: metadataType, data: map(), binaryData: map()}),
  CronJob: struct({metadata: metadataType, spec: struct({jobTemplate: struct({metadata: metadataType, spec: job})})}),
  DaemonSet: workload,
  Deployment: workload,
  Event: struct({metadata: metadataType, involvedObject: atomic, related: atomic}),
  Ingress: struct({metadata: metadataType, spec: struct({defaultBackend: backend})}),
  Job: struct({metadata: metadataType, spec: job, status: struct({conditions: atomic})}),
  NetworkPolicy: struct({metadata: metadataType, spec: struct({podSelector: atomic})}),
  Node: struct({
    metadata: metadataType,
    spec: struct({podCIDRs: set}),
    status: struct({addresses: list(['type']), allocatable: map(), capacity: map(), conditions}),
  }),
  PersistentVolumeClaim: claim,
  Pod: struct({metadata: metadataType, spec: pod, status: struct({conditions, podIPs: list(['ip']), hostIPs: atomic})}),
  PodDisruptionBudget: struct({
    metadata: metadataType,
    spec: struct({selector: atomic}),
    status: struct({conditions, disruptedPods: map()}),
  }),
  ReplicaSet: workload,
  ResourceQuota: struct({
    metadata: metadataType,
    spec: struct({hard: map(), scopeSelector: atomic}),
    status: struct({hard: map(), used: map()}),
  }),
  RoleBinding: struct({metadata: metadataType, roleRef: atomic}),
  Secret: struct({metadata: metadataType, data: map(), stringData: map()}),
  Service: struct({
    metadata: metadataType,
    spec: struct({ports: list(['port', 'protocol'], plain, tcp), selector: atomic}),
    status: struct({conditions}),
  }),
  ServiceAccount: struct({metadata: metadataType, secrets: list(['name'], atomic)}),
  StatefulSet: workload,
}

/** How the fields of a built-in kind are owned and merged. */
export function builtInType(kind: string): FieldType {
  return own(types, kind) ?? ordinary
}

const emptyTemplate = {metadata: {}, spec: {containers: null}}
const emptyWorkload = {selector: null, template: emptyTemplate}

/** The structures that an object of a kind always has, so that setting a part of them does not count as adding them. */
const beginnings: Readonly<Record<string, JsonObject>> = {
  CronJob: {spec: {jobTemplate: {metadata: {}, spec: {template: emptyTemplate}}}, status: {}},
  CustomResourceDefinition: {spec: {names: {}, versions: null}, status: {}},
  DaemonSet: {spec: {...emptyWorkload, updateStrategy: {}}, status: {}},
  Deployment: {spec: {...emptyWorkload, strategy: {}}, status: {}},
  HorizontalPodAutoscaler: {spec: {scaleTargetRef: {}}, status: {}},
  Ingress: {spec: {}, status: {loadBalancer: {}}},
  Job: {spec: {template: emptyTemplate}, status: {}},
  NetworkPolicy: {spec: {podSelector: {}}},
  PersistentVolumeClaim: {spec: {resources: {}}, status: {}},
  Pod: {spec: {containers: null}, status: {}},
  ReplicaSet: {spec: {selector: null, template: emptyTemplate}, status: {}},
  Role: {rules: null},
  ClusterRole: {rules: null},
  Service: {spec: {}, status: {loadBalancer: {}}},
  StatefulSet: {spec: {...emptyWorkload, updateStrategy: {}}, status: {}},
}

/** A new object of a kind, with the structures that are never absent. */
export function beginningOf(kind: string): JsonObject {
  return own(beginnings, kind) ?? {spec: {}, status: {}}
}
