import {HubspokeError} from '../../model/failure.ts'
import {printable} from '../../shared/printable.ts'

/**
 * A path of the API from its parts, each of them escaped, and a query; parameters that are undefined are left out.
 *
 * @throws HubspokeError of class `rejected` where a part would not stay one: a URL has no way to escape `.` and `..`, so that
 *   the request would be for something else. It was not sent.
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
