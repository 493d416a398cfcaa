import {Client, type Dispatcher, errors} from 'undici'
import {HubspokeError} from '../model/failure.ts'
import {externalText} from '../shared/external-text.ts'
import {codeOf} from '../shared/file-error.ts'
import type {Gateway} from './gateway.ts'

export interface Push {
  readonly gateway: Gateway
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

/** More is not shown. */
const maxBytes = 4_096

/**
 * Pushes the metrics to the group of this name.
 *
 * @throws HubspokeError when the gateway did not accept them, or the reason of the signal
 */
export async function pushMetrics({gateway, name, text, replaces}: Push, signal: AbortSignal): Promise<void> {
  const {url, authorization} = gateway
  const client = new Client(url.origin)
  try {
    const answer = await client.request({
      method: methods[replaces],
      path: `${url.pathname.replace(/\/$/, '')}/metrics/job/hubspoke/name/${name}`,
      headers: {
        'content-type': 'text/plain; version=0.0.4; charset=utf-8',
        ...(authorization !== undefined && {authorization}),
      },
      body: text,
      signal,
    })
    if (answer.statusCode < 200 || answer.statusCode > 299) throw notPushed(url, await answerOf(answer))
  } catch (error) {
    throw isOfNetwork(error) ? notPushed(url, problemOf(error)) : error
  } finally {
    // It is not reused, and its answer may never end.
    void client.destroy()
  }
}

async function answerOf({statusCode, body}: Dispatcher.ResponseData): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size > maxBytes) break
  }
  const said = externalText(Buffer.concat(chunks).toString('utf8')).replace(/\.$/, '')
  return `it answered HTTP ${statusCode}${said === '' ? '' : `: ${said}`}`
}

/** Errors of sockets, TLS and undici have a code, except those of its parser. */
function isOfNetwork(error: unknown): boolean {
  return codeOf(error) !== undefined || error instanceof errors.HTTPParserError
}

function problemOf(error: unknown): string {
  const said = error instanceof Error ? externalText(error.message) : ''
  return said || (codeOf(error) ?? '')
}

function notPushed({origin}: URL, problem: string): HubspokeError {
  return new HubspokeError('unreachable', `The metrics were not pushed to ${origin}: ${problem}.`)
}
