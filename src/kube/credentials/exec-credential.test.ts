import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {systemClock} from '../../shared/clock.ts'
import {parseExecCredential, runExecPlugin} from './exec-credential.ts'
import {createExecCredentials} from './exec-credentials.ts'
import {ExecPluginError} from './exec-plugin-error.ts'
import type {ClusterEntry, ExecEntry} from './kubeconfig-file.ts'

const cluster: ClusterEntry = {
  server: 'https://prod.test',
  caData: 'Q0E=',
  caFile: '',
  skipTlsVerify: false,
  tlsServerName: '',
  proxyUrl: '',
}

/** A plugin as one line of JavaScript. */
const plugin = (code: string, more: Partial<ExecEntry> = {}): ExecEntry => ({
  apiVersion: 'client.authentication.k8s.io/v1',
  command: process.execPath,
  args: ['-e', code],
  env: {},
  installHint: '',
  interactive: 'IfAvailable',
  provideClusterInfo: false,
  ...more,
})

const surroundings = {env: process.env, isTerminal: false, clock: systemClock}
const print = (status: string) => `console.log(JSON.stringify({kind: 'ExecCredential', status: ${status}}))`

async function whyNot(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ExecPluginError)
  return (error as ExecPluginError).why
}

test('a plugin prints a token, with or without an expiry', async () => {
  const code = print(`{token: ' abc\\n', expirationTimestamp: '2026-01-01T00:00:00Z'}`)
  expect(await runExecPlugin(plugin(code), cluster, surroundings)).toEqual({
    token: 'abc',
    cert: '',
    key: '',
    expiresAt: Date.parse('2026-01-01T00:00:00Z'),
  })
})

test('a plugin prints a certificate with its key', () => {
  const output = JSON.stringify({kind: 'ExecCredential', status: {clientCertificateData: 'CERT', clientKeyData: 'KEY'}})
  expect(parseExecCredential(output)).toEqual({token: '', cert: 'CERT', key: 'KEY', expiresAt: undefined})
})

test('a plugin gets the information of client-go, with the environment of its entry', async () => {
  const code = print(`{token: process.env.KUBERNETES_EXEC_INFO + process.env.PROFILE}`)
  const told = async (exec: ExecEntry) => (await runExecPlugin(exec, cluster, surroundings)).token
  const info = {apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', spec: {interactive: false}}
  expect(await told(plugin(code, {env: {PROFILE: 'blue'}}))).toBe(`${JSON.stringify(info)}blue`)
  const withCluster = {
    ...info,
    spec: {
      interactive: false,
      cluster: {server: 'https://prod.test', 'certificate-authority-data': 'Q0E=', config: null},
    },
  }
  expect(await told(plugin(code, {env: {PROFILE: ''}, provideClusterInfo: true}))).toBe(JSON.stringify(withCluster))
})

test('a plugin gets the whole cluster: the CA from its file, the proxy from the environment, the config of the entry', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hubspoke-plugin-'))
  await writeFile(join(folder, 'ca'), 'CA')
  const full = {...cluster, caData: '', caFile: join(folder, 'ca'), execConfig: {audience: 7}}
  const env = {...surroundings.env, HTTPS_PROXY: 'http://proxy.test:3128'}
  const exec = plugin(print('{token: process.env.KUBERNETES_EXEC_INFO}'), {provideClusterInfo: true})
  const told = JSON.parse((await runExecPlugin(exec, full, {...surroundings, env})).token)
  await rm(folder, {recursive: true})
  expect(told.spec.cluster).toEqual({
    server: 'https://prod.test',
    'certificate-authority-data': 'Q0E=',
    'proxy-url': 'http://proxy.test:3128',
    config: {audience: 7},
  })
})

test('a plugin that reads its input gets an empty one', async () => {
  const code = `process.stdin.resume().on('end', () => ${print(`{token: 'abc'}`)})`
  expect((await runExecPlugin(plugin(code), cluster, surroundings)).token).toBe('abc')
})

