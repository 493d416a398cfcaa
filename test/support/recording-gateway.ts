import {createServer} from 'node:http'
import type {AddressInfo, Socket} from 'node:net'

export interface Pushed {
  readonly method: string
  readonly path: string
  readonly contentType: string | undefined
  readonly authorization: string | undefined
  readonly body: string
}

/** How it answers; `silent`: not at all; `endless`: an error whose text never ends. */
export type Answer =
  | {readonly status: number; readonly body?: string; readonly location?: string}
  | 'silent'
  | 'endless'

/** A Pushgateway that records what it receives, on the loopback interface. */
export interface RecordingGateway extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly host: string
  readonly pushed: readonly Pushed[]
}

export async function startRecordingGateway(answer: Answer = {status: 200}): Promise<RecordingGateway> {
  const pushed: Pushed[] = []
  const sockets = new Set<Socket>()
  const server = createServer(async (request, response) => {
    const {method = '', url = '', headers} = request
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const {'content-type': contentType, authorization} = headers
    pushed.push({method, path: url, contentType, authorization, body})
    if (answer === 'silent') return
    if (answer === 'endless') return void response.writeHead(400).write('pushed metrics are ')
    response.writeHead(answer.status, answer.location === undefined ? {} : {location: answer.location}).end(answer.body)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    pushed,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
