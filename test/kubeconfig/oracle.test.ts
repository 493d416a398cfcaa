import {delimiter, join, resolve} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {createCredentials} from '../../src/kube/credentials/credentials.ts'
import {readEntries, resolveContext} from '../../src/kube/credentials/resolve-context.ts'
import {loadKubeconfig} from '../../src/kube/kubeconfig.ts'
import {HubspokeError} from '../../src/model/failure.ts'
import {systemClock} from '../../src/shared/clock.ts'
import {externalText} from '../../src/shared/external-text.ts'
import {kubectlOrSkip} from './kubectl.ts'
import {type Prepared, prepareKubeconfigs} from './prepare-kubeconfigs.ts'
import type {Visitor} from './recording-server.ts'

const kubectl = await kubectlOrSkip()
const never = new AbortController().signal

let prepared: Prepared
let team: Record<string, string>
beforeAll(async () => {
  prepared = await prepareKubeconfigs()
  const files = ['team/shared.yaml', 'team/missing.yaml', 'private.yaml'].map((name) => join(prepared.folder, name))
  team = {KUBECONFIG: files.join(delimiter), HOME: prepared.folder}
})
afterAll(() => prepared?.close())

const clouds = () => ({KUBECONFIG: join(prepared.folder, 'clouds.yaml'), HOME: prepared.folder})
const kubeconfigs = [
  {name: 'of three clouds', env: clouds},
  {name: 'of a team, and a private one', env: () => team},
]

/** The part of kubectl's JSON that says how a context is reached. */
interface View {
  readonly clusters: readonly {readonly cluster: Readonly<Record<string, unknown>>}[]
  readonly users: readonly {readonly user: Readonly<Record<string, unknown>>}[] | null
  readonly contexts: readonly {readonly name: string; readonly context: Readonly<Record<string, string>>}[]
  readonly 'current-context': string
}

describe.skipIf(!kubectl)('as kubectl sees it', () => {
  async function view(words: readonly string[], env: Record<string, string>): Promise<View> {
    return JSON.parse((await kubectl?.(['config', 'view', '--flatten', '-o', 'json', ...words], env)) ?? '')
  }

  test.each(kubeconfigs)('the contexts of the kubeconfig $name', async ({env}) => {
    const theirs = await view([], env())
    const {contexts, currentContext} = await loadKubeconfig({env: env(), homeDir: prepared.folder, clock: systemClock})
    expect(contexts.map(({name, namespace}) => ({name, namespace})).toSorted(byName)).toEqual(
      theirs.contexts.map(({name, context}) => ({name, namespace: context.namespace ?? 'default'})).toSorted(byName),
    )
    expect(currentContext).toBe(theirs['current-context'])
  })

  test.each(kubeconfigs)('cluster and user of every context of the kubeconfig $name', async ({env}) => {
    const {contexts} = await view([], env())
    for (const {name} of contexts) {
      const theirs = await view(['--minify', '--context', name], env())
      expect({name, is: await resolvedByUs(name, env())}).toEqual({name, is: resolvedByThem(theirs)})
    }
  })

  test('what a server receives, with every kind of credentials', async () => {
    const kubeconfig = await loadKubeconfig({env: team, homeDir: prepared.folder, clock: systemClock})
    // Without credentials kubectl prompts for a name.
    const names = kubeconfig.contexts.map(({name}) => name).filter((name) => name !== 'nobody')
    const visits = async (name: string): Promise<void> => {
      await kubectl?.(['get', '--raw', `/kubectl/${name}`, '--context', name], team)
      const access = kubeconfig.open(name)
      await access.configMaps.read('hubspoke', name, never)
      await access.close()
    }
    await Promise.all(names.map(visits))
    expect(kubeconfig.open('proxied').cost().connections).toBe(1)
    for (const name of names) {
      const ours = visitor(`/api/v1/namespaces/hubspoke/configmaps/${name}`)
      expect({name, ...ours}).toEqual({name, ...visitor(`/kubectl/${name}`)})
    }
    expect(new Set(prepared.proxy.asked)).toEqual(new Set([`k8s.test:${prepared.server.port}`]))
    expect(new Set(prepared.proxy.credentials).size).toBe(1)
  }, 60_000)

  test.each([
    {because: 'HTTPS_PROXY names one', more: {}, isAsked: true},
    {because: 'NO_PROXY names another server', more: {NO_PROXY: 'other.test,10.0.0.0/8'}, isAsked: true},
    {because: 'NO_PROXY names the server', more: {NO_PROXY: 'other.test,.K8S.test,k8s.test'}, isAsked: false},
  ])('a proxy of the environment is asked as kubectl asks it where $because', async ({more, isAsked}) => {
    const HTTPS_PROXY = `http://jane:pass%20word@127.0.0.1:${prepared.proxy.port}`
    const KUBECONFIG = join(prepared.folder, 'proxy-of-the-environment.yaml')
    const env = {KUBECONFIG, HTTPS_PROXY, HOME: prepared.folder, ...more}
    const asked = async (visit: () => Promise<unknown> | undefined) => {
      const before = prepared.proxy.asked.length
      // Without a proxy an invented name cannot be resolved.
      const end = await Promise.resolve(visit()).then(
        () => 'answered',
        () => 'failed',
      )
      return {end, asked: prepared.proxy.asked.slice(before)}
    }
    const theirs = await asked(() => kubectl?.(['get', '--raw', '/version', '--request-timeout', '5s'], env))
    const access = (await loadKubeconfig({env, homeDir: prepared.folder, clock: systemClock})).open('by-name')
    const ours = await asked(() => access.serverVersion(never))
    await access.close()
    expect(new Set(ours.asked)).toEqual(new Set(theirs.asked))
    expect(ours.end).toBe(theirs.end)
    expect(ours).toMatchObject(isAsked ? {end: 'answered'} : {end: 'failed', asked: []})
  })

  function visitor(path: string): Visitor & {readonly told?: unknown} {
    const found = prepared.server.visitors.get(path) ?? prepared.otherServer.visitors.get(path)
    if (found === undefined) throw new Error(`no request for ${path}`)
    const token = found.authorization?.match(/^Bearer (\S{30,})$/)?.[1]
    return token ? {...found, authorization: 'told', told: JSON.parse(`${Buffer.from(token, 'base64url')}`)} : found
  }
})

