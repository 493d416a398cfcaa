import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {stringify} from 'yaml'
import {loadKubeconfig} from '../../src/kube/kubeconfig.ts'
import {type Certificate, createCertificate} from '../../src/kube/testing/tls-server.ts'
import type {HubspokeError} from '../../src/model/failure.ts'
import {systemClock} from '../../src/shared/clock.ts'
import {kubectlOrSkip} from './kubectl.ts'
import {type RecordingServer, startRecordingServer} from './recording-server.ts'

const kubectl = await kubectlOrSkip()
const never = new AbortController().signal

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const jwt = (exp: number): string =>
  [{alg: 'RS256'}, {exp}].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
const inAnHour = Math.floor(Date.now() / 1000) + 3600

let folder: string
let server: RecordingServer
let pems: Record<'server' | 'data' | 'file' | 'plugin', Certificate>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hubspoke-pairs-'))
  const [own, data, file, plugin] = await Promise.all(
    ['server', 'data', 'file', 'plugin'].map((subject) => createCertificate({subject})),
  )
  if (!own || !data || !file || !plugin) throw new Error('no certificates')
  pems = {server: own, data, file, plugin}
  server = await startRecordingServer(own)
  const status = JSON.stringify({token: 'from-plugin'})
  const pair = JSON.stringify({clientCertificateData: plugin.cert, clientKeyData: plugin.key})
  await Promise.all([
    writeFile(join(folder, 'token'), 'from-file\n'),
    writeFile(join(folder, 'cert.pem'), file.cert),
    writeFile(join(folder, 'key.pem'), file.key),
    writeFile(join(folder, 'token.cjs'), pluginWith(status)),
    writeFile(join(folder, 'pair.cjs'), pluginWith(pair)),
    writeFile(join(folder, 'fails.cjs'), `${noted}\nprocess.exit(1)`),
  ])
})
afterAll(async () => {
  await server?.close()
  await rm(folder, {recursive: true})
})

const noted = `require('node:fs').appendFileSync(process.env.STARTS, 'x')`
const pluginWith = (status: string) => `${noted}
console.log(JSON.stringify({apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: ${status}}))`

type Fields = Readonly<Record<string, unknown>>

interface Way {
  readonly name: string
  readonly user?: () => Fields
  /** User information in the URL of the server. */
  readonly userInfo?: string
}

const exec = (file: string) => ({
  exec: {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: process.execPath,
    args: [join(folder, file)],
    interactiveMode: 'Never',
  },
})
const provider = (name: string, config: Fields = {}) => ({'auth-provider': {name, config}})
const oidc = (exp: number) =>
  provider('oidc', {'idp-issuer-url': 'https://127.0.0.1:1', 'client-id': 'c', 'id-token': `${jwt(exp)}.c2ln`})

/** Every field that says who we are, in the forms that it has. */
const ways: readonly Way[] = [
  {name: 'nothing', user: () => ({})},
  {name: 'a token', user: () => ({token: 'inline'})},
  {name: 'a token file', user: () => ({tokenFile: join(folder, 'token')})},
  {name: 'a token file that is missing', user: () => ({tokenFile: join(folder, 'none')})},
  {name: 'a name and a password', user: () => ({username: 'jane', password: 'p:w'})},
  {name: 'a name alone', user: () => ({username: 'jane'})},
  {name: 'a password alone', user: () => ({password: 'p:w'})},
  {
    name: 'certificate data',
    user: () => ({'client-certificate-data': base64(pems.data.cert), 'client-key-data': base64(pems.data.key)}),
  },
  {
    name: 'certificate files',
    user: () => ({'client-certificate': join(folder, 'cert.pem'), 'client-key': join(folder, 'key.pem')}),
  },
  {name: 'a certificate without its key', user: () => ({'client-certificate-data': base64(pems.data.cert)})},
  {name: 'a key without a certificate', user: () => ({'client-key-data': base64(pems.data.key)})},
  {name: 'a plugin with a token', user: () => exec('token.cjs')},
  {name: 'a plugin with a certificate', user: () => exec('pair.cjs')},
  {name: 'a plugin that fails', user: () => exec('fails.cjs')},
  {name: 'auth-provider gcp', user: () => provider('gcp', {'access-token': 'old'})},
  {name: 'auth-provider azure', user: () => provider('azure', {'access-token': 'old'})},
  {name: 'auth-provider oidc', user: () => oidc(inAnHour)},
  {name: 'auth-provider oidc, ended', user: () => oidc(1_700_000_000)},
  {name: 'an auth-provider of another name', user: () => provider('other')},
  {name: 'user information in the URL', userInfo: 'url:p%40ss@'},
  {name: 'impersonation', user: () => ({as: 'joe', 'as-groups': ['dev']})},
  {name: 'groups without a user to impersonate', user: () => ({'as-groups': ['dev']})},
]