test.each([
  {because: 'it fails', exec: plugin(`console.error('secret'); process.exit(3)`), why: 'failed with exit code 3'},
  {because: 'it prints something else', exec: plugin(`console.log('secret')`), why: 'did not print JSON'},
  {because: 'it prints an empty status', exec: plugin(print('{}')), why: 'printed no credentials'},
  {
    because: 'it prints another kind',
    exec: plugin(`console.log('{"status": {"token": "x"}}')`),
    why: 'printed no credentials',
  },
  {
    because: 'it prints half a certificate',
    exec: plugin(print(`{clientCertificateData: 'x'}`)),
    why: 'printed no credentials',
  },
  {
    because: 'it prints without end',
    exec: plugin(`setInterval(() => process.stdout.write('x'.repeat(1e6)), 1)`),
    why: 'printed far more than credentials',
  },
  {
    because: 'it is killed',
    exec: plugin(`process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1e3)`),
    why: 'did not end in time',
  },
  {because: 'it does not exist', exec: plugin('', {command: 'no-such-plugin-at-all'}), why: 'was not found'},
  {
    because: 'it must prompt, and there is no terminal',
    exec: plugin(print(`{token: 'x'}`), {interactive: 'Always'}),
    why: 'needs a terminal to ask for input',
  },
])('no credentials where $because, and its output is not shown', async ({exec, why}) => {
  expect(await whyNot(runExecPlugin(exec, cluster, surroundings))).toBe(why)
})

function countingRun(answers: readonly {token: string; expiresAt?: number}[]) {
  const calls: string[] = []
  let running = 0
  let most = 0
  return {
    calls,
    most: () => most,
    async run(exec: ExecEntry, {server}: ClusterEntry) {
      running++
      most = Math.max(most, running)
      calls.push(`${exec.args.join()} ${server}`)
      await new Promise((resolve) => setImmediate(resolve))
      running--
      const {token, expiresAt} = answers[Math.min(calls.length, answers.length) - 1] ?? {token: ''}
      return {token, cert: '', key: '', expiresAt}
    },
  }
}

const user = (name: string, more: Partial<ExecEntry> = {}, server = 'https://prod.test') => ({
  name,
  exec: plugin(name, more),
  cluster: {...cluster, server},
})

test('one process serves all requests for a user, in any context', async () => {
  const {calls, run} = countingRun([{token: 'a'}])
  const credentials = createExecCredentials(surroundings, () => 0, run)
  const asked = [...Array(10)].map((_, index) => credentials.current(user('jane', {}, `https://${index}.test`)))
  expect(new Set((await Promise.all(asked)).map(({token}) => token))).toEqual(new Set(['a']))
  await credentials.current(user('jane'))
  expect(calls).toHaveLength(1)
})

test('a plugin that gets the cluster is run for each cluster', async () => {
  const {calls, run} = countingRun([{token: 'a'}])
  const credentials = createExecCredentials(surroundings, () => 0, run)
  await credentials.current(user('jane', {provideClusterInfo: true}, 'https://a.test'))
  await credentials.current(user('jane', {provideClusterInfo: true}, 'https://b.test'))
  expect(calls).toHaveLength(2)
})

test.each([
  {interactive: 'Never', most: 8, because: 'a machine can run only so many processes'},
  {interactive: 'Always', most: 1, because: 'a user cannot answer fifty prompts at once'},
] as const)('at most $most at once with interactiveMode $interactive: $because', async ({interactive, most}) => {
  const counted = countingRun([{token: 'a'}])
  const credentials = createExecCredentials({...surroundings, isTerminal: true}, () => 0, counted.run)
  await Promise.all([...Array(20)].map((_, index) => credentials.current(user(`user-${index}`, {interactive}))))
  expect(counted.most()).toBe(most)
  expect(counted.calls).toHaveLength(20)
})

test.each([
  {at: 89_999, calls: 1, because: 'it is valid for ten seconds more'},
  {at: 90_000, calls: 2, because: 'it may expire before the request arrives'},
  {at: 200_000, calls: 2, because: 'it has expired'},
])(
  'a credential that expires after 100 s is requested $calls times by second $at / 1000: $because',
  async ({at, calls}) => {
    let now = 0
    const counted = countingRun([
      {token: 'a', expiresAt: 100_000},
      {token: 'b', expiresAt: 300_000},
    ])
    const credentials = createExecCredentials(surroundings, () => now, counted.run)
    await credentials.current(user('jane'))
    now = at
    await credentials.current(user('jane'))
    expect(counted.calls).toHaveLength(calls)
  },
)

