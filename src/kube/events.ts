import {createHash} from 'node:crypto'
import {HubspokeError} from '../model/failure.ts'
import type {WorkloadEvent} from '../model/workload-event.ts'
import {newObject} from './answers/object-question.ts'
import {events} from './answers/resource.ts'
import type {Api} from './api.ts'
import type {Events} from './ports/events.ts'
import {fieldManager} from './workloads/patch-template.ts'

const component = 'hubspoke'

/** The limit of `events.k8s.io/v1` for a message, in bytes. */
const maxMessageBytes = 1_024

export function createEvents(api: Api): Events {
  return {
    async record(event, signal) {
      const {namespace} = event.workload
      const name = nameOf(event)
      const question = newObject(events, {namespace, name, query: {fieldManager}})
      try {
        await api.write({method: 'POST', question, body: toObject(name, event)}, signal)
      } catch (error) {
        if (!(error instanceof HubspokeError && error.status === 409)) throw error
      }
    },
  }
}

/** The core form: every version of `kubectl describe` and of `kubectl get events` shows its time and its origin. */
function toObject(eventName: string, {workload, reason, message, at, host}: WorkloadEvent): object {
  const {kind, namespace, name, uid} = workload
  const time = `${at.toISOString().slice(0, 19)}Z`
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {namespace, name: eventName, labels: {'app.kubernetes.io/managed-by': 'hubspoke'}},
    involvedObject: {apiVersion: 'apps/v1', kind, namespace, name, uid},
    type: 'Normal',
    reason,
    message: atMostBytes(message, maxMessageBytes),
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
    source: {component, host},
    reportingComponent: component,
    reportingInstance: host,
  }
}

/** The same name for the same occurrence at one workload, so that it is recorded only once, also by several runs. */
function nameOf({workload: {name, uid}, key}: WorkloadEvent): string {
  const hash = createHash('sha256').update(`${key} ${uid}`).digest('hex').slice(0, 16)
  return `${name.slice(0, 200).replace(/[-.]+$/, '')}.${hash}`
}

function atMostBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text.toWellFormed())
  if (bytes.length <= maxBytes) return text
  const cut = bytes.subarray(0, maxBytes - 3).toString('utf8')
  return `${cut.replace(/\ufffd+$/, '')}…`
}
