import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {Agent, request as send} from 'undici'
import {parse, stringify} from 'yaml'

/** A response instead of that of the API server. */
export interface StrangeAnswer {
  readonly status: number
  readonly contentType?: string
  /** The body: fixed text, or a change of the server's own response. */
  readonly body: string | ((genuine: unknown) => unknown)
  /** Sends the body instead: one that does not end, say. Rejects when the client is gone. */
  pour?(response: ServerResponse): Promise<void>
  readonly headers?: Readonly<Record<string, string>>
}

/** The requests that get this response. */
export interface Matched {
  readonly method: string
  /** Of the path with its query, below the server's root. */
  readonly path: RegExp
}

export interface Gateway extends AsyncDisposable {
  /** The kubeconfig of the server, with this gateway in its place. */
  readonly kubeconfig: string
  /** The number of requests that got this response. */
  readonly met: number
  /**
   * Sends this response to these requests from now on, until the next call.
   *
   * @param how `carriedOut`: the server gets the request, and only its answer is lost; `times`: so often, then no more
   */
  answer(matched: Matched, answer: StrangeAnswer, how: {readonly carriedOut: boolean; readonly times?: number}): void
}

interface Rule {
  readonly matched: Matched
  readonly answer: StrangeAnswer
  readonly carriedOut: boolean
  left: number
}

/**
 * A gateway in front of the API server of a kubeconfig with one cluster, on the loopback interface. Lists come in pages of
 * one object.
 */
export async function openGateway(kubeconfig: string): Promise<Gateway> {
  const document = parse(kubeconfig)
  const {server: target, 'certificate-authority-data': ca} = document.clusters[0].cluster
  const {'client-certificate-data': cert, 'client-key-data': key} = document.users[0].user
  const pem = (data: string | undefined) => (data === undefined ? undefined : Buffer.from(data, 'base64'))
  const upstream = new Agent({connect: {ca: pem(ca), cert: pem(cert), key: pem(key)}, allowH2: false})
  let rule: Rule | undefined
  let met = 0

  const ruleOf = ({method, url = ''}: IncomingMessage): Rule | undefined =>
    rule && rule.left > 0 && rule.matched.method === method && rule.matched.path.test(url) ? rule : undefined

  const forward = async (request: IncomingMessage, body: string) => {
    const {host, connection, 'content-length': length, 'accept-encoding': encoding, ...headers} = request.headers
    const method = request.method as 'GET'
    const options = {method, headers, dispatcher: upstream, ...(body !== '' && {body})}
    return send(`${target}${request.url?.replace('limit=500', 'limit=1')}`, options)
  }

  const pass = async (request: IncomingMessage, body: string, response: ServerResponse) => {
    const answer = await forward(request, body)
    for (const name of ['content-type', 'retry-after', 'date']) {
      const value = answer.headers[name]
      if (value !== undefined) response.setHeader(name, value)
    }
    response.writeHead(answer.statusCode).flushHeaders()
    response.on('close', () => answer.body.destroy())
    answer.body.on('error', () => response.destroy()).pipe(response)
  }

  const interfere = async (request: IncomingMessage, body: string, response: ServerResponse, found: Rule) => {
    const {answer, carriedOut} = found
    const isOfServer = typeof answer.body === 'function'
    const genuine = carriedOut || isOfServer ? await (await forward(request, body)).body.text() : ''
    const sent = isOfServer
      ? JSON.stringify((answer.body as (of: unknown) => unknown)(JSON.parse(genuine)))
      : answer.body
    response.writeHead(answer.status, {'content-type': answer.contentType ?? 'application/json', ...answer.headers})
    if (answer.pour) return answer.pour(response)
    response.end(answer.status === 204 ? undefined : sent)
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    const found = ruleOf(request)
    try {
      if (found === undefined) return await pass(request, body, response)
      met += 1
      found.left -= 1
      return await interfere(request, body, response, found)
    } catch {
      return response.destroy()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  const clusters = [{...document.clusters[0], cluster: {server: `http://127.0.0.1:${port}`}}]

  return {
    kubeconfig: stringify({...document, clusters}),
    get met() {
      return met
    },
    answer(matched, answer, {carriedOut, times = Number.POSITIVE_INFINITY}) {
      met = 0
      rule = {matched, answer, carriedOut, left: times}
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await upstream.destroy()
    },
  }
}
