import {describe, expect, test} from 'vitest'
import {parse, stringify} from 'yaml'
import type {CheckReport} from '../../src/model/check-report.ts'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import {type Ended, openShell, type Shell, type ShellOptions} from '../support/run-command.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

interface Kubeconfig {
  clusters: {name: string; cluster: Record<string, unknown>}[]
  contexts: {name: string; context: {cluster: string; user: string}}[]
  users: {name: string; user: Record<string, unknown>}[]
}

/** The cluster that is written, through its context `lab`; and one more. */
const lab: ClusterSpec = {
  name: 'lab',
  namespaces: ['hubspoke-system'],
  workloads: runningWeb('cart'),
}
const other: ClusterSpec = {name: 'other', workloads: runningWeb('web')}
const mayNotSee = [{verbs: ['*'] as const, resources: ['*'], namespaces: ['shop', 'hubspoke-system']}]

const protectsProd = 'protectedContexts: ["prod-*"]\n'

/** A way in which the cluster behind `lab` is protected. */
interface Case extends Pick<ShellOptions, 'systemConfig' | 'env'> {
  readonly how: string
  readonly config?: string | ((fleet: Fleet) => string)
  readonly system?: (fleet: Fleet) => string
  /** URL of a further context, `prod-eu`; undefined: there is none. */
  readonly prod?: (server: string, fleet: Fleet) => string
  readonly lab?: Partial<ClusterSpec>
  readonly other?: Partial<ClusterSpec>
  /** `prod-eu` is selected, too, and comes after `lab`. */
  readonly both?: boolean
  /** The other cluster does not answer. */
  readonly down?: boolean
  readonly because: string
}

const localhost = (server: string) => server.replace('127.0.0.1', 'localhost')
const cases: readonly Case[] = [
  {how: 'by its name', config: 'protectedContexts: [lab]\n', because: 'context "lab" in'},
  {how: 'by its name in another case', config: 'protectedContexts: [LAB]\n', because: 'context "LAB" in'},
  {how: 'in the long form', config: 'protected: [{context: "l*"}]\n', because: 'context "l*" in'},
  {how: 'by another context with the same URL', prod: (server) => server, because: 'same cluster as "prod-eu"'},
  {how: 'by another URL', prod: localhost, because: 'same cluster as "prod-eu"'},
  {how: 'by another URL, both selected', prod: localhost, both: true, because: 'same cluster as "prod-eu"'},
  {
    how: 'by a host in capitals',
    prod: (url) => localhost(url).toUpperCase().replace('HTTPS', 'https'),
    because: 'same',
  },
  {how: 'by a path that leads nowhere', prod: (server) => `${server}/.`, because: 'same cluster as "prod-eu"'},
  {how: 'by an address spelled otherwise', prod: (url) => url.replace('127.0.0.1', '0x7f.1'), because: 'same cluster'},
  {how: 'by user information', prod: (url) => url.replace('://', '://u@'), because: 'same cluster as "prod-eu"'},
  {
    how: 'by a protected context that is down',
    prod: (_, fleet) => fleet.cluster('other').server,
    down: true,
    because: '"prod-eu" did not answer, and may point at this cluster',
  },
  {
    how: 'by a protected context that may not read its UID',
    prod: (_, fleet) => fleet.cluster('other').server,
    other: {may: mayNotSee},
    because: 'it cannot be told from "prod-eu"',
  },
  {
    how: 'by a pattern of its server',
    config: 'protected: [{server: "*127.0.0.*"}]\n',
    because: 'server "*127.0.0.*" in',
  },
  {how: 'by the host of its server', config: 'protected: [{server: 127.0.0.1}]\n', because: 'server "127.0.0.1" in'},
  {
    how: 'by the URL of its server, spelled otherwise',
    config: ({cluster}) => `protected: [{server: "${cluster('lab').server.replace('127.0.0.1', '127.1')}/"}]\n`,
    because: 'server "https://127.1',
  },
  {
    how: 'by its UID',
    config: ({cluster}) => `protected: [{clusterUid: ${cluster('lab').uid.toUpperCase()}}]\n`,
    because: 'cluster UID "',
  },
  {
    how: 'by a UID, where it may not be read',
    config: 'protected: [{clusterUid: 0a0a0a0a-0000-4000-8000-000000000000}]\n',
    lab: {trouble: [{type: 'forbidden', verb: 'get', resource: 'namespaces', name: 'kube-system'}]},
    because: 'its UID cannot be read',
  },
  {how: 'by the system-wide file', config: '{}\n', systemConfig: 'protected: [{context: lab}]\n', because: '"lab" in'},
  {
    how: 'by the system-wide file, whatever file the user names',
    env: {HUBSPOKE_CONFIG: '/dev/null'},
    systemConfig: 'protectedContexts: [lab]\n',
    because: 'etc/hubspoke/config.yaml',
  },
]

