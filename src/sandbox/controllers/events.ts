import type {Clock} from '../../shared/clock.ts'
import type {ApiObject} from '../api-object.ts'
import {apiTime} from '../objects/metadata.ts'
import type {Registry} from '../objects/registry.ts'
import {apiVersionOf, events, namespaces, type Resource} from '../objects/resources.ts'

export interface EventFields {
  readonly type?: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  /** The reporting component, e.g. `deployment-controller`. */
  readonly component: string
  /** The node, when a kubelet reports. */
  readonly host?: string
  /** `spec.containers{app}`, when it is about one container. */
  readonly fieldPath?: string
}

export type RecordEvent = (resource: Resource, object: ApiObject, fields: EventFields) => void

/** Writes events; a repetition is counted instead. Events of a terminating namespace are lost. */
export function createEventRecorder(deps: {registry: Registry; clock: Clock; random: () => number}): RecordEvent {
  const {registry, clock, random} = deps
  const names = new Map<string, string>()
  return (resource, object, fields) => {
    const {type = 'Normal', reason, message, component, host, fieldPath} = fields
    const {namespace = 'default', name, uid, resourceVersion} = object.metadata
    const time = apiTime(clock.date())
    const sameAs = JSON.stringify([uid, type, reason, message, component])
    const known = names.get(sameAs)
    if (known !== undefined && registry.store.get(events, `${namespace}/${known}`) !== undefined) {
      registry.update(
        events,
        {namespace, name: known},
        (current) => ({...current, count: Number(current.count) + 1, lastTimestamp: time}),
        {manager: component},
      )
      return
    }
    const suffix = Array.from({length: 16}, () => Math.floor(random() * 16).toString(16)).join('')
    const event: ApiObject = {
      metadata: {name: `${name}.${suffix}`},
      involvedObject: {
        kind: resource.kind,
        namespace,
        name,
        uid,
        apiVersion: apiVersionOf(resource),
        resourceVersion,
        ...(fieldPath === undefined ? {} : {fieldPath}),
      },
      reason,
      message,
      source: {component, ...(host === undefined ? {} : {host})},
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
      type,
      reportingComponent: component,
      reportingInstance: host ?? '',
    }
    if (isGoing(registry, namespace)) return
    registry.create(events, namespace, event, {manager: component})
    names.set(sameAs, event.metadata.name)
  }
}

function isGoing({store}: Registry, namespace: string): boolean {
  const found = store.get(namespaces, namespace)
  return found === undefined || found.metadata.deletionTimestamp !== undefined
}
