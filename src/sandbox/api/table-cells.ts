import type {ApiObject} from '../api-object.ts'
import {type JsonObject, listAt, objectAt} from '../patches/json.ts'

/** How long ago the object was created, as kubectl writes it. */
export function age({metadata}: ApiObject, now: Date): string {
  const created = Date.parse(metadata.creationTimestamp ?? '')
  return Number.isNaN(created) ? '<unknown>' : humanDuration(now.getTime() - created)
}

const units = {s: 1, m: 60, h: 3600, d: 86_400, y: 31_536_000}

/**
 * A duration of at most two units, fewer the longer it is: `95s`, `3m12s`, `5h`, `2d4h`, `40d`.
 * Source: `HumanDuration` in k8s.io/apimachinery/pkg/util/duration.
 */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const two = (large: 'm' | 'h' | 'd' | 'y', small: 's' | 'm' | 'h' | 'd'): string => {
    const rest = Math.floor((seconds % units[large]) / units[small])
    return `${Math.floor(seconds / units[large])}${large}${rest === 0 ? '' : `${rest}${small}`}`
  }
  const one = (unit: 'm' | 'h' | 'd' | 'y'): string => `${Math.floor(seconds / units[unit])}${unit}`
  if (seconds < 0) return '0s'
  if (seconds < 2 * units.m) return `${seconds}s`
  if (seconds < 10 * units.m) return two('m', 's')
  if (seconds < 3 * units.h) return one('m')
  if (seconds < 8 * units.h) return two('h', 'm')
  if (seconds < 2 * units.d) return one('h')
  if (seconds < 8 * units.d) return two('d', 'h')
  if (seconds < 2 * units.y) return one('d')
  return seconds < 8 * units.y ? two('y', 'd') : one('y')
}

export function labelPairs(labels: JsonObject): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`)
  return pairs.length === 0 ? '<none>' : pairs.sort().join(',')
}

export function containerNames(pod: JsonObject): string {
  return listAt(pod, 'containers')
    .map(({name}) => String(name))
    .join(',')
}

export function images(pod: JsonObject): string {
  return listAt(pod, 'containers')
    .map(({image}) => String(image))
    .join(',')
}

export function nodeRoles({metadata}: ApiObject): string {
  const prefix = 'node-role.kubernetes.io/'
  const roles = Object.keys(metadata.labels ?? {}).filter((label) => label.startsWith(prefix))
  return roles.map((label) => label.slice(prefix.length)).join(',') || '<none>'
}

/** The row of a pod: how many containers are ready, and one word for why not all are. */
export function podRow(object: ApiObject, now: Date): (string | number)[] {
  const status = objectAt(object.status)
  const main = listAt(status, 'containerStatuses')
  const sidecars = listAt(object.spec, 'initContainers').filter(({restartPolicy}) => restartPolicy === 'Always')
  const total = listAt(object.spec, 'containers').length + sidecars.length
  const sidecarNames = new Set(sidecars.map(({name}) => name))
  const ready = [...main, ...listAt(status, 'initContainerStatuses').filter(({name}) => sidecarNames.has(name))]
  const restarts = main.reduce((sum, {restartCount}) => sum + Number(restartCount), 0)
  return [
    object.metadata.name,
    `${ready.filter((each) => each.ready === true).length}/${total}`,
    podWord(object, main),
    String(restarts),
    age(object, now),
    String(status.podIP ?? '<none>'),
    String(objectAt(object.spec).nodeName ?? '<none>'),
    '<none>',
    '<none>',
  ]
}

function podWord(object: ApiObject, main: readonly JsonObject[]): string {
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating'
  const broken = main.map(({state}) => objectAt(state, 'waiting').reason ?? objectAt(state, 'terminated').reason)
  const reason = broken.find((word) => word !== undefined)
  const inits = listAt(object.status, 'initContainerStatuses')
  const waitingInit = inits
    .map(({state}) => objectAt(state, 'waiting').reason)
    .find((word) => word !== 'PodInitializing')
  if (waitingInit !== undefined) return `Init:${String(waitingInit)}`
  if (reason === 'PodInitializing') return `Init:${inits.filter(({ready}) => ready === true).length}/${inits.length}`
  return String(reason ?? objectAt(object.status).phase ?? 'Unknown')
}
