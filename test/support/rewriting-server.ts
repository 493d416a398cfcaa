import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {Agent, request} from 'undici'
import {parse, stringify} from 'yaml'

/** The position of a string in a response of a server: `GET deployments`, and the keys that lead to it; `*` is any index. */
export interface Place {
  readonly request: string
  readonly path: readonly string[]
}

/** What takes its place; undefined: it stays. */
export type Rewrite = (text: string, place: Place) => string | undefined

export interface RewritingServer extends AsyncDisposable {
  /** A kubeconfig whose contexts lead through it. */
  readonly kubeconfig: string
  /** In force from the next answer on. */
  rewrite: Rewrite
}

/** A server in front of simulated clusters that changes strings in their answers, watches and logs among them. */
export async function openRewritingServer(kubeconfig: string): Promise<RewritingServer> {
  const original = parse(kubeconfig)
  const upstreams = new Map<string, {readonly origin: string; readonly agent: Agent}>()
  for (const {name, cluster} of original.clusters) {
    const ca = Buffer.from(cluster['certificate-authority-data'], 'base64').toString()
    upstreams.set(name, {origin: cluster.server, agent: new Agent({connect: {ca}})})
  }
  const state: {rewrite: Rewrite} = {rewrite: () => undefined}
  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => outgoing.destroy())
  })

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const [, name = '', ...rest] = (incoming.url ?? '').split('/')
    const upstream = upstreams.get(name)
    if (upstream === undefined) throw new RangeError(`no cluster "${name}"`)
    const {host: _, connection: __, 'accept-encoding': ___, 'transfer-encoding': ____, ...headers} = incoming.headers
    const abort = new AbortController()
    outgoing.once('close', () => abort.abort())
    const answer = await request(`${upstream.origin}/${rest.join('/')}`, {
      method: incoming.method as 'GET',
      headers,
      body: incoming.method === 'GET' ? null : incoming,
      dispatcher: upstream.agent,
      signal: abort.signal,
    })
    const {'content-length': _length, 'transfer-encoding': _coding, connection: _connection, ...kept} = answer.headers
    outgoing.writeHead(answer.statusCode, kept)
    outgoing.flushHeaders()
    const place = placeOf(incoming.method ?? '', `/${rest.join('/')}`)
    const isWatch = place.startsWith('WATCH')
    let open = ''
    for await (const chunk of answer.body) {
      open += chunk
      for (let end = isWatch ? open.indexOf('\n') : -1; end !== -1; end = open.indexOf('\n')) {
        outgoing.write(`${rewritten(open.slice(0, end), place)}\n`)
        open = open.slice(end + 1)
      }
    }
    outgoing.end(rewritten(open, place))
  }

  function rewritten(text: string, place: string): string {
    try {
      return JSON.stringify(walk(JSON.parse(text), place, []))
    } catch {
      return state.rewrite(text, {request: place, path: []}) ?? text
    }
  }

  function walk(value: unknown, place: string, path: readonly string[]): unknown {
    if (typeof value === 'string') return state.rewrite(value, {request: place, path}) ?? value
    if (Array.isArray(value)) return value.map((each) => walk(each, place, [...path, '*']))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, walk(each, place, [...path, key])]))
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  const clusters = original.clusters.map(({name}: {name: string}) => ({
    name,
    cluster: {server: `http://127.0.0.1:${port}/${name}`},
  }))
  return {
    kubeconfig: stringify({...original, clusters}),
    get rewrite() {
      return state.rewrite
    },
    set rewrite(rewrite) {
      state.rewrite = rewrite
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await Promise.all([...upstreams.values()].map(({agent}) => agent.destroy()))
    },
  }
}

/** `WATCH deployments`, `GET pods/log`, `POST leases`. */
function placeOf(method: string, url: string): string {
  const {pathname, searchParams} = new URL(url, 'http://x')
  const verb = searchParams.has('watch') ? 'WATCH' : method
  const [resource = '', name = '', part = ''] = pathname
    .replace(/^\/(?:api|apis\/[^/]+)\/[^/]+\//, '')
    .replace(/^namespaces\/[^/]+\/(?=.)/, '')
    .split('/')
  return `${verb} ${resource}${name !== '' && part !== '' ? `/${part}` : ''}`
}
