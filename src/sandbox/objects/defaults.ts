import type {ApiObject} from '../api-object.ts'
import {isObject, type Json, type JsonObject} from '../patches/json.ts'

/**
 * The object with what the API fills in when a client leaves it out.
 * Source: the defaulting functions of kube-apiserver (pkg/apis/…/v1/defaults.go).
 */
export function withDefaults(kind: string, object: ApiObject): ApiObject {
  const fill = fillers[kind]
  return fill === undefined ? object : (fill(object as unknown as JsonObject) as unknown as ApiObject)
}

const fillers: Readonly<Record<string, (object: JsonObject) => JsonObject>> = {
  Deployment: (object) =>
    withSpec(object, (spec) => ({
      replicas: 1,
      ...spec,
      ...templateOf(spec),
      strategy: rollingUpdate(spec.strategy, {maxUnavailable: '25%', maxSurge: '25%'}),
      revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
      progressDeadlineSeconds: spec.progressDeadlineSeconds ?? 600,
    })),
  ReplicaSet: (object) => withSpec(object, (spec) => ({replicas: 1, ...spec, ...templateOf(spec)})),
  StatefulSet: (object) =>
    withSpec(object, (spec) => ({
      replicas: 1,
      ...spec,
      ...templateOf(spec),
      podManagementPolicy: spec.podManagementPolicy ?? 'OrderedReady',
      updateStrategy: rollingUpdate(spec.updateStrategy, {partition: 0}),
      revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
      persistentVolumeClaimRetentionPolicy: spec.persistentVolumeClaimRetentionPolicy ?? {
        whenDeleted: 'Retain',
        whenScaled: 'Retain',
      },
    })),
  DaemonSet: (object) =>
    withSpec(object, (spec) => ({
      ...spec,
      ...templateOf(spec),
      updateStrategy: rollingUpdate(spec.updateStrategy, {maxUnavailable: 1, maxSurge: 0}),
      revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
    })),
  Pod: (object) => withSpec(object, (spec) => ({...podSpec(spec), enableServiceLinks: true})),
  Lease: (object) => withSpec(object, (spec) => spec),
  Namespace: (object) => ({...object, spec: object.spec ?? {}, status: object.status ?? {phase: 'Active'}}),
  Secret: (object) => {
    const {stringData, ...rest} = object
    const added = isObject(stringData) ? Object.entries(stringData).map(([key, text]) => [key, base64(text)]) : []
    const known = isObject(rest.data) ? rest.data : {}
    const data = {...known, ...Object.fromEntries(added)}
    return {...rest, ...(Object.keys(data).length === 0 ? {} : {data}), type: rest.type ?? 'Opaque'}
  },
}

function base64(text: Json): string {
  return Buffer.from(String(text)).toString('base64')
}

function withSpec(object: JsonObject, fill: (spec: JsonObject) => JsonObject): JsonObject {
  const {spec, status, ...rest} = object
  const filled = fill(isObject(spec) ? spec : {})
  return {...rest, spec: filled, ...(status === undefined ? {} : {status})}
}

/** A strategy that is not `RollingUpdate` keeps whatever it has. */
function rollingUpdate(strategy: Json | undefined, defaults: JsonObject): JsonObject {
  const given = isObject(strategy) ? strategy : {}
  const type = given.type ?? 'RollingUpdate'
  if (type !== 'RollingUpdate') return {...given, type}
  const parameters = isObject(given.rollingUpdate) ? given.rollingUpdate : {}
  return {type, rollingUpdate: {...defaults, ...parameters}}
}

function templateOf(spec: JsonObject): JsonObject {
  const template = isObject(spec.template) ? spec.template : {}
  const metadata = isObject(template.metadata) ? template.metadata : {}
  const kept = Object.entries(metadata).filter(([, value]) => !isObject(value) || Object.keys(value).length > 0)
  const pod = isObject(template.spec) ? template.spec : {}
  return {template: {metadata: Object.fromEntries(kept), spec: podSpec(pod)}}
}

function podSpec(spec: JsonObject): JsonObject {
  return {
    ...spec,
    ...containersOf(spec, 'initContainers'),
    ...containersOf(spec, 'containers'),
    restartPolicy: spec.restartPolicy ?? 'Always',
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
    dnsPolicy: spec.dnsPolicy ?? 'ClusterFirst',
    securityContext: spec.securityContext ?? {},
    schedulerName: spec.schedulerName ?? 'default-scheduler',
  }
}

function containersOf(spec: JsonObject, field: string): JsonObject {
  const list = spec[field]
  return Array.isArray(list) ? {[field]: list.map((each) => (isObject(each) ? container(each) : each))} : {}
}

function container(given: JsonObject): JsonObject {
  const ports = given.ports
  return {
    ...given,
    ...(Array.isArray(ports)
      ? {ports: ports.map((each) => (isObject(each) ? {...each, protocol: each.protocol ?? 'TCP'} : each))}
      : {}),
    ...probes(given),
    resources: given.resources ?? {},
    terminationMessagePath: given.terminationMessagePath ?? '/dev/termination-log',
    terminationMessagePolicy: given.terminationMessagePolicy ?? 'File',
    imagePullPolicy: given.imagePullPolicy ?? (isLatest(String(given.image ?? '')) ? 'Always' : 'IfNotPresent'),
  }
}

function probes(given: JsonObject): JsonObject {
  const filled: JsonObject = {}
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = given[name]
    if (!isObject(probe)) continue
    filled[name] = {timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3, ...probe}
  }
  return filled
}

function isLatest(image: string): boolean {
  if (image.includes('@')) return false
  const tag = /:([^/:]+)$/.exec(image)?.[1]
  return tag === undefined || tag === 'latest'
}
