import {mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, describe, expect, test} from 'vitest'
import {failureClasses} from '../../src/model/failure.ts'
import {lastRunOf, metricsIn} from '../support/metrics-text.ts'
import {openRealClockClusters} from '../support/real-clock-clusters.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import {mountSmallDisk} from '../support/small-disk.ts'

const restart = ['restart', image, '--all-contexts', '--yes'] as const

/** A file in a folder of its own, as node-exporter reads one. */
function metricsFile({shell}: {readonly shell: {readonly home: string}}): string {
  mkdirSync(join(shell.home, 'textfile'))
  return join(shell.home, 'textfile', 'hubspoke.prom')
}

const secondsNow = ({clock}: Fleet) => clock.date().getTime() / 1_000

test('a run leaves its metrics in a file that every user may read, and nothing else', async () => {
  await using fleet = await openFleet([
    {name: 'eu', workloads: runningWeb('web', 'api')},
    {name: 'us', workloads: runningWeb('web')},
  ])
  const file = metricsFile(fleet)
  const {exitCode, stderr} = await fleet.shell.run(...restart, '--metrics-file', file)
  expect(exitCode).toBe(0)
  expect(stderr).not.toContain('metrics')
  const ended = secondsNow(fleet)
  const {duration_seconds: duration, ...others} = lastRunOf(file, 'restart')
  expect(others).toEqual({
    timestamp_seconds: ended,
    success_timestamp_seconds: ended,
    'spokes{outcome="succeeded"}': 3,
  })
  expect(duration).toBeGreaterThan(0)
  expect(duration).toBeLessThan(1)
  expect(readdirSync(join(fleet.shell.home, 'textfile'))).toEqual(['hubspoke.prom'])
  expect(statSync(file).mode & 0o777).toBe(0o644 & ~process.umask())
})

test('every outcome and failure class is there with 0, and no label depends on the run', async () => {
  await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('web')}])
  const file = metricsFile(fleet)
  const words = [...restart, '--run-id', '20261124-200000-abcd', '--reason', 'leak', '--metrics-file', file]
  await fleet.shell.run(...words)
  const text = readFileSync(file, 'utf8')
  const series = Object.keys(metricsIn(text))
  expect(series.filter((one) => one.includes('outcome='))).toHaveLength(6)
  expect(series.filter((one) => one.includes('class='))).toHaveLength(failureClasses.length)
  expect(series).toHaveLength(5 + 6 + failureClasses.length)
  expect(text).not.toMatch(/acme|shop|web|abcd|leak|\beu\b/)
  // Every metric has its help and its type, once.
  expect(text.match(/^# HELP \S+ \S.*$/gm)).toHaveLength(7)
  expect(text.match(/^# TYPE \S+ gauge$/gm)).toHaveLength(7)
})

test('a run that failed says how, and keeps when the last one succeeded', async () => {
  const stuck = {type: 'crash-loop', namespace: 'shop', name: 'api'} as const
  const refused = {type: 'answer', status: 422, message: 'quota is used up', verb: 'patch', name: 'cart'} as const
  await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('web', 'api', 'cart')}])
  const file = metricsFile(fleet)
  expect((await fleet.shell.run(...restart, '--metrics-file', file)).exitCode).toBe(0)
  const succeeded = secondsNow(fleet)
  for (const trouble of [stuck, refused]) fleet.cluster('eu').addTrouble(trouble)
  await fleet.clock.sleep(60_000)
  expect((await fleet.shell.run(...restart, '--metrics-file', file)).exitCode).toBe(1)
  expect(lastRunOf(file, 'restart')).toEqual({
    timestamp_seconds: secondsNow(fleet),
    success_timestamp_seconds: succeeded,
    duration_seconds: expect.any(Number),
    exit_code: 1,
    'spokes{outcome="succeeded"}': 1,
    'spokes{outcome="failed"}': 2,
    'spoke_failures{class="rollout"}': 1,
    'spoke_failures{class="rejected"}': 1,
  })
  expect(secondsNow(fleet)).toBeGreaterThan(succeeded)
})

test.each([
  {file: 'of another name', text: 'hubspoke_last_run_success_timestamp_seconds{name="scale"} 1764000000\n'},
  {file: 'with no number', text: 'hubspoke_last_run_success_timestamp_seconds{name="restart"} soon\n'},
  {file: 'too large to be one of ours', text: `${'#'.repeat(2_000_000)}\n`},
])('an earlier file $file says nothing about an earlier success', async ({text}) => {
  await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('web')}])
  const file = metricsFile(fleet)
  writeFileSync(file, text)
  const {exitCode} = await fleet.shell.run('restart', 'ghcr.io/acme/absent', '-c', 'eu', '-y', '--metrics-file', file)
  expect(exitCode).toBe(3)
  expect(readFileSync(file, 'utf8')).not.toContain('success')
  expect(lastRunOf(file, 'restart')).toMatchObject({exit_code: 3})
})