test('a credential with a lifetime of seconds is used for half of it', async () => {
  let now = 0
  const counted = countingRun([{token: 'a', expiresAt: 4_000}])
  const credentials = createExecCredentials(surroundings, () => now, counted.run)
  await credentials.current(user('jane'))
  now = 1_900
  await credentials.current(user('jane'))
  expect(counted.calls).toHaveLength(1)
})

test.each([
  {hours: 1, because: 'it seems expired at once, so it is used until the server refuses it'},
  {hours: -1, because: 'it seems valid for longer, so it is used until the server refuses it'},
])('with a clock $hours h off, a credential with a lifetime of 15 min is requested once: $because', async ({hours}) => {
  let now = hours * 3_600_000
  const counted = countingRun([
    {token: 'a', expiresAt: 900_000},
    {token: 'b', expiresAt: 1_800_000},
  ])
  const credentials = createExecCredentials(surroundings, () => now, counted.run)
  const first = await credentials.current(user('jane'))
  now += 60_000
  await credentials.current(user('jane'))
  expect(counted.calls).toHaveLength(1)
  credentials.drop(user('jane'), first)
  expect((await credentials.current(user('jane'))).token).toBe('b')
})

test('a credential that the server refused is replaced once, however many requests were refused with it', async () => {
  const counted = countingRun([{token: 'a'}, {token: 'b'}])
  const credentials = createExecCredentials(surroundings, () => 0, counted.run)
  const first = await credentials.current(user('jane'))
  credentials.drop(user('jane'), first)
  expect((await credentials.current(user('jane'))).token).toBe('b')
  credentials.drop(user('jane'), first)
  expect((await credentials.current(user('jane'))).token).toBe('b')
  expect(counted.calls).toHaveLength(2)
})

test('a plugin that failed is run again', async () => {
  let turn = 0
  const credentials = createExecCredentials(
    surroundings,
    () => 0,
    async () => {
      if (turn++ === 0) throw new ExecPluginError('failed')
      return {token: 'b', cert: '', key: '', expiresAt: undefined}
    },
  )
  await expect(credentials.current(user('jane'))).rejects.toThrow('failed')
  expect((await credentials.current(user('jane'))).token).toBe('b')
})

test('credentials are used although a child process of the plugin still runs', async () => {
  const code = `require('child_process').spawn('sleep', ['20'], {stdio: 'inherit', detached: true}).unref(); ${print(`{token: 'abc'}`)}`
  const limits = {afterExitMs: 50}
  expect((await runExecPlugin(plugin(code), cluster, {...surroundings, limits})).token).toBe('abc')
})

test('a plugin that exceeds its time limit is ended with its child processes, and so is the wait', async () => {
  const code = `require('child_process').execSync('sleep 20')`
  const limits = {timeoutMs: 300, afterExitMs: 50}
  expect(await whyNot(runExecPlugin(plugin(code), cluster, {...surroundings, limits}))).toBe('did not end in time')
})

test.each([
  {because: 'it fails', code: `process.exit(3)`},
  {because: 'it prints something and waits', code: `console.error('type the code'); setInterval(() => {}, 1e3)`},
])('a plugin that may prompt is run once more, with the terminal, where $because', async ({code}) => {
  const given: boolean[] = []
  const credentials = createExecCredentials(
    {...surroundings, isTerminal: true, limits: {patienceMs: 50, afterExitMs: 50}},
    () => 0,
    async (exec, at, around, asks) => {
      given.push(asks ?? false)
      if (asks) return {token: 'typed', cert: '', key: '', expiresAt: undefined}
      return runExecPlugin(exec, at, around)
    },
  )
  expect((await credentials.current(user(code, {args: ['-e', code]}))).token).toBe('typed')
  expect(given).toEqual([false, true])
})

test('a plugin that must not prompt is not run once more', async () => {
  const around = {...surroundings, isTerminal: true}
  const credentials = createExecCredentials(around, () => 0)
  const failing = user('x', {args: ['-e', 'process.exit(3)'], interactive: 'Never'})
  expect(await whyNot(credentials.current(failing))).toBe('failed with exit code 3')
})

