import {createServer} from 'node:http'
import {Agent, request} from 'node:https'
import type {AddressInfo} from 'node:net'
import type {RealCluster} from './real-cluster.ts'

/** An address without TLS in front of a cluster, as a gateway or a name that can be moved to another one. */
export interface Gateway extends AsyncDisposable {
  readonly server: string
  switchTo(cluster: RealCluster): void
}

/** Every client of it is an administrator of the cluster behind it. */
export async function openGateway(first: RealCluster): Promise<Gateway> {
  let cluster = first
  const agents = new Map<RealCluster, Agent>()
  const agentOf = (one: RealCluster): Agent => {
    const {ca, cert, key} = one.client.credentials
    const agent = agents.get(one) ?? new Agent({ca, cert, key, keepAlive: true})
    agents.set(one, agent)
    return agent
  }
  const server = createServer((incoming, answer) => {
    const {method, headers, url = '/'} = incoming
    const forward = request(new URL(url, cluster.server), {agent: agentOf(cluster), method, headers}, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(answer)
    })
    forward.on('error', () => answer.destroy())
    answer.on('close', () => forward.destroy())
    incoming.pipe(forward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    switchTo(next) {
      cluster = next
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      for (const agent of agents.values()) agent.destroy()
    },
  }
}
