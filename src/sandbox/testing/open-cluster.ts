import {request} from 'node:https'
import {RawClient, readCredentials} from '../../../test/cluster/raw-client.ts'
import {createVirtualClock, type VirtualClock} from '../../../test/support/virtual-clock.ts'
import type {Sandbox, SandboxCluster} from '../sandbox.ts'
import type {ClusterSpec} from '../spec.ts'
import {startSandbox} from '../start-sandbox.ts'

/** One simulated cluster on a clock that advances by itself, and its clients. */
export interface OpenCluster extends AsyncDisposable {
  readonly sandbox: Sandbox
  readonly cluster: SandboxCluster
  readonly clock: VirtualClock
  /** Over HTTP/2, as the user of the first context. */
  readonly client: RawClient
  /** Over HTTP/1.1, a connection of its own. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<PlainReply>
  clientOf(context: string): RawClient
}

export interface PlainReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

export async function openCluster(spec: Partial<ClusterSpec> = {}): Promise<OpenCluster> {
  const clock = createVirtualClock({autoAdvance: true, start: new Date('2026-05-01T10:00:00Z')})
  const sandbox = await startSandbox({clusters: [{name: 'eu', ...spec}]}, {clock, random: () => 0.5})
  const cluster = sandbox.cluster(spec.name ?? 'eu')
  const clients: RawClient[] = []
  const clientOf = (context?: string): RawClient => {
    const client = new RawClient(readCredentials(sandbox.kubeconfig, context))
    clients.push(client)
    return client
  }
  const {server, ca, token} = readCredentials(sandbox.kubeconfig)
  return {
    sandbox,
    cluster,
    clock,
    client: clientOf(),
    clientOf,
    get: (path, headers = {}) =>
      new Promise((resolve, reject) => {
        const options = {
          agent: false as const,
          headers: {authorization: `Bearer ${token}`, ...headers},
          ...(ca && {ca}),
        }
        const asked = request(`${server}${path}`, options, (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () => {
            resolve({status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks)})
          })
        })
        asked.on('error', reject)
        asked.end()
      }),
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.close()))
      await sandbox.close()
    },
  }
}
