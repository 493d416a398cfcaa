import type {ApiObject} from '../api-object.ts'
import {isObject, type JsonObject, listAt, objectAt, sameJson} from '../patches/json.ts'
import {badRequest, type Cause, invalid, invalidValue, required} from '../status.ts'
import {immutableCauses, type KindRule, labelCauses, plainRules, statefulSetCauses} from './plain-validation.ts'
import type {Resource} from './resources.ts'

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const configKey = /^[-._a-zA-Z0-9]+$/
const configKeyRule =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
const maxConfigBytes = 1_048_576
const immutable = 'field is immutable'

/**
 * Refuses invalid objects as the API does, for the rules that clients of workloads meet: names, sizes, selectors, images,
 * immutable fields.
 *
 * @throws ApiError 422 with every cause, in the words of the API
 */
export function validate(resource: Resource, object: ApiObject, previous?: ApiObject): void {
  const causes = [
    ...nameCauses(object),
    ...labelCauses(object),
    ...(kindRules[resource.kind]?.(object as unknown as Fields, previous) ?? []),
  ]
  if (causes.length > 0) throw invalid(resource, object.metadata.name, causes)
}

/**
 * Refuses an object that cannot be decoded into the kind at all.
 *
 * @throws ApiError 400
 */
export function validateTypes({kind}: Resource, object: ApiObject): void {
  const cannot = (why: string): Error => badRequest(`${kind} in version "v1" cannot be handled as a ${kind}: ${why}`)
  if (kind === 'ConfigMap' && isObject(object.data)) {
    const bad = Object.values(object.data).find((value) => typeof value !== 'string')
    if (bad !== undefined) {
      throw cannot(`json: cannot unmarshal ${goType(bad)} into Go struct field ConfigMap.data of type string`)
    }
  }
  if (kind === 'Secret') {
    const at = Object.values(objectAt(object.data)).map(notBase64)
    const wrong = at.find((each) => each >= 0)
    if (wrong !== undefined) throw cannot(`illegal base64 data at input byte ${wrong}`)
  }
  if (kind === 'Lease' && isObject(object.spec)) {
    for (const field of ['acquireTime', 'renewTime']) {
      const time = object.spec[field]
      if (typeof time === 'string' && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/.test(time)) {
        const [given, rest] = [JSON.stringify(time), JSON.stringify(time.slice(19))]
        const layout = '"2006-01-02T15:04:05.000000Z07:00"'
        throw cannot(`parsing time ${given} as ${layout}: cannot parse ${rest} as ".000000"`)
      }
    }
  }
}

type Fields = ApiObject & {readonly spec: JsonObject}

const kindRules: Readonly<Record<string, KindRule>> = {
  ...plainRules,
  ConfigMap: (object, previous) => [...configMapCauses(object), ...immutableCauses(object, previous)],
  Deployment: workloadCauses,
  ReplicaSet: workloadCauses,
  StatefulSet: (object, previous) => [...workloadCauses(object, previous), ...statefulSetCauses(object, previous)],
  DaemonSet: workloadCauses,
  Pod: ({spec}) => containerCauses(spec, 'spec'),
  Lease: leaseCauses,
}

function nameCauses({metadata: {name}}: ApiObject): Cause[] {
  if (name === '') return [required('metadata.name', 'name or generateName is required')]
  return subdomain.test(name) && name.length <= 253 ? [] : [invalidValue('metadata.name', name, subdomainRule)]
}

function configMapCauses({data, binaryData}: ApiObject): Cause[] {
  const causes: Cause[] = []
  let bytes = 0
  for (const [field, values] of Object.entries({data, binaryData})) {
    if (!isObject(values)) continue
    for (const [key, value] of Object.entries(values)) {
      if (!configKey.test(key)) causes.push(invalidValue(`${field}[${key}]`, key, configKeyRule))
      bytes += field === 'data' ? Buffer.byteLength(String(value)) : Buffer.from(String(value), 'base64').length
    }
  }
  if (bytes > maxConfigBytes) {
    causes.push({
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${maxConfigBytes} bytes`,
      field: '[]',
    })
  }
  return causes
}

function workloadCauses({spec}: Fields, previous?: ApiObject): Cause[] {
  const {replicas, selector} = spec
  const causes: Cause[] = []
  if (typeof replicas === 'number' && replicas < 0) {
    causes.push(invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'))
  }
  causes.push(...selectorCauses(spec), ...containerCauses(objectAt(spec, 'template', 'spec'), 'spec.template.spec'))
  if (previous !== undefined && !sameJson(objectAt(previous.spec).selector, selector)) {
    causes.push(invalidValue('spec.selector', selector ?? null, immutable))
  }
  return causes
}

function selectorCauses(spec: JsonObject): Cause[] {
  const wanted = Object.entries(objectAt(spec, 'selector', 'matchLabels'))
  const isGiven = wanted.length > 0 || listAt(spec, 'selector', 'matchExpressions').length > 0
  const labels = objectAt(spec, 'template', 'metadata').labels ?? null
  const matches = wanted.every(([key, value]) => objectAt(labels)[key] === value)
  const mismatch = invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')
  return [...(isGiven ? [] : [required('spec.selector')]), ...(isGiven && matches ? [] : [mismatch])]
}

function containerCauses(pod: JsonObject, path: string): Cause[] {
  if (listAt(pod, 'containers').length === 0) return [required(`${path}.containers`)]
  return ['initContainers', 'containers'].flatMap((field) =>
    listAt(pod, field).flatMap((container, index) =>
      ['name', 'image']
        .filter((part) => !container[part])
        .map((part) => required(`${path}.${field}[${index}].${part}`))
        .concat(mountCauses(pod, container, `${path}.${field}[${index}]`)),
    ),
  )
}

/** A mount of a volume that the pod does not have. */
function mountCauses(pod: JsonObject, container: JsonObject, path: string): Cause[] {
  const volumes = new Set(listAt(pod, 'volumes').map(({name}) => name))
  return listAt(container, 'volumeMounts').flatMap(({name}, index) =>
    volumes.has(name)
      ? []
      : [
          {
            reason: 'FieldValueNotFound',
            message: `Not found: ${JSON.stringify(name)}`,
            field: `${path}.volumeMounts[${index}].name`,
          },
        ],
  )
}

function leaseCauses({spec}: Fields): Cause[] {
  const {leaseDurationSeconds, leaseTransitions} = spec
  const causes: Cause[] = []
  if (typeof leaseDurationSeconds === 'number' && leaseDurationSeconds <= 0) {
    causes.push(invalidValue('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'))
  }
  if (typeof leaseTransitions === 'number' && leaseTransitions < 0) {
    causes.push(invalidValue('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0'))
  }
  return causes
}

/** Where a text stops being base64; -1: it does not. */
function notBase64(value: unknown): number {
  return String(value).search(/[^A-Za-z0-9+/=\s]/)
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** The cause for a UID that an update would change; the API names it twice. */
export function uidCauses(uid: string): Cause[] {
  const cause = invalidValue('metadata.uid', uid, immutable)
  return [cause, cause]
}
