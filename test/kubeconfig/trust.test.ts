import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {stringify} from 'yaml'
import {loadKubeconfig} from '../../src/kube/kubeconfig.ts'
import {type ConnectProxy, startConnectProxy} from '../../src/kube/testing/connect-proxy.ts'
import {type Certificate, createCertificate, startServer, type TestServer} from '../../src/kube/testing/tls-server.ts'
import {systemClock} from '../../src/shared/clock.ts'
import {kubectlOrSkip} from './kubectl.ts'

const kubectl = await kubectlOrSkip()
const never = new AbortController().signal

/** A company's root, the authority of a cluster below it, and the server's own certificate below that. */
const authorities = ['root', 'intermediate', 'leaf', 'other'] as const
type Authority = (typeof authorities)[number]

let folder: string
let pems: Record<Authority, Certificate>
/** One with HTTP/2, one with HTTP/1.1 only. */
let servers: readonly TestServer[]
/** `https://` proxies in front of the first, by what signed their certificate. */
let proxies: Readonly<Record<'leaf' | 'other', ConnectProxy>>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hubspoke-trust-'))
  const root = await createCertificate({subject: 'company root'})
  const intermediate = await createCertificate({subject: 'cluster authority', ca: root})
  const leaf = await createCertificate({subject: 'server', ca: intermediate})
  pems = {root, intermediate, leaf, other: await createCertificate({subject: 'another company'})}
  const certificate = {cert: `${leaf.cert}\n${intermediate.cert}`, key: leaf.key}
  servers = await Promise.all(
    (['h2', 'http/1.1'] as const).map((protocol) =>
      startServer((_request, response) => response.end('{"gitVersion":"v1.36.0"}'), {protocol, certificate}),
    ),
  )
  const to = servers[0]?.port ?? 0
  proxies = {
    leaf: await startConnectProxy({to, certificate}),
    other: await startConnectProxy({to, certificate: pems.other}),
  }
  await mkdir(join(folder, 'folder'))
  await Promise.all([
    writeFile(join(folder, 'root.pem'), root.cert),
    writeFile(join(folder, 'other.pem'), pems.other.cert),
    writeFile(join(folder, 'folder', 'root.pem'), root.cert),
  ])
})
afterAll(async () => {
  await Promise.all([...servers, ...Object.values(proxies)].map((one) => one.close()))
  await rm(folder, {recursive: true})
})

type Variables = Readonly<Record<string, string>>

/** What a shell may have set, and what must not count for more than it does for kubectl. */
const environments: readonly {readonly name: string; readonly env: () => Variables}[] = [
  {name: 'nothing', env: () => ({})},
  {name: 'NODE_TLS_REJECT_UNAUTHORIZED=0', env: () => ({NODE_TLS_REJECT_UNAUTHORIZED: '0'})},
  {name: 'SSL_CERT_FILE with the root', env: () => ({SSL_CERT_FILE: join(folder, 'root.pem')})},
  {name: 'SSL_CERT_FILE with another root', env: () => ({SSL_CERT_FILE: join(folder, 'other.pem')})},
  {name: 'SSL_CERT_FILE that is missing', env: () => ({SSL_CERT_FILE: join(folder, 'none.pem')})},
  {name: 'SSL_CERT_DIR with the root', env: () => ({SSL_CERT_DIR: join(folder, 'folder')})},
  {
    name: 'both, and NODE_TLS_REJECT_UNAUTHORIZED=0',
    env: () => ({
      SSL_CERT_FILE: join(folder, 'other.pem'),
      SSL_CERT_DIR: join(folder, 'folder'),
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    }),
  },
]

const clusters: readonly {readonly name: string; readonly fields: () => Readonly<Record<string, unknown>>}[] = [
  {name: 'no authority', fields: () => ({})},
  {name: 'verification turned off', fields: () => ({'insecure-skip-tls-verify': true})},
  ...authorities.map((name) => ({
    name: `the authority ${name}`,
    fields: () => ({'certificate-authority-data': Buffer.from(pems[name].cert).toString('base64')}),
  })),
]

