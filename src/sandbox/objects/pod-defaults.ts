import {isObject, type JsonObject} from '../patches/json.ts'

/** The template of a spec with what the API fills in. */
export function templateOf(spec: JsonObject): JsonObject {
  const template = isObject(spec.template) ? spec.template : {}
  const metadata = isObject(template.metadata) ? template.metadata : {}
  const kept = Object.entries(metadata).filter(([, value]) => !isObject(value) || Object.keys(value).length > 0)
  const pod = isObject(template.spec) ? template.spec : {}
  return {template: {metadata: Object.fromEntries(kept), spec: podSpec(pod)}}
}

/** The spec of a pod with what the API fills in. */
export function podSpec(spec: JsonObject): JsonObject {
  return {
    ...spec,
    ...each(spec, 'initContainers', container),
    ...each(spec, 'containers', container),
    ...each(spec, 'volumes', volume),
    restartPolicy: spec.restartPolicy ?? 'Always',
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
    dnsPolicy: spec.dnsPolicy ?? 'ClusterFirst',
    ...(spec.serviceAccountName === undefined ? {} : {serviceAccount: spec.serviceAccountName}),
    securityContext: spec.securityContext ?? {},
    schedulerName: spec.schedulerName ?? 'default-scheduler',
  }
}

/** The elements of a list of objects, each filled. */
export function each(object: JsonObject, field: string, fill: (element: JsonObject) => JsonObject): JsonObject {
  const list = object[field]
  return Array.isArray(list) ? {[field]: list.map((element) => (isObject(element) ? fill(element) : element))} : {}
}

/** What a volume is made of says with which mode its files are written. */
function volume(given: JsonObject): JsonObject {
  const filled: JsonObject = {...given}
  for (const source of ['configMap', 'secret', 'downwardAPI', 'projected']) {
    const found = given[source]
    if (isObject(found)) filled[source] = {defaultMode: 420, ...found, ...each(found, 'items', withFieldVersion)}
  }
  if (isObject(given.hostPath)) filled.hostPath = {type: '', ...given.hostPath}
  return filled
}

function container(given: JsonObject): JsonObject {
  return {
    ...given,
    ...each(given, 'ports', (port) => ({...port, protocol: port.protocol ?? 'TCP'})),
    ...each(given, 'env', variable),
    ...probes(given),
    resources: given.resources ?? {},
    terminationMessagePath: given.terminationMessagePath ?? '/dev/termination-log',
    terminationMessagePolicy: given.terminationMessagePolicy ?? 'File',
    imagePullPolicy: given.imagePullPolicy ?? (isLatest(String(given.image ?? '')) ? 'Always' : 'IfNotPresent'),
  }
}

function variable(given: JsonObject): JsonObject {
  const {valueFrom} = given
  return isObject(valueFrom) ? {...given, valueFrom: withFieldVersion(valueFrom)} : given
}

function withFieldVersion(given: JsonObject): JsonObject {
  const {fieldRef} = given
  return isObject(fieldRef) ? {...given, fieldRef: {apiVersion: 'v1', ...fieldRef}} : given
}

function probes(given: JsonObject): JsonObject {
  const filled: JsonObject = {}
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = given[name]
    if (!isObject(probe)) continue
    const {httpGet} = probe
    const how = isObject(httpGet) ? {httpGet: {scheme: 'HTTP', ...httpGet}} : {}
    filled[name] = {timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3, ...probe, ...how}
  }
  return filled
}

function isLatest(image: string): boolean {
  if (image.includes('@')) return false
  const tag = /:([^/:]+)$/.exec(image)?.[1]
  return tag === undefined || tag === 'latest'
}
