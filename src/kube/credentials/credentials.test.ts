import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {createCredentials} from './credentials.ts'
import type {ExecCredentials} from './exec-credentials.ts'
import {ExecPluginError} from './exec-plugin-error.ts'
import type {ClusterEntry, UserEntry} from './kubeconfig-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hubspoke-credentials-'))
})
afterAll(() => rm(folder, {recursive: true}))

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Not parsed before a connection is opened. */
const pem = '-----BEGIN CERTIFICATE-----'

const cluster: ClusterEntry = {
  server: 'https://prod.test',
  caData: base64(pem),
  caFile: '',
  skipTlsVerify: false,
  tlsServerName: '',
  proxyUrl: '',
}

const emptyUser: UserEntry = {
  certData: '',
  certFile: '',
  keyData: '',
  keyFile: '',
  token: '',
  tokenFile: '',
  username: '',
  password: '',
  exec: undefined,
  authProvider: undefined,
  impersonate: undefined,
}

const execEntry = {
  apiVersion: 'client.authentication.k8s.io/v1',
  command: 'aws',
  args: [],
  env: {},
  installHint: 'Install\nit.',
  interactive: 'Never',
  provideClusterInfo: false,
} as const

interface Setting {
  readonly user?: Partial<UserEntry> | undefined
  readonly cluster?: Partial<ClusterEntry>
  readonly exec?: Partial<ExecCredentials>
}

function credentialsOf({user, cluster: more, exec}: Setting) {
  let now = 0
  const credentials = createCredentials(
    {name: 'prod', userName: 'jane', cluster: {...cluster, ...more}, user: user && {...emptyUser, ...user}},
    {
      exec: {current: () => Promise.reject(new Error('not asked for')), drop: () => undefined, ...exec},
      clock: {now: () => now, date: () => new Date('2026-01-01T00:00:00Z')},
    },
  )
  return {
    ...credentials,
    advance(ms: number) {
      now += ms
    },
  }
}

test.each([
  {because: 'a token', user: {token: 'abc'}, headers: {authorization: 'Bearer abc'}},
  {
    because: 'a name and a password',
    user: {username: 'jane', password: 'p:w'},
    headers: {authorization: `Basic ${base64('jane:p:w')}`},
  },
  {because: 'nothing', user: {}, headers: {}},
  {because: 'no user at all', user: undefined, headers: {}},
  {
    because: 'impersonation',
    user: {token: 'abc', impersonate: {user: 'joe', uid: '7', groups: ['dev', 'ops'], extra: {'a/b': ['1']}}},
    headers: {
      authorization: 'Bearer abc',
      'Impersonate-User': 'joe',
      'Impersonate-Uid': '7',
      'impersonate-group': 'dev',
      'Impersonate-group': 'ops',
      'impersonate-extra-a%2fb': '1',
    },
  },
])('headers of $because', async ({user, headers}) => {
  expect(await credentialsOf({user}).current()).toEqual({headers, tls: {ca: Buffer.from(pem)}})
})

test('a connection uses CA, certificate, key and the name to verify', async () => {
  const user = {certData: base64('CERT'), keyData: base64('KEY')}
  const {tls} = await credentialsOf({
    user,
    cluster: {tlsServerName: 'api.internal', skipTlsVerify: true, caData: ''},
  }).current()
  expect(tls).toEqual({
    cert: Buffer.from('CERT'),
    key: Buffer.from('KEY'),
    servername: 'api.internal',
    rejectUnauthorized: false,
  })
})

test('data takes precedence over files, and a token file over a token', async () => {
  const file = join(folder, 'token')
  await writeFile(file, 'from-file\n')
  const user = {
    certData: base64('CERT'),
    certFile: '/nowhere',
    keyData: base64('KEY'),
    keyFile: '/nowhere',
    token: 'old',
    tokenFile: file,
  }
  const {headers, tls} = await credentialsOf({user, cluster: {caFile: '/nowhere'}}).current()
  expect(headers).toEqual({authorization: 'Bearer from-file'})
  expect(tls).toMatchObject({cert: Buffer.from('CERT'), ca: Buffer.from(pem)})
})

test('a server without TLS is accepted as configured', async () => {
  const {headers} = await credentialsOf({
    user: {token: 'abc'},
    cluster: {server: 'http://127.0.0.1:8080', caData: ''},
  }).current()
  expect(headers).toEqual({authorization: 'Bearer abc'})
})

test('the TLS material is the same object as long as nothing in it changes', async () => {
  const file = join(folder, 'ca')
  await writeFile(file, `${pem} one`)
  const {current, advance} = credentialsOf({user: {token: 'abc'}, cluster: {caData: '', caFile: file}})
  const first = (await current()).tls
  advance(10_000)
  expect((await current()).tls).toBe(first)
  await writeFile(file, `${pem} two`)
  advance(10_000)
  expect((await current()).tls.ca).toEqual(Buffer.from(`${pem} two`))
})

test('a token file is read again after a refusal, once for all refused requests', async () => {
  const file = join(folder, 'rotating')
  await writeFile(file, 'one')
  const {current, renewed} = credentialsOf({user: {tokenFile: file}})
  const [refused] = await Promise.all([current(), current()])
  await writeFile(file, 'two')
  expect((await current()).headers).toEqual({authorization: 'Bearer one'})
  const [first, second] = await Promise.all([renewed(refused), renewed(refused)])
  expect(first.headers).toEqual({authorization: 'Bearer two'})
  expect(second).toBe(first)
})

test('an exec plugin gives token and certificate, and is asked again after a refusal', async () => {
  const dropped: string[] = []
  const tokens = ['one', 'two']
  const exec: Partial<ExecCredentials> = {
    current: async () => ({token: tokens[dropped.length] ?? '', cert: 'CERT', key: 'KEY', expiresAt: 1234}),
    drop: (_user, {token}) => dropped.push(token),
  }
  const {current, renewed} = credentialsOf({user: {exec: execEntry}, exec})
  const first = await current()
  expect(first).toEqual({
    headers: {authorization: 'Bearer one'},
    tls: {ca: Buffer.from(pem), cert: 'CERT', key: 'KEY'},
    expiresAt: 1234,
    renewed: true,
  })
  expect((await renewed(first)).headers).toEqual({authorization: 'Bearer two'})
  expect(dropped).toEqual(['one'])
})

test('a failing plugin is named, with its hint, and without its output', async () => {
  const exec = {current: () => Promise.reject(new ExecPluginError('failed with exit code 1'))}
  await expect(credentialsOf({user: {exec: execEntry}, exec}).current()).rejects.toMatchObject({
    failureClass: 'unauthenticated',
    message: 'The command aws for the credentials of context "prod" failed with exit code 1.',
    suggestions: ['Install it.', 'kubectl --context prod auth whoami'],
    refused: true,
  })
})

test.each([
  {
    because: 'a file',
    user: {tokenFile: '/nowhere/token'},
    says: 'There are no credentials for context "prod": file /nowhere/token does not exist.',
  },
  {
    because: 'an auth-provider',
    user: {authProvider: {name: 'oidc', config: {'id-token': 'secret.secret.secret'}}},
    says: 'There are no credentials for context "prod": its auth-provider oidc has an id-token that has no expiry; hubspoke does not renew it.',
  },
])('an error names what is wrong with $because', async ({user, says}) => {
  const error = await credentialsOf({user})
    .current()
    .then(
      () => undefined,
      (reason: Error) => reason,
    )
  expect(error).toMatchObject({failureClass: 'unauthenticated', message: says})
  expect(error?.cause).toBeUndefined()
})