interface Visit {
  readonly answered: boolean
  /** What the server was told of us. */
  readonly tokens: readonly (string | undefined)[]
}

/** A context of its own for each cell, and one token each, so that what arrives can be told apart. */
async function write(server: string, fields: Readonly<Record<string, unknown>>): Promise<string> {
  const path = join(folder, 'kubeconfig')
  const config = {
    'current-context': 'c',
    clusters: [{name: 'c', cluster: {server, ...fields}}],
    contexts: [{name: 'c', context: {cluster: 'c', user: 'c'}}],
    users: [{name: 'c', user: {token: 't0k'}}],
  }
  await writeFile(path, stringify(config))
  return path
}

async function visitOf(visit: () => Promise<unknown>): Promise<Visit> {
  const before = servers.map(({requests}) => requests.length)
  const answered = await visit().then(
    () => true,
    () => false,
  )
  const told = servers.flatMap(({requests}, index) => requests.slice(before[index]))
  const tokens = told.map(
    ({headers}) => headers[headers.findIndex((word) => word.toLowerCase() === 'authorization') + 1],
  )
  return {answered, tokens: [...new Set(tokens)]}
}

const byKubectl = (path: string, env: Variables): Promise<Visit> =>
  visitOf(async () =>
    kubectl?.(['--kubeconfig', path, 'get', '--raw', '/version', '--request-timeout', '5s'], {HOME: folder, ...env}),
  )

const byUs = (path: string, env: Variables): Promise<Visit> =>
  visitOf(async () => {
    const kubeconfig = await loadKubeconfig({path, env, homeDir: folder, clock: systemClock})
    const access = kubeconfig.open('c')
    // Node looks at this one wherever an option is left out.
    if (env.NODE_TLS_REJECT_UNAUTHORIZED) process.env.NODE_TLS_REJECT_UNAUTHORIZED = env.NODE_TLS_REJECT_UNAUTHORIZED
    try {
      return await access.serverVersion(never)
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
      await access.close()
    }
  })

describe.skipIf(!kubectl)('a server is trusted as kubectl trusts it', () => {
  test.each(clusters.flatMap(({name, fields}) => environments.map(({name: set, env}) => ({name, set, fields, env}))))(
    '$name in the kubeconfig, $set in the environment',
    async ({fields, env}) => {
      for (const server of servers) {
        const path = await write(server.url, fields())
        const theirs = await byKubectl(path, env())
        expect(await byUs(path, env())).toEqual(theirs)
        expect(theirs.tokens).toEqual(theirs.answered ? ['Bearer t0k'] : [])
      }
    },
    30_000,
  )
})

describe.skipIf(!kubectl)('an https:// proxy is trusted as kubectl trusts it', () => {
  test.each(
    clusters.flatMap(({name, fields}) =>
      (['leaf', 'other'] as const).flatMap((proxy) =>
        [0, 1, 3].map((index) => ({name, fields, proxy, ...environment(index)})),
      ),
    ),
  )(
    '$name in the kubeconfig, a proxy certified by $proxy, $set in the environment',
    async ({fields, proxy, env}) => {
      const proxyUrl = `https://jane:s3cret@127.0.0.1:${proxies[proxy].port}`
      const path = await write(servers[0]?.url ?? '', {...fields(), 'proxy-url': proxyUrl})
      const asked = async (visit: Promise<Visit>) => {
        const before = proxies[proxy].credentials.length
        const {answered, tokens} = await visit
        return {answered, tokens, told: new Set(proxies[proxy].credentials.slice(before))}
      }
      const theirs = await asked(byKubectl(path, env()))
      const ours = await asked(byUs(path, env()))
      expect(ours).toEqual(theirs)
    },
    30_000,
  )
})

const environment = (index: number) => ({
  set: environments[index]?.name ?? '',
  env: environments[index]?.env ?? (() => ({})),
})
