import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'

/** Serves a text to Prometheus, on the loopback interface, until it is disposed of for the first time. */
export interface MetricsServer extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly address: string
  readonly port: number
}

/** At a port of its own, or at the one that an earlier server had. */
export async function startMetricsServer(text: () => Promise<string>, port = 0): Promise<MetricsServer> {
  const server = createServer(async (_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8')
    response.end(await text())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const {port: given} = server.address() as AddressInfo
  return {
    address: `127.0.0.1:${given}`,
    port: given,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
