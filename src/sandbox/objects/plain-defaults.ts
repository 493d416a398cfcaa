import {type JsonObject, objectAt} from '../patches/json.ts'
import {each, templateOf} from './pod-defaults.ts'

type Filler = (object: JsonObject) => JsonObject

const ofSpec =
  (fill: Filler): Filler =>
  (object) => ({...object, spec: fill(objectAt(object, 'spec'))})

/** The defaults of the kinds that are stored and not acted on. Source: pkg/apis/…/v1/defaults.go of kube-apiserver. */
export const plainFillers: Readonly<Record<string, Filler>> = {
  ClusterRoleBinding: (object) => ({...object, ...each(object, 'subjects', subject)}),
  CronJob: ofSpec((spec) => ({
    concurrencyPolicy: 'Allow',
    failedJobsHistoryLimit: 1,
    successfulJobsHistoryLimit: 3,
    suspend: false,
    ...spec,
    jobTemplate: cronTemplate(objectAt(spec, 'jobTemplate')),
  })),
  CustomResourceDefinition: ofSpec((spec) => ({
    conversion: {strategy: 'None'},
    ...spec,
    names: namesOf(objectAt(spec, 'names')),
  })),
  HorizontalPodAutoscaler: ofSpec((spec) => ({minReplicas: 1, metrics: [halfOfCpu], ...spec})),
  Job: ofSpec((spec) => ({
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    completions: 1,
    manualSelector: false,
    parallelism: 1,
    podReplacementPolicy: 'TerminatingOrFailed',
    suspend: false,
    ...spec,
    ...templateOf(spec),
  })),
  NetworkPolicy: ofSpec((spec) => ({
    podSelector: {},
    ...spec,
    ...each(spec, 'ingress', withPorts),
    ...each(spec, 'egress', withPorts),
    policyTypes: spec.policyTypes ?? ['Ingress', ...(spec.egress === undefined ? [] : ['Egress'])],
  })),
  PersistentVolumeClaim: ofSpec((spec) => ({volumeMode: 'Filesystem', ...spec})),
  PriorityClass: (object) => ({preemptionPolicy: 'PreemptLowerPriority', ...object}),
  RoleBinding: (object) => ({...object, ...each(object, 'subjects', subject)}),
  Service: ofSpec(serviceSpec),
}

const halfOfCpu = {
  type: 'Resource',
  resource: {name: 'cpu', target: {type: 'Utilization', averageUtilization: 80}},
}

function subject(given: JsonObject): JsonObject {
  const isAccount = given.kind === 'ServiceAccount'
  return isAccount ? given : {...given, apiGroup: given.apiGroup ?? 'rbac.authorization.k8s.io'}
}

function cronTemplate(template: JsonObject): JsonObject {
  const spec = objectAt(template, 'spec')
  return {metadata: {}, ...template, spec: {...spec, ...templateOf(spec)}}
}

function namesOf(names: JsonObject): JsonObject {
  const kind = String(names.kind ?? '')
  return {...names, singular: names.singular ?? kind.toLowerCase(), listKind: names.listKind ?? `${kind}List`}
}

function withPorts(rule: JsonObject): JsonObject {
  return {...rule, ...each(rule, 'ports', (port) => ({...port, protocol: port.protocol ?? 'TCP'}))}
}

function serviceSpec(spec: JsonObject): JsonObject {
  const type = spec.type ?? 'ClusterIP'
  return {
    ...spec,
    ...each(spec, 'ports', (port) => ({
      ...port,
      protocol: port.protocol ?? 'TCP',
      targetPort: port.targetPort ?? port.port ?? 0,
    })),
    sessionAffinity: spec.sessionAffinity ?? 'None',
    type,
    ...(type === 'ExternalName' ? {} : {internalTrafficPolicy: spec.internalTrafficPolicy ?? 'Cluster'}),
  }
}
