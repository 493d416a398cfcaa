import type {ApiObject} from '../api-object.ts'
import {isObject, type Json, type JsonObject} from '../patches/json.ts'
import {plainFillers} from './plain-defaults.ts'
import {podSpec, templateOf} from './pod-defaults.ts'

/**
 * The object with the API's defaults for missing fields.
 * Source: the defaulting functions of kube-apiserver (pkg/apis/…/v1/defaults.go).
 */
export function withDefaults(kind: string, object: ApiObject): ApiObject {
  const fill = fillers[kind]
  return fill === undefined ? object : (fill(object as unknown as JsonObject) as unknown as ApiObject)
}

const fillers: Readonly<Record<string, (object: JsonObject) => JsonObject>> = {
  ...plainFillers,
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

/** A strategy other than `RollingUpdate` is kept unchanged. */
function rollingUpdate(strategy: Json | undefined, defaults: JsonObject): JsonObject {
  const given = isObject(strategy) ? strategy : {}
  const type = given.type ?? 'RollingUpdate'
  if (type !== 'RollingUpdate') return {...given, type}
  const parameters = isObject(given.rollingUpdate) ? given.rollingUpdate : {}
  return {type, rollingUpdate: {...defaults, ...parameters}}
}