const pairs = ways.flatMap((one, index) => ways.slice(index).map((other) => ({one, other})))

/**
 * Where we go beyond kubectl, which refuses the file: of certificate data and a certificate file, the data counts, as in
 * client-go itself.
 */
const beyond = ({one, other}: (typeof pairs)[number]): boolean => {
  const names = [one.name, other.name]
  return (
    names.includes('certificate files') &&
    names.some((name) => /^certificate data$|^a certificate without|^a key without/.test(name))
  )
}

/** A context without credentials goes without; kubectl asks at the terminal, which is not there. */
const asksForName = (error: unknown): boolean =>
  error instanceof Error && 'stdout' in error && `${error.stdout}`.includes('Username')

const writeConfig = async ({one, other}: (typeof pairs)[number]): Promise<string> => {
  const path = join(folder, 'kubeconfig')
  const config = {
    'current-context': 'c',
    clusters: [
      {
        name: 'c',
        cluster: {
          server: `https://${one.userInfo ?? other.userInfo ?? ''}127.0.0.1:${server.port}`,
          'certificate-authority-data': base64(pems.server.cert),
        },
      },
    ],
    contexts: [{name: 'c', context: {cluster: 'c', user: 'c'}}],
    users: [{name: 'c', user: {...one.user?.(), ...other.user?.()}}],
  }
  await writeFile(path, stringify(config))
  return path
}

interface Seen {
  readonly answered: boolean
  readonly visitor: unknown
  readonly pluginStarted: boolean
}

async function seen(
  path: string,
  visit: (env: Readonly<Record<string, string>>) => Promise<unknown>,
): Promise<Seen & {readonly error: unknown}> {
  const starts = join(folder, 'starts')
  await writeFile(starts, '')
  const error = await visit({STARTS: starts, HOME: folder}).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  const {authorization, certificate, impersonates} = server.visitors.get(path) ?? {}
  return {
    answered: error === undefined,
    visitor: {authorization, certificate, impersonates},
    pluginStarted: (await readFile(starts, 'utf8')) !== '',
    error,
  }
}

describe.skipIf(!kubectl)('what a server is told of us is what kubectl tells, with', () => {
  test.each(pairs.map((pair, index) => ({...pair, index})))(
    '$one.name, and $other.name',
    async (pair) => {
      const path = await writeConfig(pair)
      const {error: theirError, ...theirs} = await seen(`/kubectl/${pair.index}`, async (env) =>
        kubectl?.(['--kubeconfig', path, 'get', '--raw', `/kubectl/${pair.index}`], env),
      )
      const {error, ...ours} = await seen(`/api/v1/namespaces/hubspoke/configmaps/${pair.index}`, async (env) => {
        const kubeconfig = await loadKubeconfig({
          path,
          env: {...process.env, ...env},
          homeDir: folder,
          clock: systemClock,
        })
        const access = kubeconfig.open('c')
        await access.configMaps.read('hubspoke', `${pair.index}`, never).finally(() => access.close())
      })
      if (beyond(pair) || asksForName(theirError)) {
        expect(theirs.answered).toBe(false)
        return
      }
      expect({...ours, why: String(error ?? '')}).toEqual({...theirs, why: theirs.answered ? '' : expect.any(String)})
      if (error !== undefined) expect((error as HubspokeError).failureClass).toBe('unauthenticated')
    },
    30_000,
  )
})