test('a plugin that failed while others ran is run once more, alone; one that ran alone is not', async () => {
  let running = 0
  const started: string[] = []
  const credentials = createExecCredentials(
    surroundings,
    () => 0,
    async ({args}) => {
      started.push(args[0] ?? '')
      running++
      const crowded = running > 1
      await new Promise((resolve) => setImmediate(resolve))
      const isFine = !crowded && running === 1 && args[0] !== 'broken'
      running--
      if (isFine) return {token: 'a', cert: '', key: '', expiresAt: undefined}
      throw new ExecPluginError('failed with exit code 1', {
        said: args[0] === 'broken' ? 'expired' : 'locked',
        isRetried: true,
      })
    },
  )
  const ask = (name: string) =>
    credentials.current(user(name, {args: [name]})).then(
      ({token}) => token,
      (error: ExecPluginError) => error.said,
    )
  const names = [...Array(8)].map((_, index) => `user-${index}`)
  expect(await Promise.all([...names, 'broken'].map(ask))).toEqual([...names.map(() => 'a'), 'expired'])
  started.length = 0
  expect(await ask('broken')).toBe('expired')
  expect(started).toEqual(['broken'])
})

test('fifty that fail with the same message are not all run once more', async () => {
  let starts = 0
  const credentials = createExecCredentials(
    surroundings,
    () => 0,
    async () => {
      starts++
      await new Promise((resolve) => setImmediate(resolve))
      throw new ExecPluginError('failed with exit code 255', {said: 'Token has expired', isRetried: true})
    },
  )
  await Promise.allSettled(
    [...Array(50)].map((_, index) => credentials.current(user(`u${index}`, {args: [`${index}`]}))),
  )
  expect(starts).toBe(53)
})

test.each([
  {field: 'tlsServerName', value: 'b.test'},
  {field: 'caData', value: 'Qg=='},
  {field: 'proxyUrl', value: 'http://p:1'},
  {field: 'execConfig', value: {audience: 'b'}},
  {field: 'skipTlsVerify', value: true},
])('clusters at one address that differ only in $field get a credential each', async ({field, value}) => {
  const counted = countingRun([{token: 'a'}, {token: 'b'}])
  const credentials = createExecCredentials(surroundings, () => 0, counted.run)
  const one = user('jane', {provideClusterInfo: true})
  const other = {...one, cluster: {...one.cluster, [field]: value}}
  await credentials.current(one)
  await credentials.current(other)
  expect(counted.calls).toHaveLength(2)
})

test('the last line of stderr is kept, without the secrets of the entry, and the plugin has no terminal', async () => {
  const code = `console.error('starting'); console.error('Token of s3cretvalue and t0psecret has expired. Run aws sso login'); process.exit(255)`
  const exec = plugin(code, {args: ['-e', code, '--', '--password', 's3cretvalue'], env: {MY_TOKEN: 't0psecret'}})
  const error = await runExecPlugin(exec, cluster, surroundings).catch((reason: unknown) => reason)
  expect(error).toMatchObject({
    why: 'failed with exit code 255',
    said: 'Token of [redacted] and [redacted] has expired. Run aws sso login',
  })
  const tty = `try { require('fs').openSync('/dev/tty'); console.error('has one') } catch { console.error('has none') } process.exit(1)`
  const other = await runExecPlugin(plugin(tty), cluster, surroundings).catch((reason: unknown) => reason)
  expect(other).toMatchObject({said: 'has none'})
})

test.each([
  {
    because: 'its apiVersion is another one',
    more: {apiVersion: 'client.authentication.k8s.io/v1beta1'},
    why: 'printed credentials of another apiVersion than its entry names',
  },
  {
    because: 'its expiry is not a time',
    status: {expirationTimestamp: '9999999-99-99'},
    why: 'printed an invalid expirationTimestamp',
  },
  {
    because: 'its expiry is a number',
    status: {expirationTimestamp: 17},
    why: 'printed an invalid expirationTimestamp',
  },
  {
    because: 'a key is missing',
    status: {clientCertificateData: 'x'},
    why: 'printed a certificate without its key, or a key alone',
  },
])('a plugin’s output is refused where $because', ({more, status, why}) => {
  const output = JSON.stringify({kind: 'ExecCredential', ...more, status: {token: 't', ...status}})
  expect(() => parseExecCredential(output, 'client.authentication.k8s.io/v1')).toThrow(why)
})