const byName = (a: {readonly name: string}, b: {readonly name: string}): number => (a.name < b.name ? -1 : 1)

async function resolvedByUs(name: string, env: Record<string, string>): Promise<unknown> {
  const read = await readEntries({env, homeDir: prepared.folder})
  if (read === undefined) throw new Error('nothing was read')
  const {contexts, clusters} = read.entries
  const server = clusters.get(contexts.get(name)?.cluster ?? '')?.server ?? ''
  const resolved = resolveContext(read.entries, {name, server, namespace: ''})
  if (resolved instanceof HubspokeError) throw resolved
  const {cluster, user} = resolved
  const plugin = {current: async () => ({token: '', cert: '', key: '', expiresAt: undefined}), drop: () => undefined}
  const {headers, tls} = await createCredentials(resolved, {exec: plugin, clock: systemClock}).current()
  return {
    server: cluster.server,
    ca: base64(tls.ca),
    cert: base64(tls.cert),
    key: base64(tls.key),
    skipTlsVerify: tls.rejectUnauthorized === false,
    servername: tls.servername,
    proxyUrl: cluster.proxyUrl || undefined,
    authorization: headers.authorization,
    exec: user?.exec && {
      command: user.exec.command,
      args: user.exec.args,
      env: user.exec.env,
      apiVersion: user.exec.apiVersion,
      installHint: user.exec.installHint,
      interactive: user.exec.interactive,
      provideClusterInfo: user.exec.provideClusterInfo,
    },
    impersonate: user?.impersonate,
  }
}

const base64 = (pem: string | Buffer | undefined): string | undefined =>
  pem === undefined ? undefined : Buffer.from(pem).toString('base64')

/** kubectl leaves paths of token files and plugins as the file spells them; client-go starts at the folder of the file. */
function resolvedByThem({clusters, users}: View): unknown {
  const cluster = clusters[0]?.cluster ?? {}
  const user = users?.[0]?.user ?? {}
  const exec = user.exec as Record<string, unknown> | undefined
  const path = (text: unknown): string =>
    String(text).includes('/') ? resolve(prepared.folder, String(text)) : String(text)
  return {
    server: cluster.server,
    ca: cluster['certificate-authority-data'],
    cert: user['client-certificate-data'],
    key: user['client-key-data'],
    skipTlsVerify: cluster['insecure-skip-tls-verify'] === true,
    servername: cluster['tls-server-name'],
    proxyUrl: cluster['proxy-url'],
    authorization: authorizationOf(user),
    exec: exec && {
      command: path(exec.command),
      args: exec.args ?? [],
      env: Object.fromEntries(
        ((exec.env ?? []) as {name: string; value: string}[]).map(({name, value}) => [name, value]),
      ),
      apiVersion: exec.apiVersion,
      installHint: externalText(String(exec.installHint ?? '')),
      interactive: exec.interactiveMode,
      provideClusterInfo: exec.provideClusterInfo,
    },
    impersonate:
      user.as === undefined
        ? undefined
        : {
            user: user.as,
            uid: user['as-uid'] ?? '',
            groups: user['as-groups'] ?? [],
            extra: user['as-user-extra'] ?? {},
          },
  }
}

function authorizationOf(user: Readonly<Record<string, unknown>>): string | undefined {
  if (user.tokenFile !== undefined) return 'Bearer from-a-file'
  if (user.token !== undefined) return `Bearer ${user.token}`
  if (user.username === undefined) return undefined
  return `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`
}
