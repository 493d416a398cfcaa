import type {ApiObject} from '../api-object.ts'
import {isObject, type JsonObject, listAt, objectAt, sameJson} from '../patches/json.ts'
import {type Cause, forbiddenValue, invalidValue, required} from '../status.ts'

/** The rules of a kind for a new object, or for a changed one. */
export type KindRule = (object: ApiObject & {readonly spec: JsonObject}, previous?: ApiObject) => Cause[]

const labelName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const labelNameRule =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

/** Label names that the API does not take. */
export function labelCauses({metadata}: ApiObject): Cause[] {
  return Object.keys(metadata.labels ?? {})
    .filter((name) => !labelName.test(name.split('/').at(-1) ?? ''))
    .map((name) => invalidValue('metadata.labels', name, labelNameRule))
}

/** Rules of the kinds that are stored and not acted on, as far as manifests break them. */
export const plainRules: Readonly<Record<string, KindRule>> = {
  ClusterRole: roleCauses,
  ClusterRoleBinding: bindingCauses,
  CronJob: ({spec}) => {
    const fields = String(spec.schedule ?? '').split(/\s+/)
    if (fields.length === 5 || fields[0]?.startsWith('@')) return []
    const found = `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`
    return [invalidValue('spec.schedule', spec.schedule ?? '', found)]
  },
  CustomResourceDefinition: ({metadata: {name}, spec}) => {
    const {plural} = objectAt(spec, 'names')
    const isNamed = name === `${plural}.${spec.group}`
    const bare = listAt(spec, 'versions').flatMap(({schema}, index) =>
      isObject(objectAt(schema).openAPIV3Schema) ? [] : [required(`spec.versions[${index}].schema.openAPIV3Schema`)],
    )
    return [
      ...(isNamed ? [] : [invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group')]),
      ...bare,
    ]
  },
  HorizontalPodAutoscaler: ({spec}) => {
    const {minReplicas = 1, maxReplicas = 0} = spec
    if (Number(maxReplicas) >= Number(minReplicas)) return []
    return [invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`')]
  },
  Role: roleCauses,
  RoleBinding: bindingCauses,
  Secret: immutableCauses,
  Service: serviceCauses,
}

/** A ConfigMap or a Secret that says so keeps its data. */
export function immutableCauses(object: ApiObject, previous?: ApiObject): Cause[] {
  if (previous?.immutable !== true) return []
  const changed = ['data', 'binaryData'].filter((field) => !sameJson(object[field], previous[field]))
  return changed.map((field) => forbiddenValue(field, 'field is immutable when `immutable` is set'))
}

const replaceable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]

/** What may not change of a StatefulSet. */
export function statefulSetCauses({spec}: ApiObject, previous?: ApiObject): Cause[] {
  const fixed = (from: unknown): object =>
    Object.fromEntries(Object.entries(objectAt(from)).filter(([field]) => !replaceable.includes(field)))
  if (previous === undefined || sameJson(fixed(spec), fixed(previous.spec))) return []
  const list = replaceable.map((field) => `'${field}'`)
  const names = `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`
  return [forbiddenValue('spec', `updates to statefulset spec for fields other than ${names} are forbidden`)]
}

function serviceCauses({spec}: ApiObject, previous?: ApiObject): Cause[] {
  const {type, clusterIP} = objectAt(spec)
  const before = objectAt(previous?.spec).clusterIP
  const isMoved = type !== 'ExternalName' && before !== undefined && before !== clusterIP
  const needsPorts = type !== 'ExternalName' && clusterIP !== 'None'
  return [
    ...(isMoved ? [invalidValue('spec.clusterIPs[0]', [clusterIP], 'may not change once set')] : []),
    ...(needsPorts && listAt(spec, 'ports').length === 0 ? [required('spec.ports')] : []),
  ]
}

function roleCauses({rules}: ApiObject): Cause[] {
  return listAt({rules}, 'rules').flatMap(({verbs}, index) =>
    Array.isArray(verbs) && verbs.length > 0
      ? []
      : [required(`rules[${index}].verbs`, 'verbs must contain at least one value')],
  )
}

function bindingCauses({roleRef}: ApiObject, previous?: ApiObject): Cause[] {
  if (previous === undefined || sameJson(roleRef, previous.roleRef)) return []
  const {apiGroup, kind, name} = objectAt(roleRef)
  return [invalidValue('roleRef', {APIGroup: apiGroup, Kind: kind, Name: name}, 'cannot change roleRef')]
}