const commands = {
  restart: {words: ['restart', image], reason: true},
  'runs retry': {words: ['runs', 'retry', 'last'], reason: true},
  'cache refresh': {words: ['cache', 'refresh'], reason: false},
  'cache watch': {words: ['cache', 'watch'], reason: false},
} as const

type Command = keyof typeof commands

async function openCase(one: Case) {
  const {lab: mine, other: theirs, down} = one
  const fleet = await openFleet([
    {...lab, ...mine},
    {...other, ...theirs},
  ])
  const file = parse(fleet.sandbox.kubeconfig) as Kubeconfig
  const source = down || theirs ? 'other' : 'lab'
  if (one.prod) {
    const cluster = file.clusters.find(({name}) => name === source)?.cluster ?? {}
    file.clusters.push({name: 'prod', cluster: {...cluster, server: one.prod(String(cluster.server), fleet)}})
    file.contexts.push({name: 'prod-eu', context: {cluster: 'prod', user: source}})
  }
  file.contexts = file.contexts.filter(({name}) => name !== 'other')
  if (down) await fleet.cluster('other').stop()
  const config = typeof one.config === 'function' ? one.config(fleet) : (one.config ?? protectsProd)
  const shells: Shell[] = []
  return {
    fleet,
    async shell(options: Pick<Partial<ShellOptions>, 'answers' | 'env'> = {}) {
      const shell = await openShell({
        kubeconfig: stringify(file),
        clock: fleet.clock,
        config,
        ...(one.systemConfig && {systemConfig: one.systemConfig}),
        ...options,
        env: {...one.env, ...options.env},
      })
      shells.push(shell)
      return shell
    },
    async [Symbol.asyncDispose]() {
      for (const shell of shells) await shell[Symbol.asyncDispose]()
      await fleet[Symbol.asyncDispose]()
    },
  }
}

type Stage = Awaited<ReturnType<typeof openCase>>

/** What is said in the place of consent, and how the command must end. */
const consents = [
  {words: ['--yes'], exitCode: 2},
  {words: [], env: {HUBSPOKE_YES: 'true'}, exitCode: 2},
  {words: ['--yes', '--confirm', 'prod'], exitCode: 2},
  {words: ['--yes', '--confirm', 'prod-eu'], exitCode: 2},
  {words: ['--yes'], answers: ['y', 'y', 'y'], exitCode: 7},
  {words: ['--yes'], answers: ['prod-eu', 'y', 'y'], exitCode: 7},
  {words: ['--yes'], answers: [], exitCode: 7},
] as const

const confirmed = (command: Command) => [
  '--yes',
  '--confirm',
  'lab',
  ...(commands[command].reason ? ['--reason', 'a leak'] : []),
]
const contextsOf = (command: Command, {both}: Case) =>
  command === 'runs retry' ? [] : both ? ['-c', 'lab', '-c', 'prod-eu'] : ['-c', 'lab']
