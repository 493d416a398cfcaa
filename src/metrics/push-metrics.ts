import type {Endpoint} from '../export/endpoint.ts'
import {sendOnce} from '../export/send-once.ts'
import {HubspokeError} from '../model/failure.ts'

export interface Push {
  readonly gateway: Endpoint
  readonly name: string
  readonly text: string
  /**
   * `all`: every metric of the group. `these`: those that are in `text`; the others remain as an earlier run has pushed
   * them.
   */
  readonly replaces: 'all' | 'these'
}

/** How the Pushgateway replaces metrics of a group. */
const methods = {all: 'PUT', these: 'POST'} as const

/**
 * Pushes the metrics to the group of this name.
 *
 * @throws HubspokeError when the gateway did not accept them, or the reason of the signal
 */
export async function pushMetrics({gateway, name, text, replaces}: Push, signal: AbortSignal): Promise<void> {
  const {origin, pathname} = gateway.url
  const message = {
    endpoint: gateway,
    method: methods[replaces],
    path: `${pathname.replace(/\/$/, '')}/metrics/job/hubspoke/name/${name}`,
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    body: text,
  }
  const problem = await sendOnce(message, signal)
  if (problem === undefined) return
  throw new HubspokeError('unreachable', `The metrics were not pushed to ${origin}: ${problem}.`)
}
