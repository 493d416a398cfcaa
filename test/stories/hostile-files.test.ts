import {chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {parse, stringify} from 'yaml'
import {expectHarmless, hostileName, hostileSentence, longSentence} from '../support/hostile.ts'
import {openShell, type Shell, type ShellOptions} from '../support/run-command.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

const reading: readonly (readonly string[])[] = [
  ['find', image, '-o', 'wide'],
  ['find', image, '-o', 'json'],
  ['check', '-o', 'yaml'],
  ['restart', image, '--all-contexts', '--yes', '--retries', '0', '-o', 'junit'],
]

const recorded: readonly (readonly string[])[] = [
  ['runs', 'list', '-o', 'wide'],
  ['runs', 'list', '-o', 'json'],
  ['runs', 'show', 'last', '-o', 'wide'],
  ['runs', 'show', 'last', '-o', 'yaml'],
  ['runs', 'retry', 'last', '--yes', '-o', 'json'],
]

const sentences = [hostileSentence, longSentence]

/** A ledger is of this program: its sentences have no secrets. */
const whatWasWritten = hostileSentence.replaceAll('hunter2', 'x')

async function openWeb(): Promise<Fleet> {
  return openFleet([{name: 'eu', namespaces: ['hubspoke-system'], workloads: runningWeb('web')}])
}

async function expectAllHarmless(shell: Shell, commands: readonly (readonly string[])[]): Promise<void> {
  for (const words of commands) {
    const {stdout, stderr, exitCode} = await shell.run(...words)
    expectHarmless(stdout, `${words.join(' ')} stdout`)
    expectHarmless(stderr, `${words.join(' ')} stderr`)
    expect(exitCode, words.join(' ')).not.toBe(70)
  }
  for (const path of await shell.ledgers()) expectHarmless(readFileSync(path, 'utf8'), 'ledger')
}

async function using(fleet: Fleet, options: Partial<ShellOptions>, use: (shell: Shell) => Promise<void>) {
  await using shell = await openShell({kubeconfig: fleet.sandbox.kubeconfig, clock: fleet.clock, ...options})
  await use(shell)
}

/** Every string of a document, by the keys that lead to it. */
function placesIn(value: unknown, path: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  if (typeof value === 'string') return [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => placesIn(each, [...path, key]))
}

function withTextAt<T>(document: T, path: readonly (string | number)[], text: string): T {
  const copy = structuredClone(document)
  let at = copy as Record<string | number, unknown>
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>
  at[path.at(-1) ?? ''] = text
  return copy
}

/** Keys of a kubeconfig whose values are names of something, or files. */
const namesSomething = /^(name|cluster|user|namespace|current-context|tokenFile|client-|certificate-authority)/

describe('a kubeconfig', () => {
  const plugin = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'no-such-plugin',
    args: ['a'],
    installHint: 'x',
  }
  const sample = {
    clusters: [{name: 'eu', cluster: {server: 'http://127.0.0.1:1', 'proxy-url': '', 'tls-server-name': ''}}],
    users: [
      {
        name: 'eu',
        user: {token: 't', username: '', tokenFile: '', as: '', exec: {...plugin, env: [{name: 'A', value: 'b'}]}},
      },
    ],
    contexts: [{name: 'eu', context: {cluster: 'eu', user: 'eu', namespace: 'shop'}}],
    'current-context': 'eu',
    'certificate-authority': '',
  }

  test.each(placesIn(sample).map((path) => ({words: path.join('.'), path})))('$words is hostile', async ({path}) => {
    await using fleet = await openWeb()
    const key = String(path.at(-1))
    for (const text of namesSomething.test(key) ? [hostileName] : sentences) {
      const kubeconfig = stringify(withTextAt(sample, path, text))
      await using(fleet, {kubeconfig}, (shell) => expectAllHarmless(shell, reading))
      const entries = parse(fleet.sandbox.kubeconfig)
      entries.users[0].user = {exec: {...plugin, installHint: text, args: [text], env: [{name: 'A', value: text}]}}
      await using(fleet, {kubeconfig: stringify(entries)}, (shell) => expectAllHarmless(shell, reading.slice(0, 1)))
    }
  })

  test.each([
    'https://ada:hunter2@127.0.0.1:1',
    'ada:hunter2@127.0.0.1:1',
    'https://hunter2@h:1/p',
    'https://a:p/hunter2@h:1',
  ])('the server %s is shown without user information', async (server) => {
    await using fleet = await openWeb()
    const kubeconfig = stringify(withTextAt(sample, ['clusters', 0, 'cluster', 'server'], server))
    await using(fleet, {kubeconfig}, (shell) => expectAllHarmless(shell, reading))
    const proxied = stringify(withTextAt(sample, ['clusters', 0, 'cluster', 'proxy-url'], server))
    await using(fleet, {kubeconfig: proxied}, (shell) => expectAllHarmless(shell, reading))
  })

  test('that is no YAML', async () => {
    await using fleet = await openWeb()
    for (const text of [hostileSentence, `users: [${hostileSentence}`, `users:\n- name: "${hostileSentence}`]) {
      await using(fleet, {kubeconfig: text}, (shell) => expectAllHarmless(shell, reading))
    }
  })
})