describe('the exit code is that of the command, also where it ended before it had a report', () => {
  test('a context that cannot be read: 4', async () => {
    await using fleet = await openFleet([
      {name: 'eu', workloads: runningWeb('web')},
      {name: 'us', trouble: [{type: 'unreachable', how: 'refused'}]},
    ])
    const file = metricsFile(fleet)
    expect((await fleet.shell.run(...restart, '--metrics-file', file)).exitCode).toBe(4)
    expect(lastRunOf(file, 'restart')).toMatchObject({
      exit_code: 4,
      clusters_unreadable: 1,
      'spokes{outcome="succeeded"}': 1,
    })
  })

  test('another run holds the lock: 6', async () => {
    const workloads = [...runningWeb('web'), {namespace: 'hubspoke-system', name: 'x', image: 'x', replicas: 1}]
    await using fleet = await openFleet([{name: 'eu', rolloutStepMs: 60_000, workloads}])
    const file = metricsFile(fleet)
    const first = fleet.shell.run(...restart)
    while (fleet.restarted().length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect((await fleet.shell.run(...restart, '--metrics-file', file)).exitCode).toBe(6)
    expect(lastRunOf(file, 'restart')).toEqual({
      timestamp_seconds: expect.any(Number),
      duration_seconds: expect.any(Number),
      exit_code: 6,
    })
    await first
  })

  test.each([
    {because: 'a flag that there is not', words: ['--tiemout', '1m']},
    {because: 'a value that is refused', words: ['--timeout', 'soon']},
    {because: 'a pattern that matches nothing', words: ['-c', 'absent']},
    {because: 'a targets file that is not there', words: ['--targets', '/absent.json']},
  ])('$because: 2', async ({words}) => {
    await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('web')}])
    const file = metricsFile(fleet)
    const {exitCode} = await fleet.shell.run('restart', image, '-y', '--metrics-file', file, ...words)
    expect(exitCode).toBe(2)
    expect(lastRunOf(file, 'restart')).toEqual({timestamp_seconds: expect.any(Number), exit_code: 2})
  })

  test('interrupted: 130', async () => {
    const trouble = [{type: 'stuck-rollout', namespace: 'shop', name: 'web'}] as const
    await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('web'), trouble}])
    const file = metricsFile(fleet)
    const run = fleet.shell.run(...restart, '--metrics-file', file)
    while (fleet.restarted().length === 0) await new Promise((resolve) => setImmediate(resolve))
    fleet.shell.signal('SIGINT')
    expect((await run).exitCode).toBe(130)
    expect(lastRunOf(file, 'restart')).toMatchObject({exit_code: 130, 'spokes{outcome="unverified"}': 1})
  })
})

test.each([{mode: 'client'}, {mode: 'server'}])('a dry run ($mode) leaves the file as it is', async ({mode}) => {
  await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('web')}])
  const file = metricsFile(fleet)
  writeFileSync(file, 'earlier\n')
  const {exitCode} = await fleet.shell.run(...restart, '--dry-run', mode, '--metrics-file', file)
  expect(exitCode).toBe(0)
  expect(readFileSync(file, 'utf8')).toBe('earlier\n')
})

describe('a file that cannot be written is a warning, and the run ends as it would', () => {
  test.each<{because: string; place: (home: string) => string; says: string}>([
    {because: 'there is no folder', place: (home) => join(home, 'absent', 'x.prom'), says: 'its folder does not exist'},
    {
      because: 'there is a folder of that name',
      place: (home) => {
        mkdirSync(join(home, 'x.prom'))
        return join(home, 'x.prom')
      },
      says: 'it exists and is no regular file',
    },
    {
      because: 'it is a link to something else',
      place: (home) => {
        symlinkSync('/dev/null', join(home, 'x.prom'))
        return join(home, 'x.prom')
      },
      says: 'it exists and is no regular file',
    },
    {
      because: 'a part of the path is a file',
      place: (home) => {
        writeFileSync(join(home, 'file'), '')
        return join(home, 'file', 'x.prom')
      },
      says: 'a part of the path is not a directory (ENOTDIR)',
    },
  ])('$because', async ({place, says}) => {
    await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('web')}])
    const path = place(fleet.shell.home)
    const before = readdirSync(fleet.shell.home)
    const {exitCode, stderr, document} = await fleet.shell.run(...restart, '--metrics-file', path, '-o', 'json')
    expect(exitCode).toBe(0)
    expect(document()).toMatchObject({verdict: {code: 0}})
    expect(stderr).toMatch(
      new RegExp(`\\nThe metrics were not written to ${path}: ${says.replace(/[()]/g, '\\$&')}\\.\\n$`),
    )
    expect(readdirSync(fleet.shell.home).filter((name) => !name.startsWith('.'))).toEqual(
      before.filter((name) => !name.startsWith('.')),
    )
  })
})

