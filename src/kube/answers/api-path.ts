import {HubspokeError} from '../../model/failure.ts'
import {printable} from '../../shared/printable.ts'

/**
 * A path of the API from its parts, each of them escaped, and a query; undefined parameters are left out.
 *
 * @throws HubspokeError of class `rejected` for an empty part, `.` or `..`: a URL cannot escape them, so the request would
 *   go to another path. Nothing was sent.
 */
export function apiPath(parts: readonly string[], query: Readonly<Record<string, string | undefined>> = {}): string {
  const swallowed = parts.find((part) => ['', '.', '..'].includes(part))
  if (swallowed !== undefined) {
    const message = `No request can be sent for the name "${printable(swallowed)}": it is no name of Kubernetes.`
    throw new HubspokeError('rejected', message, {refused: true, final: true})
  }
  const parameters = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const search = new URLSearchParams(parameters).toString()
  return `/${parts.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`
}
