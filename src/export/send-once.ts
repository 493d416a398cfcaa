import {Client, type Dispatcher, errors} from 'undici'
import {withoutCredential} from '../kube/credentials/without-credential.ts'
import {externalText} from '../shared/external-text.ts'
import {codeOf} from '../shared/file-error.ts'
import type {Endpoint} from './endpoint.ts'

export interface Message {
  readonly endpoint: Endpoint
  readonly method: 'PUT' | 'POST'
  readonly path: string
  readonly contentType: string
  readonly body: string
  /**
   * What is wrong although the answer was one of success, as a clause; undefined: nothing. Without it, such an answer is not
   * read.
   *
   * @param answer its beginning
   */
  readonly examine?: (answer: string) => string | undefined
}

/** More is not read. */
const maxBytes = 4_096

/**
 * Sends one request, without redirects and proxies. Undefined: it was accepted; else the problem as a clause, which is safe to
 * show. Rejects with the reason of the signal.
 */
export async function sendOnce(message: Message, signal: AbortSignal): Promise<string | undefined> {
  const {endpoint, method, path, contentType, body, examine} = message
  const {url, credentials} = endpoint
  const client = new Client(url.origin)
  try {
    const headers = {...credentials, 'content-type': contentType}
    const answer = await client.request({method, path, headers, body, signal})
    if (answer.statusCode < 200 || answer.statusCode > 299)
      return refusalOf(answer, await beginningOf(answer), endpoint)
    return examine?.(await beginningOf(answer))
  } catch (error) {
    if (signal.aborted || !isOfNetwork(error)) throw error
    return problemOf(error)
  } finally {
    // It is not reused, and its answer may never end.
    void client.destroy()
  }
}

function refusalOf({statusCode}: Dispatcher.ResponseData, text: string, {credentials}: Endpoint): string {
  const said = externalText(withoutCredentials(text, credentials)).replace(/\.$/, '')
  return `it answered HTTP ${statusCode}${said === '' ? '' : `: ${said}`}`
}

/** What a server repeats of a request is not shown. */
export function withoutCredentials(text: string, credentials: Endpoint['credentials']): string {
  return Object.values(credentials)
    .flatMap((value) => [`whole ${value}`, value])
    .reduce(withoutCredential, text)
}

async function beginningOf({body}: Dispatcher.ResponseData): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size > maxBytes) break
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8')
}

/** Errors of sockets, TLS and undici have a code, except those of its parser. */
function isOfNetwork(error: unknown): boolean {
  return codeOf(error) !== undefined || error instanceof errors.HTTPParserError
}

function problemOf(error: unknown): string {
  const said = error instanceof Error ? externalText(error.message) : ''
  return said || (codeOf(error) ?? '')
}