test.each([
  {words: ['--metrics-file', '/tmp/hubspoke.txt'], says: '"/tmp/hubspoke.txt" does not end in .prom'},
  {words: ['--metrics-name', 'nightly "restart"', '--metrics-file', 'x.prom'], says: 'is no name for metrics'},
])('$words is wrong usage before any write: 2', async ({words, says}) => {
  await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('web')}])
  const {exitCode, stderr} = await fleet.shell.run(
    ...restart,
    ...words.map((word) => word.replace('x.prom', join(fleet.shell.home, 'x.prom'))),
  )
  expect(exitCode).toBe(2)
  expect(stderr).toContain(says)
  expect(fleet.writes()).toEqual([])
})

test.each([
  {name: 'scale', words: ['scale', image, '--replicas', '2', '-c', 'eu', '-y']},
  {name: 'set-image', words: ['set-image', image, ':1.1', '-c', 'eu', '-y']},
  {name: 'undo', words: ['undo', image, '-c', 'eu', '-y']},
  {name: 'apply', words: ['apply', '-f', '-', '-c', 'eu', '-y']},
  {name: 'runs-retry', words: ['runs', 'retry', 'last', '-y']},
  {name: 'nightly', words: [...restart, '--metrics-name', 'nightly']},
])('of $words: the name is $name', async ({name, words}) => {
  const settings = {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'settings', namespace: 'shop'}}
  const stdin = () => JSON.stringify(settings)
  await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('web')}], {stdin})
  const elsewhere = join(fleet.shell.home, 'first.prom')
  await fleet.shell.run(...restart, '--metrics-file', elsewhere)
  const first = readFileSync(elsewhere, 'utf8')
  const file = metricsFile(fleet)
  const {exitCode} = await fleet.shell.run(...words, '--metrics-file', file)
  expect(lastRunOf(file, name).exit_code ?? 0).toBe(exitCode)
  // Where metrics go belongs to an invocation: a retry does not take that of its run.
  expect(readFileSync(elsewhere, 'utf8')).toBe(first)
  for (const path of await fleet.shell.ledgers()) expect(readFileSync(path, 'utf8')).not.toContain('.prom')
})

test('a process: foreach has metrics, and a killed run leaves the earlier file intact', async () => {
  await using world = await openRealClockClusters([{name: 'eu', workloads: []}])
  const file = metricsFile(world)
  const foreach = ['foreach', '--all-contexts', '--yes', '--metrics-file', file, '--', 'node', '-e'] as const
  expect((await world.shell.run(...foreach, '')).exitCode).toBe(0)
  const first = readFileSync(file, 'utf8')
  expect(lastRunOf(file, 'foreach')).toMatchObject({'spokes{outcome="succeeded"}': 1})
  const {child, end, says} = world.shell.start(...foreach, 'console.log("started"); setTimeout(() => 0, 20_000)')
  await says('started')
  child.kill('SIGKILL')
  await end
  expect(readFileSync(file, 'utf8')).toBe(first)
  expect(readdirSync(join(world.shell.home, 'textfile'))).toEqual(['hubspoke.prom'])
})

const disk = await mountSmallDisk()
afterAll(() => disk?.[Symbol.asyncDispose]())

test.skipIf(disk === undefined)('on a disk that is full, the earlier file remains as it is', async () => {
  await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('web')}])
  const folder = disk?.folder ?? ''
  const file = join(folder, 'hubspoke.prom')
  await fleet.shell.run(...restart, '--metrics-file', file)
  const first = readFileSync(file, 'utf8')
  disk?.fill(0)
  await fleet.clock.sleep(60_000)
  const {exitCode, stderr} = await fleet.shell.run(...restart, '--metrics-file', file)
  expect(exitCode).toBe(0)
  expect(stderr).toContain(`The metrics were not written to ${file}: the disk is full (ENOSPC).\n`)
  expect(readFileSync(file, 'utf8')).toBe(first)
  expect(readdirSync(folder).sort()).toEqual(['filler', 'hubspoke.prom'])
})