/** With both selected, the caches are written through both. */
const allConfirmed = (command: Command, {both}: Case) => [
  ...confirmed(command),
  ...(both && command.startsWith('cache') ? ['--confirm', 'prod-eu'] : []),
]

/** A run that leaves a target to retry. */
async function leaveWork(shell: Shell, one: Case, fleet: Fleet): Promise<void> {
  fleet.cluster('lab').addTrouble({type: 'answer', status: 422, verb: 'patch', name: 'cart', message: 'No.', times: 1})
  const {exitCode} = await shell.run('restart', image, ...contextsOf('restart', one), ...confirmed('restart'))
  expect(exitCode).toBe(1)
}

async function runToItsEnd(shell: Shell, command: Command, words: readonly string[]): Promise<Ended> {
  const ended = shell.run(...commands[command].words, ...words)
  if (command !== 'cache watch') return ended
  while (!shell.everythingPrinted().includes('watching (')) await new Promise(setImmediate)
  shell.signal('SIGTERM')
  return ended
}

/** Everything that changed a cluster, Leases and Events included. */
const writesTo = ({sandbox}: Fleet) =>
  sandbox.clusters.flatMap((cluster) =>
    cluster
      .requests()
      .filter(({method, path}) => method !== 'GET' && !/selfsubject|dryRun=All/.test(path))
      .map(({method, path}) => `${cluster.name} ${method} ${path}`),
  )

const isBlind = (one: Case) => one.lab?.trouble !== undefined

/** Everything but the right name: the exit code says why, and no request changes anything. */
async function refusesAllElse({fleet, shell}: Stage, command: Command, one: Case): Promise<void> {
  for (const {words, exitCode, ...options} of consents) {
    const asked = await shell(options)
    if (command === 'runs retry') await leaveWork(asked, one, fleet)
    const before = writesTo(fleet)
    const ended = await asked.run(...commands[command].words, ...contextsOf(command, one), ...words)
    expect([ended.exitCode, writesTo(fleet)], `${words.join(' ')}: ${ended.stderr}`).toEqual([exitCode, before])
    if (exitCode === 2) expect(ended.stderr).toContain(refusal(words, one))
  }
}

/** An unknown name is refused before the protections are evaluated. */
function refusal(words: readonly string[], {because, prod}: Case): string {
  const named = words[words.indexOf('--confirm') + 1] ?? ''
  const isUnknown = words.includes('--confirm') && !(named === 'prod-eu' && prod)
  return isUnknown ? 'names no context' : because
}

async function takesItsName({fleet, shell}: Stage, command: Command, one: Case): Promise<void> {
  const asked = await shell()
  if (command === 'runs retry') await leaveWork(asked, one, fleet)
  const before = writesTo(fleet).length
  const ended = await runToItsEnd(asked, command, [...contextsOf(command, one), ...allConfirmed(command, one)])
  expect(ended.exitCode, ended.stderr).toBe(command === 'cache watch' ? 143 : 0)
  expect(writesTo(fleet).length).toBeGreaterThan(before)
}

describe.each(Object.keys(commands) as Command[])('%s', (command) => {
  test.each(cases)('a cluster that is protected $how is written with its name only', async (one) => {
    await using stage = await openCase(one)
    await refusesAllElse(stage, command, one)
    // No cache is written without the UID, even with consent.
    if (!(isBlind(one) && command.startsWith('cache'))) await takesItsName(stage, command, one)
  })

  test('a cluster with another UID than the protected one needs no name', async () => {
    const elsewhere: Case = {how: '', prod: (_, {cluster}) => cluster('other').server, other: {}, because: ''}
    await using stage = await openCase(elsewhere)
    const shell = await stage.shell()
    if (command === 'runs retry') await leaveWork(shell, elsewhere, stage.fleet)
    const ended = await runToItsEnd(shell, command, [...contextsOf(command, elsewhere), '--yes'])
    expect(ended.exitCode, ended.stderr).toBe(command === 'cache watch' ? 143 : 0)
  })
})

