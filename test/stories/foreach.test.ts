import {execFile, spawn} from 'node:child_process'
import {existsSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {describe, expect, test} from 'vitest'
import type {LedgerReport} from '../../src/model/past-runs-report.ts'
import type {RunReport} from '../../src/model/report.ts'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import {openRealClockClusters, type RealClockClusters} from '../support/real-clock-clusters.ts'
import {runningWeb} from '../support/sandbox-fleet.ts'
import {schemaErrors} from '../support/schemas.ts'
import type {ProcessEnd} from '../support/spawn-command.ts'

const clusters = (...names: readonly string[]): readonly ClusterSpec[] => names.map((name) => ({name, workloads: []}))
const foreach = ['foreach', '--all-contexts', '--yes'] as const
const node = (script: string, ...args: readonly string[]) => ['--', 'node', '-e', script, ...args] as const

function reportOf({stdout}: ProcessEnd): RunReport {
  const report = JSON.parse(stdout) as RunReport
  expect(schemaErrors(report)).toEqual([])
  return report
}

const outcomes = (end: ProcessEnd) =>
  Object.fromEntries(reportOf(end).results.map((result) => ['label' in result ? result.label : '', result.outcome]))

const runsOf = ({shell}: RealClockClusters) => join(shell.home, '.local', 'state', 'hubspoke', 'runs')

function changeKubeconfig({shell}: RealClockClusters, change: (text: string) => string): void {
  const path = join(shell.home, '.kube', 'config')
  const text = readFileSync(path, 'utf8')
  expect(change(text)).not.toBe(text)
  writeFileSync(path, change(text))
}

/** The folder of the only run. */
function runFolder(world: RealClockClusters): string {
  const [folder, ...others] = readdirSync(runsOf(world), {withFileTypes: true}).filter((one) => one.isDirectory())
  if (folder === undefined || others.length > 0) throw new Error('there is not one folder of a run')
  return join(runsOf(world), folder.name)
}

test('one process per context, each with its own kubeconfig, its name, and nothing else of the environment', async () => {
  await using world = await openRealClockClusters(clusters('eu', 'us'))
  const script = `
    const {KUBECONFIG, HUBSPOKE_CONTEXT, AWS_PROFILE, GITHUB_TOKEN} = process.env
    const mode = require('fs').statSync(KUBECONFIG).mode
    const contexts = JSON.parse(require('fs').readFileSync(KUBECONFIG)).contexts.map((one) => one.name)
    console.log(JSON.stringify([process.argv[1], HUBSPOKE_CONTEXT, contexts, mode & 0o777, AWS_PROFILE, GITHUB_TOKEN ?? null]))`
  const env = {AWS_PROFILE: 'ops', GITHUB_TOKEN: 'ghp_of_hubspoke'}
  const {stdout, stderr, exitCode} = await world.shell.runUnder({env}, ...foreach, ...node(script, 'in {context}'))
  for (const name of ['eu', 'us']) {
    const said = `${JSON.stringify([`in ${name}`, name, [name], 0o600, 'ops', null])}\n`
    expect(readFileSync(join(runFolder(world), `${name}.stdout`), 'utf8')).toBe(said)
    expect(statSync(join(runFolder(world), `${name}.stdout`)).mode & 0o777).toBe(0o600)
    expect(stderr).toMatch(new RegExp(`^\\S+Z  ${name}  \\["in ${name}"`, 'm'))
  }
  expect(stdout).toMatch(/Total 2 {2}Succeeded 2 {2}Failed 0/)
  expect(stdout).not.toContain('["in')
  expect(readdirSync(runFolder(world)).sort()).toEqual(['eu.stderr', 'eu.stdout', 'us.stderr', 'us.stdout'])
  expect(exitCode).toBe(0)
})

describe('with IMAGE', () => {
  const web = 'ghcr.io/acme/web'
  const two: readonly ClusterSpec[] = ['eu', 'us'].map((name) => ({name, workloads: runningWeb('cart', 'web')}))
  const script =
    'const e = process.env; console.log([process.argv[1], e.HUBSPOKE_CONTEXT, e.HUBSPOKE_NAMESPACE, e.HUBSPOKE_KIND, e.HUBSPOKE_NAME, e.HUBSPOKE_IMAGE].join(" "))'

  test('one process per workload that runs it, with its names', async () => {
    await using world = await openRealClockClusters(two)
    const word = '{context}/{namespace}/{kind}/{name}={image}'
    const end = await world.shell.run('foreach', web, ...foreach.slice(1), '-o', 'json', ...node(script, word))
    expect(reportOf(end).results.map(({outcome}) => outcome)).toEqual(Array(4).fill('succeeded'))
    const files = readdirSync(runFolder(world)).filter((name) => name.endsWith('.stdout'))
    const said = files.map((name) => readFileSync(join(runFolder(world), name), 'utf8')).sort()
    expect(said).toEqual(
      ['eu', 'us'].flatMap((context) =>
        ['cart', 'web'].map(
          (name) => `${context}/shop/Deployment/${name}=${web}:1.0 ${context} shop Deployment ${name} ${web}:1.0\n`,
        ),
      ),
    )
    expect(end.exitCode).toBe(0)
  })

  test('what failed is run again when that is said', async () => {
    await using world = await openRealClockClusters(two)
    const first = await world.shell.run('foreach', web, '-c', 'eu', '--yes', ...node('process.exit(1)'))
    expect(first.exitCode).toBe(1)
    const again = await world.shell.run('runs', 'retry', 'last', '--yes', '--repeat-started', '-o', 'json')
    expect(reportOf(again).results.map(({outcome}) => outcome)).toEqual(['failed', 'failed'])
    expect((await world.shell.run('runs', 'retry', 'last', '--yes')).exitCode).toBe(2)
  })

  test('nothing that runs it is 3, and a flag about workloads without IMAGE is 2', async () => {
    await using world = await openRealClockClusters(two)
    expect((await world.shell.run('foreach', 'nginx', ...foreach.slice(1), ...node(''))).exitCode).toBe(3)
    const {stderr, exitCode} = await world.shell.run(...foreach, '-n', 'shop', ...node(''))
    expect(stderr).toContain('--namespace is about workloads')
    expect(exitCode).toBe(2)
  })
})

test('--pass-env, --output-dir, and a shell that quotes what is filled in', async () => {
  await using world = await openRealClockClusters(clusters("it's"))
  const folder = join(world.shell.home, 'out')
  const flags = ['--pass-env', 'EXTRA', '--output-dir', folder, '--shell']
  const script = `printf '%s|' {context} "$EXTRA" "$HUBSPOKE_CONTEXT" | tr a-z A-Z; exit 3`
  const end = await world.shell.runUnder({env: {EXTRA: 'more'}}, ...foreach, ...flags, '-o', 'json', '--', script)
  const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.stdout'))
  expect(readFileSync(join(folder, file), 'utf8')).toBe("IT'S|MORE|IT'S|")
  const [result] = reportOf(end).results
  expect(result).toMatchObject({type: 'cluster', outcome: 'failed', failure: {class: 'command-failed'}})
  expect(result?.reason).toBe(`exit status 3; output in ${join(folder, file)} (15 B)`)
  expect(end.exitCode).toBe(1)
})

test('contexts of one cluster are one target, and one that does not answer is named', async () => {
  await using world = await openRealClockClusters([
    {name: 'eu', workloads: []},
    {name: 'us', workloads: [], trouble: [{type: 'unreachable', how: 'refused'}]},
  ])
  changeKubeconfig(world, (text) =>
    text.replace(/^contexts:\n/m, 'contexts:\n  - {name: eu-again, context: {cluster: eu, user: eu}}\n'),
  )
  const end = await world.shell.run(...foreach, '-o', 'json', ...node('console.log(1)'))
  expect(Object.values(outcomes(end))).toEqual(['succeeded'])
  expect(
    reportOf(end)
      .clusters.map(({status}) => status)
      .sort(),
  ).toEqual(['not-read', 'read', 'read'])
  expect(end.exitCode).toBe(4)
})

describe('what is wrong ends with 2 before a cluster is asked', () => {
  test.each([
    {words: [...foreach], says: 'There is no command'},
    {words: [...foreach, '--', 'no-such-program'], says: 'The command "no-such-program" does not exist in PATH'},
    {words: [...foreach, '--', 'node', '{nmae}'], says: 'There is no placeholder "{nmae}"'},
    {words: [...foreach, '--', 'node', '{namespace}'], says: '{namespace} is a placeholder of workloads'},
    {words: [...foreach, '--pass-env', 'A=b', '--', 'node'], says: '"A=b" is not the name of an environment variable'},
    {words: ['foreach', '--yes', '--', 'node'], says: '--all-contexts'},
    {words: ['foreach', '--all-contexts', '--', 'node'], says: '--yes'},
  ])('$says', async ({words, says}) => {
    await using world = await openRealClockClusters(clusters('eu', 'us'))
    const {stdout, stderr, exitCode} = await world.shell.run(...words)
    expect(`${stderr}`).toContain(says)
    expect(stdout).toBe('')
    expect(exitCode).toBe(2)
    expect(existsSync(runsOf(world))).toBe(false)
  })
})

test('a dry run starts nothing', async () => {
  await using world = await openRealClockClusters(clusters('eu'))
  const {stdout, stderr, exitCode} = await world.shell.run(
    ...['foreach', '--all-contexts', '--dry-run', 'client'],
    ...node('require("fs").writeFileSync("/proc/self/nope", "")'),
  )
  expect(stderr).toContain('Plan: run a local command for every selected context: node -e')
  expect(stdout).toMatch(/planned {2}eu/)
  expect(exitCode).toBe(0)
})

test('with --retries a command is run again, and otherwise not', async () => {
  await using world = await openRealClockClusters(clusters('eu'))
  const file = join(world.shell.home, 'count')
  const script = `const fs = require('fs'); fs.appendFileSync(process.argv[1], 'x'); process.exit(fs.statSync(process.argv[1]).size > 1 ? 0 : 1)`
  const flags = ['--retries', '1', '--backoff', '1ms', '-o', 'json']
  const retried = await world.shell.run(...foreach, ...flags, ...node(script, file))
  expect(outcomes(retried)).toEqual({eu: 'succeeded'})
  expect(reportOf(retried).results[0]).toMatchObject({attempts: 2, failedTries: [{class: 'command-failed'}]})
  writeFileSync(file, '')
  const env = {HUBSPOKE_RETRIES: '1', HUBSPOKE_BACKOFF: '1ms'}
  const once = await world.shell.runUnder({env}, ...foreach, '-o', 'json', ...node(script, file))
  expect(outcomes(once)).toEqual({eu: 'failed'})
  expect(once.stderr).toContain('--retries from HUBSPOKE_RETRIES is not used')
  expect(readFileSync(file, 'utf8')).toBe('x')
})

test('a failure stops the waves; runs retry starts what was not started, and repeats the rest only when told to', async () => {
  await using world = await openRealClockClusters(clusters('a', 'b', 'c'))
  const log = join(world.shell.home, 'log')
  const script = `const fs = require('fs'); const [, file, name] = process.argv; fs.appendFileSync(file, name); process.exit(name === 'a' && !fs.existsSync(file + '.fixed') ? 1 : 0)`
  const first = await world.shell.run(...foreach, '--waves', '1,100%', '-o', 'json', ...node(script, log, '{context}'))
  expect(outcomes(first)).toEqual({a: 'failed', b: 'not-run', c: 'not-run'})
  expect(first.exitCode).toBe(5)
  writeFileSync(`${log}.fixed`, '')
  const refused = await world.shell.run('runs', 'retry', 'last', '--yes')
  expect(refused.stderr).toContain('1 of 3 targets had started')
  expect(refused.exitCode).toBe(2)
  expect(readFileSync(log, 'utf8')).toBe('a')
  const rest = await world.shell.run('runs', 'retry', 'last', '--yes', '--not-run', '-o', 'json')
  expect(outcomes(rest)).toEqual({b: 'succeeded', c: 'succeeded'})
  const {id} = reportOf(first).run
  const all = await world.shell.run('runs', 'retry', id, '--yes', '--failed', '--repeat-started', '-o', 'json')
  expect(outcomes(all)).toEqual({a: 'succeeded'})
  expect([...readFileSync(log, 'utf8')].sort().join('')).toBe('aabc')
})

test('runs retry refuses a context that leads to another cluster by now', async () => {
  await using world = await openRealClockClusters(clusters('a', 'b'))
  await world.shell.run('foreach', '-c', 'a', '--yes', ...node('process.exit(1)'))
  // The cluster of b, with the credentials of b, under the name of a.
  changeKubeconfig(world, (text) => text.replaceAll(/\b(cluster|user): a$/gm, '$1: b'))
  const {stderr, exitCode} = await world.shell.run('runs', 'retry', 'last', '--yes', '--repeat-started')
  expect(stderr).toContain('does not lead to the cluster of the run')
  expect(exitCode).toBe(2)
})

test('50 MB of output are kept and shown in part, and the command ends as it would', async () => {
  await using world = await openRealClockClusters(clusters('eu'))
  const script = `const line = 'y'.repeat(99) + '\\n'; const write = (left) => { while (left-- > 0) if (!process.stdout.write(line.repeat(100))) return process.stdout.once('drain', () => write(left)) }; write(5000)`
  const end = await world.shell.run(...foreach, '-o', 'json', ...node(script))
  expect(reportOf(end).results[0]?.reason).toContain('47.7 MiB, kept in part')
  const {size} = statSync(join(runFolder(world), 'eu.stdout'))
  expect(size).toBeGreaterThan(10 * 1024 * 1024)
  expect(size).toBeLessThan(10 * 1024 * 1024 + 200)
  expect(end.stderr.length).toBeLessThan(1_000_000)
  expect(end.exitCode).toBe(0)
})

test('200 clusters under ulimit -n 256', async () => {
  const names = Array.from({length: 200}, (_, at) => `c${at}`)
  await using world = await openRealClockClusters(clusters(...names))
  const {shell} = world
  const bin = join(import.meta.dirname, '..', '..', 'bin', 'run.js')
  const words = [
    process.execPath,
    bin,
    ...foreach,
    '-q',
    '-o',
    'json',
    '--lock',
    'off',
    '--',
    'node',
    '-e',
    'console.log(1)',
  ]
  const env = {PATH: process.env.PATH ?? '', HOME: shell.home}
  const child = spawn('/bin/sh', ['-c', 'ulimit -n 256; exec "$@"', 'sh', ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.resume()
  const exitCode = await new Promise((resolve) => child.on('close', resolve))
  const report = JSON.parse(stdout) as RunReport
  expect(new Set(report.results.map(({reason}) => reason.replace(/ in .*/, '')))).toEqual(
    new Set(['exit status 0; output']),
  )
  expect(report.counts).toMatchObject({total: 200, succeeded: 200})
  expect(exitCode).toBe(0)
}, 120_000)

describe('interrupts', () => {
  /** Starts a command that prints its process id, and then does as the script says. */
  async function started(world: RealClockClusters, script: string) {
    const running = world.shell.start(...foreach, ...node(`${script}; console.log('pid ' + process.pid + '.')`))
    let pid = 0
    running.child.stderr?.on('data', (text: string) => {
      pid ||= Number(/pid (\d+)\./.exec(text)?.[1] ?? 0)
    })
    await running.says(/ {2}eu {2}pid \d+\./)
    return {...running, pid: () => pid}
  }
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }

  test('the first Ctrl-C ends the commands with SIGTERM, and the run says so', async () => {
    await using world = await openRealClockClusters(clusters('eu'))
    const {child, end, pid} = await started(world, 'setInterval(() => {}, 1000)')
    child.kill('SIGINT')
    const {stdout, exitCode} = await end
    expect(stdout).toContain('ended by hubspoke before it was done, because the run was stopped')
    expect(exitCode).toBe(130)
    expect(isAlive(pid())).toBe(false)
    expect(readdirSync(runFolder(world)).filter((name) => name.startsWith('kubeconfigs'))).toEqual([])
  })

  test('the second one ends a command that ignores SIGTERM, and hubspoke', async () => {
    await using world = await openRealClockClusters(clusters('eu'))
    const {child, end, pid, says} = await started(
      world,
      'process.on("SIGTERM", () => console.log("not now")); setInterval(() => {}, 1000)',
    )
    child.kill('SIGINT')
    await says('not now')
    child.kill('SIGINT')
    expect((await end).exitCode).toBe(130)
    while (isAlive(pid())) await new Promise((resolve) => setImmediate(resolve))
  })

  test('kill -9: the ledger says what had started, and the next run removes the kubeconfig', async () => {
    await using world = await openRealClockClusters(clusters('eu'))
    const {child, end, pid} = await started(world, 'setInterval(() => {}, 1000)')
    child.kill('SIGKILL')
    await end
    const folder = runFolder(world)
    expect(readdirSync(folder).filter((name) => name.startsWith('kubeconfigs'))).toHaveLength(1)
    process.kill(pid(), 'SIGKILL')
    const shown = JSON.parse((await world.shell.run('runs', 'show', 'last', '-o', 'json')).stdout) as LedgerReport
    expect(shown.targets[0]).toMatchObject({state: 'writing', wrote: 'maybe'})
    expect((await world.shell.run('runs', 'retry', 'last', '--yes')).exitCode).toBe(2)
    await world.shell.run(...foreach, ...node(''))
    expect(readdirSync(folder).filter((name) => name.startsWith('kubeconfigs'))).toEqual([])
  })
})

test('what a loop of kubectl does, with kubectl', async ({skip}) => {
  const kubectl = promisify(execFile)
  const client = await kubectl('kubectl', ['version', '--client']).catch(() => undefined)
  if (client === undefined) skip('there is no kubectl in PATH')
  await using world = await openRealClockClusters(clusters('eu', 'us'))
  const {exitCode} = await world.shell.run(...foreach, '--', 'kubectl', 'get', 'namespaces', '-o', 'name')
  const env = {PATH: process.env.PATH ?? '', HOME: world.shell.home}
  for (const name of ['eu', 'us']) {
    const words = ['--context', name, 'get', 'namespaces', '-o', 'name']
    const {stdout: looped} = await kubectl('kubectl', words, {env})
    expect(readFileSync(join(runFolder(world), `${name}.stdout`), 'utf8')).toBe(looped)
  }
  expect(exitCode).toBe(0)
})
