import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'

/** Serves a text to Prometheus, on the loopback interface. */
export interface MetricsServer extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly address: string
  /** From now on no connection is accepted. */
  stop(): Promise<void>
  /** After a stop, at the same address. */
  startAgain(): Promise<void>
}

export async function startMetricsServer(text: () => Promise<string>): Promise<MetricsServer> {
  const server = createServer(async (_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8')
    response.end(await text())
  })
  const start = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
  const stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  await start(0)
  const {port} = server.address() as AddressInfo
  return {address: `127.0.0.1:${port}`, stop, startAgain: () => start(port), [Symbol.asyncDispose]: stop}
}