test('a plugin that says what it likes', async () => {
  await using fleet = await openWeb()
  for (const [index, text] of sentences.entries()) {
    const entries = parse(fleet.sandbox.kubeconfig)
    const folder = join(fleet.shell.home, `plugin-${index}`)
    mkdirSync(folder)
    writeFileSync(join(folder, 'said'), text)
    writeFileSync(join(folder, 'plugin.sh'), `#!/bin/sh\ncat '${folder}/said' >&2\ncat '${folder}/said'\nexit 3\n`)
    chmodSync(join(folder, 'plugin.sh'), 0o755)
    const command = join(folder, 'plugin.sh')
    entries.users[0].user = {exec: {apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never'}}
    await using(fleet, {kubeconfig: stringify(entries)}, (shell) => expectAllHarmless(shell, reading.slice(0, 2)))
  }
})

test.each([
  'groups: {a: [HOSTILE]}',
  'groups: {HOSTILE: [eu]}',
  'protectedContexts: [HOSTILE]',
  'protected: [{context: HOSTILE}]',
  'protected: [{server: HOSTILE}]',
  'protected: [{clusterUid: HOSTILE}]',
  'defaults: {timeout: HOSTILE}',
  'defaults: {output: HOSTILE}',
  'defaults: {HOSTILE: 1}',
  'HOSTILE: 1',
  'HOSTILE',
])('a config file with %s', async (template) => {
  await using fleet = await openWeb()
  for (const text of [hostileName, ...sentences]) {
    const config = template.replace('HOSTILE', () => JSON.stringify(text))
    await using(fleet, {config}, (shell) =>
      expectAllHarmless(shell, [...reading, ['find', image, '-c', '@a'], ['find', image, '-c', '@b']]),
    )
    await using(fleet, {systemConfig: config}, (shell) => expectAllHarmless(shell, reading))
  }
})

const variables = [
  'OUTPUT',
  'CONTEXT',
  'NAMESPACE',
  'TIMEOUT',
  'RUN_ID',
  'REASON',
  'CONFIG',
  'KUBECONFIG',
  'SELECTOR',
  'FRESH',
  'WAVES',
]

test.each([
  ...variables.map((name) => `HUBSPOKE_${name}`),
  'USER',
  'HTTPS_PROXY',
  'KUBECONFIG',
  'XDG_STATE_HOME',
  'XDG_CONFIG_HOME',
])('the variable %s', async (name) => {
  await using fleet = await openWeb()
  // The system has no variable with a NUL in it.
  for (const text of [hostileName, hostileSentence].map((one) => one.replaceAll('\u0000', ''))) {
    await using(fleet, {env: {[name]: text}}, (shell) => expectAllHarmless(shell, reading))
  }
})

test.each([
  ['find', 'HOSTILE'],
  ['find', image, '-c', 'HOSTILE'],
  ['find', image, '-n', 'HOSTILE'],
  ['find', image, '-l', 'HOSTILE'],
  ['find', image, '-o', 'HOSTILE'],
  ['find', image, '--kubeconfig', 'HOSTILE'],
  ['find', image, '--HOSTILE'],
  ['find', image, 'HOSTILE'],
  ['restart', image, '--all-contexts', '--yes', '--reason', 'HOSTILE'],
  ['restart', image, '--all-contexts', '--yes', '--run-id', 'HOSTILE'],
  ['restart', image, '--all-contexts', '--yes', '--waves', 'HOSTILE'],
  ['restart', image, '--all-contexts', '--yes', '--confirm', 'HOSTILE'],
  ['runs', 'show', 'HOSTILE'],
  ['runs', 'retry', 'HOSTILE'],
  ['rbac', 'HOSTILE'],
  ['rbac', 'find', '--user', 'HOSTILE'],
  ['rbac', 'find', '--name', 'HOSTILE'],
])('the command line %s %s %s %s %s %s', async (...words) => {
  await using fleet = await openWeb()
  // What was typed is not external: its secrets are not looked for, everything else holds.
  for (const text of [hostileName, 'x'.repeat(2_000)]) {
    const typed = words.map((word) => word.replace('HOSTILE', () => text.replaceAll('\u0000', '')))
    await expectAllHarmless(fleet.shell, [typed, [...typed, '--json']])
  }
})

describe('a ledger', async () => {
  const lines = await recordedLines()

  test('is swept', () => expect(lines.length).toBeGreaterThan(4))

  const cells = lines.flatMap((line, at) =>
    placesIn(line).map((path) => ({words: `${line.type} ${path.join('.')}`, at, path})),
  )

  test.each(cells)('$words is hostile', async ({at, path}) => {
    await using fleet = await openWeb()
    const folder = join(fleet.shell.home, '.local', 'state', 'hubspoke', 'runs')
    mkdirSync(folder, {recursive: true})
    for (const text of [hostileName, whatWasWritten]) {
      const changed = lines.map((line, index) => (index === at ? withTextAt(line, path, text) : line))
      const written = `${changed.map((line) => JSON.stringify(line)).join('\n')}\n`
      for (const words of recorded) {
        rmSync(folder, {recursive: true})
        mkdirSync(folder)
        writeFileSync(join(folder, '20261124-200000-0000.jsonl'), written)
        const {stdout, stderr, exitCode} = await fleet.shell.run(...words)
        expectHarmless(stdout, `${words.join(' ')} stdout`)
        expectHarmless(stderr, `${words.join(' ')} stderr`)
        expect(exitCode).not.toBe(70)
      }
    }
  })
})

async function recordedLines(): Promise<readonly {readonly type: string}[]> {
  await using fleet = await openFleet([
    {name: 'eu', workloads: runningWeb('web'), trouble: [{type: 'answer', status: 422, verb: 'patch', name: 'web'}]},
  ])
  await fleet.shell.run('restart', image, '--all-contexts', '--yes', '--reason', 'why')
  const [path = ''] = await fleet.shell.ledgers()
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}