describe('protection is shown', () => {
  const restart = ['restart', image, '-c', 'lab', '--dry-run', 'client'] as const

  test('the plan names the cluster and the reason, in a dry run, too', async () => {
    await using stage = await openCase({how: '', prod: localhost, because: ''})
    const shell = await stage.shell()
    const {stderr, exitCode} = await shell.run(...restart)
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      'PROTECTED lab: it is the same cluster as "prod-eu": context "prod-*" in',
    )
    expect(exitCode).toBe(0)
  })

  test.each([
    {
      config: 'protectedContexts: [euwest]\n',
      says: '"euwest"',
      because: 'no context of the kubeconfig has such a name',
    },
    {
      config: '# a comment\nprotected:\n  - server: "*.acme.example"\n',
      says: '(line 3) protects nothing',
      because: 'no context of the kubeconfig has such a server',
    },
  ])('an entry that protects nothing is reported: $config', async ({config, says, because}) => {
    await using fleet = await openFleet([lab], {config})
    for (const words of [restart, ['cache', 'refresh', '-c', 'lab', '--yes'] as const]) {
      const stderr = (await fleet.shell.run(...words)).stderr.replace(/\s+/g, ' ')
      expect(stderr).toContain(says)
      expect(stderr).toContain(because)
    }
  })

  test('contexts are asked where they point only when that can change the answer', async () => {
    await using stage = await openCase({how: '', config: 'protectedContexts: [lab, "prod-*"]', other: {}, because: ''})
    const shell = await stage.shell()
    await shell.run(...restart)
    expect(stage.fleet.cluster('other').requests()).toEqual([])
  })
})

describe('check says what is protected, and why', () => {
  const rows = async (one: Case, ...words: readonly string[]) => {
    await using stage = await openCase(one)
    const shell = await stage.shell()
    const report = (await shell.run('check', ...words, '-o', 'json')).document() as CheckReport
    return {report, stdout: (await shell.run('check', ...words)).stdout}
  }

  test.each(cases)('$how', async (one) => {
    const {report, stdout} = await rows(one, '-c', 'lab')
    expect(report.contexts[0]?.protected?.reason).toContain(one.because)
    expect(stdout).toMatch(/^lab .* PROTECTED$/m)
    expect(stdout).toContain('Protected, written only when confirmed by name:')
  })

  test('by context, server or UID; null where it is not protected', async () => {
    const by = async (config: Case['config']) => {
      const {report} = await rows({how: '', ...(config && {config}), because: ''})
      return report.contexts[0]?.protected?.by ?? null
    }
    expect(await by('protectedContexts: [lab]')).toBe('context')
    expect(await by('protected: [{server: "127.*"}]')).toBe('server')
    expect(await by(({cluster}) => `protected: [{clusterUid: ${cluster('lab').uid}}]`)).toBe('clusterUid')
    expect(await by('protectedContexts: [prod]')).toBe(null)
  })

  test('what protects nothing is listed, UIDs only when every context was asked', async () => {
    const config = 'protected:\n  - context: euwest\n  - server: "*.acme.example"\n  - clusterUid: 0a0a\n'
    const unmatched = ({report}: Awaited<ReturnType<typeof rows>>) =>
      report.unmatchedProtections.map(({by, pattern, line}) => `${by} ${pattern} ${line}`)
    const one = {how: '', config, prod: localhost, because: ''}
    expect(unmatched(await rows(one))).toEqual(['context euwest 2', 'server *.acme.example 3', 'clusterUid 0a0a 4'])
    expect(unmatched(await rows(one, '-c', 'lab'))).toEqual(['context euwest 2', 'server *.acme.example 3'])
    expect((await rows(one)).stdout.replace(/\s+/g, ' ')).toContain('no context of the kubeconfig matches it')
  })
})
