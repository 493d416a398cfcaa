import type {ApiObject} from '../api-object.ts'
import {listAt, objectAt} from '../patches/json.ts'
import {badRequest} from '../status.ts'

/**
 * A few log lines of a container of the pod. The log of a crashing container names an error.
 *
 * @param container default: the first
 * @throws ApiError 400 when it has not started, or there is no such container
 */
export function podLog(pod: ApiObject, container: string | null, tailLines: number | undefined): string {
  const {name} = pod.metadata
  const statuses = listAt(pod.status, 'containerStatuses')
  const names = listAt(pod.spec, 'containers').map((each) => String(each.name))
  const wanted = container ?? names[0] ?? ''
  if (!names.includes(wanted)) throw badRequest(`container ${wanted} is not valid for pod ${name}`)
  const status = statuses.find((each) => each.name === wanted)
  const isCrashing = Object.keys(objectAt(status, 'lastState', 'terminated')).length > 0
  const {reason} = objectAt(status, 'state', 'waiting')
  if (status === undefined || (reason !== undefined && !isCrashing)) {
    const why = reason === undefined ? 'ContainerCreating' : String(reason)
    throw badRequest(`container "${wanted}" in pod "${name}" is waiting to start: ${why}`)
  }
  const lines = isCrashing
    ? [
        'level=info msg="starting" database=postgres://shop:hunter2@db:5432/shop',
        'level=fatal msg="cannot open configuration" error="no such file or directory"',
      ]
    : ['level=info msg="starting"', 'level=info msg="listening" address=:8080']
  return `${lines.slice(-(tailLines ?? lines.length)).join('\n')}\n`
}
