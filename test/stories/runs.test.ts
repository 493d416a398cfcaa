import {copyFile, mkdir, readFile, rm, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {LedgerReport, RunReport, RunsReport} from '../support/workload-documents.ts'

const two = [
  {name: 'eu', workloads: runningWeb('cart', 'web')},
  {name: 'us', workloads: runningWeb('cart', 'web')},
]
const all = ['eu/shop/Deployment/cart', 'eu/shop/Deployment/web', 'us/shop/Deployment/cart', 'us/shop/Deployment/web']
const restart = ['restart', image, '--all-contexts', '--yes'] as const

const nameOf = ({context, namespace, kind, name}: LedgerReport['targets'][number]) =>
  `${context}/${namespace}/${kind}/${name}`

async function restarted(fleet: Fleet, ...flags: readonly string[]): Promise<RunReport> {
  const report = (await fleet.shell.run(...restart, ...flags, '-o', 'json')).document() as RunReport
  await fleet.clock.advance(60_000)
  return report
}

async function list(fleet: Fleet): Promise<RunsReport> {
  return (await fleet.shell.run('runs', 'list', '-o', 'json')).document() as RunsReport
}

async function show(fleet: Fleet, id: string): Promise<LedgerReport> {
  return (await fleet.shell.run('runs', 'show', id, '-o', 'json')).document() as LedgerReport
}

/** What a run leaves that is killed while it writes its first record of this type. */
async function cutInside(ledger: string, type: string): Promise<void> {
  const text = await readFile(ledger, 'utf8')
  const start = text.indexOf(`{"type":"${type}"`)
  expect(start).toBeGreaterThan(0)
  await writeFile(ledger, text.slice(0, start + 30))
}

test('after a restart, the list and the ledger show the same as its summary', async () => {
  await using fleet = await openFleet(two)
  const {run, counts, results} = await restarted(fleet)
  const open = {planned: 0, writing: 0, written: 0, watching: 0, retrying: 0}
  const facts = {id: run.id, verb: 'restart', image, startedAt: expect.any(String), state: 'ended', exitCode: 0}
  expect((await list(fleet)).runs).toEqual([expect.objectContaining({...facts, counts: {...counts, ...open}})])
  const ledger = await show(fleet, 'last')
  expect(ledger.run).toMatchObject({...facts, ledger: run.ledger, arguments: run.arguments, stamp: fleet.stamps()[0]})
  expect(ledger.targets.map(nameOf).sort()).toEqual(all)
  expect(ledger.targets).toEqual(
    // What the plan told before the run is not in its ledger, nor what containers wrote.
    results.map(({owner, otherOwners, obstacles, disruption, logTail, ...result}) => {
      return {...result, state: 'result', wrote: 'yes', server: fleet.cluster(result.context).server}
    }),
  )
  expect(ledger.suggestions).toEqual([])
})

test('the text is the same as that of the run', async () => {
  const stuck = {type: 'answer', status: 422, verb: 'patch', name: 'web', message: 'No.'} as const
  await using fleet = await openFleet([{...two[0]!, trouble: [stuck]}, two[1]!])
  const {run} = await restarted(fleet)
  const listed = await fleet.shell.run('runs', 'list')
  expect(listed.stdout).toMatch(
    new RegExp(`${run.id} +exit 1 +2026-11-24 \\S+ UTC +\\S+ +ada +1 failed, 3 succeeded +${image}\n`),
  )
  expect(listed).toMatchObject({exitCode: 0, stderr: ''})
  const {stdout, exitCode} = await fleet.shell.run('runs', 'show', 'last')
  expect(stdout).toMatch(/^FAILED {2}eu\/shop\/Deployment\/web/)
  expect(stdout).toMatch(/Total 4 {2}Succeeded 3 {2}Failed 1/)
  expect(stdout).toContain(
    `hubspoke runs retry ${run.id}\n  hubspoke restart ${image} --all-contexts --run-id ${run.id}`,
  )
  expect(stdout).toContain(`Exit 0: The run ${run.id} ended with exit code 1.`)
  expect(exitCode).toBe(0)
  expect((await show(fleet, 'last')).targets.find(({outcome}) => outcome === 'failed')).toMatchObject({wrote: 'no'})
})

test('neither reaches a cluster, nor needs a kubeconfig', async () => {
  await using fleet = await openFleet(two)
  await restarted(fleet)
  const asked = () => fleet.sandbox.clusters.flatMap((cluster) => cluster.requests()).length
  const before = asked()
  await rm(fleet.shell.kubeconfigPath)
  expect(await fleet.shell.run('runs', 'list')).toMatchObject({exitCode: 0})
  expect(await fleet.shell.run('runs', 'show', 'last')).toMatchObject({exitCode: 0})
  expect(asked()).toBe(before)
})

test('for a killed run the output shows the state of each target, and how to continue', async () => {
  await using fleet = await openFleet(two)
  const {run} = await restarted(fleet, '--concurrency', '1')
  await cutInside(run.ledger ?? '', 'written')
  const {stdout, exitCode} = await fleet.shell.run('runs', 'show', run.id)
  expect(stdout).toMatch(
    /^WRITING {2}\w+\/shop\/Deployment\/\w+\n {2}A write was announced; whether it arrived is not known\./,
  )
  expect(stdout).toContain('PLANNED  3 targets\n')
  expect(stdout).toMatch(/Total 4 {2}Succeeded 0 {2}Failed 0 {2}Writing 1 {2}Planned 3/)
  expect(stdout).toContain('Unfinished: it is still in progress or was killed')
  expect(stdout).toContain(`Next:\n  hubspoke runs retry ${run.id}\n`)
  for (const name of all) expect(stdout).toContain(name)
  expect(exitCode).toBe(0)
  const listed = await fleet.shell.run('runs', 'list')
  expect(listed.stdout).toMatch(
    new RegExp(`${run.id} +unfinished +2026-11-24 \\S+ UTC +\\S+ +ada +1 writing, 3 planned +${image}\n`),
  )
  expect(listed.stdout).toContain(`hubspoke runs show ${run.id}`)
})

test.each([
  {cut: 'writing', states: ['planned', 'planned', 'planned', 'planned'], wrote: 'no'},
  {cut: 'written', states: ['planned', 'planned', 'planned', 'writing'], wrote: 'maybe'},
  {cut: 'result', states: ['planned', 'planned', 'planned', 'written'], wrote: 'yes'},
  {cut: 'ended', states: ['result', 'result', 'result', 'result'], wrote: 'yes'},
])('a ledger cut inside "$cut" is unfinished, with every planned target', async ({cut, states, wrote}) => {
  await using fleet = await openFleet(two)
  const {run} = await restarted(fleet, '--concurrency', '1')
  await cutInside(run.ledger ?? '', cut)
  const {run: recorded, targets, counts} = await show(fleet, 'last')
  expect(recorded).toMatchObject({state: 'unfinished', exitCode: null, damagedLines: 1})
  expect(targets.map(nameOf).sort()).toEqual(all)
  expect(targets.map(({state}) => state).sort()).toEqual(states)
  expect(targets.map((target) => target.wrote)).toContain(wrote)
  expect(counts.total).toBe(4)
})

test('its suggested commands continue the run: finished targets are not written, the rest is restarted', async () => {
  await using fleet = await openFleet(two)
  const selected = ['restart', image, '-c', 'e*', '-c', 'us', '--concurrency', '1', '--backoff', '90s'] as const
  const interrupted = fleet.shell.run(...selected, '--yes')
  while (fleet.restarted().length === 0) await new Promise((resolve) => setImmediate(resolve))
  fleet.shell.signal('SIGINT')
  expect(await interrupted).toMatchObject({exitCode: 130})
  const {run, suggestions} = await show(fleet, 'last')
  expect(run).toMatchObject({state: 'ended', exitCode: 130, stoppedBy: 'SIGINT'})
  const again = `hubspoke restart ${image} -c 'e*' -c us --concurrency 1 --backoff 1m30s --run-id ${run.id}`
  expect(suggestions).toEqual([`hubspoke runs retry ${run.id}`, again])
  expect(await fleet.shell.run(...selected, '--yes', '--run-id', run.id)).toMatchObject({exitCode: 0})
  expect(fleet.restarted()).toEqual(all)
  expect(fleet.stamps()).toHaveLength(1)
  expect(fleet.writes()).toHaveLength(4)
  expect((await list(fleet)).runs).toMatchObject([{state: 'ended', exitCode: 0, counts: {total: 4, succeeded: 4}}])
})

test('a run is found by an unambiguous beginning of its id; the newest is the last', async () => {
  await using fleet = await openFleet(two)
  const older = await restarted(fleet, '--run-id', '20261123-080000-00ab')
  const newer = await restarted(fleet, '--run-id', '20261124-080000-00cd')
  expect((await list(fleet)).runs.map(({id}) => id)).toEqual([newer.run.id, older.run.id])
  expect((await show(fleet, 'last')).run.id).toBe(newer.run.id)
  expect((await show(fleet, '20261123')).run.id).toBe(older.run.id)
  const several = await fleet.shell.run('runs', 'show', '202611')
  expect(several.stderr).toContain('2 runs begin with "202611".\n  try: hubspoke runs show 20261124-080000-00cd\n')
  expect(several.exitCode).toBe(2)
})

test.each([
  {typed: '20261123-080000-00ba', near: '20261123-080000-00ab', because: 'it is near'},
  {typed: 'yesterday', near: '20261124-080000-00cd', because: 'none is near, and this is the newest'},
  {typed: '', near: '20261124-080000-00cd', because: 'nothing was typed'},
  {typed: 'latest', near: 'last', because: 'that is what it is called'},
  {typed: 'LAST', near: 'last', because: 'case counts'},
])('"$typed" is wrong usage, and $near is suggested first: $because', async ({typed, near}) => {
  await using fleet = await openFleet(two)
  await restarted(fleet, '--run-id', '20261123-080000-00ab')
  await restarted(fleet, '--run-id', '20261124-080000-00cd')
  for (const words of [['show'], ['show', '-o', 'json'], ['retry']]) {
    const {stderr, exitCode} = await fleet.shell.run('runs', ...words, typed)
    expect(stderr).toMatch(new RegExp(`^There is no run "${typed}"\\.\n {2}try: hubspoke runs ${words[0]} ${near}\n`))
    expect(exitCode).toBe(2)
  }
})

test('of runs of one second, the last is the one that began later', async () => {
  await using fleet = await openFleet(two)
  await restarted(fleet, '--run-id', '20261124-080000-00ff')
  await restarted(fleet, '--run-id', '20261124-080000-0001')
  expect((await list(fleet)).runs.map(({id}) => id)).toEqual(['20261124-080000-0001', '20261124-080000-00ff'])
  expect((await show(fleet, 'last')).run.id).toBe('20261124-080000-0001')
})

test.each(['', '{"type":"run","at":"20'])(
  'the last run is none that was killed before its first record: %j',
  async (left) => {
    await using fleet = await openFleet(two)
    const {run} = await restarted(fleet)
    await writeFile(join(dirname(run.ledger ?? ''), '20261124-230000-0001.jsonl'), left)
    for (const words of [['show'], ['retry', '--dry-run', 'client']]) {
      const {stdout, exitCode} = await fleet.shell.run('runs', ...words, 'last')
      expect(stdout).toContain(run.id)
      expect(exitCode).toBe(0)
    }
    await rm(run.ledger ?? '')
    expect((await show(fleet, 'last')).run.id).toBe('20261124-230000-0001')
  },
)

test('without runs the list says so and ends with 0; showing the last one ends with 2', async () => {
  await using fleet = await openFleet(two)
  const listed = await fleet.shell.run('runs', 'list')
  expect(listed.stdout).toBe(`Exit 0: No run has left a ledger in ${fleet.shell.home}/.local/state/hubspoke/runs.\n`)
  expect(listed.exitCode).toBe(0)
  expect((await list(fleet)).runs).toEqual([])
  const shown = await fleet.shell.run('runs', 'show', 'last')
  expect(shown.stderr).toContain('No run has left a ledger')
  expect(shown.exitCode).toBe(2)
})

test('a ledger that cannot be read hides no other, and the list does not end with 0', async () => {
  await using fleet = await openFleet(two)
  const {run} = await restarted(fleet)
  const renamed = join(dirname(run.ledger ?? ''), '20261124-070000-0bad.jsonl')
  await copyFile(run.ledger ?? '', renamed)
  const {stdout, exitCode} = await fleet.shell.run('runs', 'list')
  expect(stdout).toMatch(/^NOT READ {2}20261124-070000-0bad {2}\(usage\)\n.*is of another run than it is named after/)
  expect(stdout).toContain(`${run.id}  exit `)
  expect(stdout).toContain('Exit 2: The ledgers of 1 of 2 runs could not be read.')
  expect(exitCode).toBe(2)
  expect(await fleet.shell.run('runs', 'show', '20261124-07')).toMatchObject({exitCode: 2})
})

test('an empty ledger is a run that was killed before its first record', async () => {
  await using fleet = await openFleet(two)
  const runs = join(fleet.shell.home, '.local', 'state', 'hubspoke', 'runs')
  await mkdir(runs, {recursive: true})
  await writeFile(join(runs, '20261124-080000-0001.jsonl'), '')
  const {stdout, exitCode} = await fleet.shell.run('runs', 'show', 'last')
  expect(stdout).toContain('its start is not recorded')
  expect(stdout).toContain('is unfinished: no target was recorded.')
  expect(stdout).not.toContain('Next:')
  expect(exitCode).toBe(0)
  expect((await list(fleet)).runs).toMatchObject([{verb: null, startedAt: null, state: 'unfinished'}])
})

test('control characters anywhere in a ledger are not printed', async () => {
  await using fleet = await openFleet(two)
  const {run} = await restarted(fleet)
  const [first = '', ...others] = (await readFile(run.ledger ?? '', 'utf8')).trimEnd().split('\n')
  const head = {...JSON.parse(first), verb: '\u001b[2Jrestart', args: {image: `\u001b[2J${image}`}}
  const target = {clusterUid: 'u', context: 'e\u001b[2Ju', kind: 'Deployment', namespace: 's', name: 'n', uid: 'u'}
  const planned = {type: 'planned', at: '\u001b[31m', target: {...target, matched: []}, server: '\u001b[1m'}
  await writeFile(run.ledger ?? '', [JSON.stringify(head), ...others, JSON.stringify(planned)].join('\n'))
  for (const format of ['table', 'wide', 'json', 'yaml']) {
    expect(await fleet.shell.run('runs', 'show', 'last', '-o', format)).toMatchObject({exitCode: 0})
    expect(await fleet.shell.run('runs', 'list', '-o', format)).toMatchObject({exitCode: 0})
  }
  for (const text of ['u', 'restart', image]) expect(fleet.shell.everythingPrinted()).toContain(`\\x1b[2J${text}`)
  expect(fleet.shell.everythingPrinted()).not.toContain('\u001b')
})

test('contexts that the run could not read are named, as in its own summary', async () => {
  const forbidden = {type: 'forbidden', resource: 'statefulsets'} as const
  await using fleet = await openFleet([two[0]!, {...two[1]!, trouble: [forbidden]}, {name: 'down', workloads: []}])
  await fleet.cluster('down').stop()
  await restarted(fleet)
  const {unread, verdict} = await show(fleet, 'last')
  expect(unread).toMatchObject([
    {context: 'us', inPart: true, failure: {class: 'forbidden'}},
    {context: 'down', inPart: false, failure: {class: 'unreachable'}},
  ])
  expect(verdict.sentence).toContain('2 contexts that could not be read in full (us and down)')
  const {stdout} = await fleet.shell.run('runs', 'show', 'last')
  expect(stdout).toMatch(/^NOT READ {2}down {2}\(unreachable\)$/m)
  expect(stdout).toMatch(/^READ IN PART {2}us {2}\(forbidden\)$/m)
})

describe('a ledger that was changed by hand', () => {
  const secret = 'hunter2-of-the-server'
  const edited = async (fleet: Fleet, change: (text: string) => string) => {
    const {run} = await restarted(fleet, '--reason', 'rotate', '--selector', 'app!=other')
    const path = run.ledger ?? ''
    await writeFile(path, change(await readFile(path, 'utf8')))
    return run.id
  }

  test.each([
    {what: 'the URL of a server', change: (text: string) => text.replaceAll('https://', `https://ada:${secret}@`)},
    {what: 'the reason of the run', change: (text: string) => text.replaceAll('rotate', `password=${secret}`)},
    {what: 'the selector', change: (text: string) => text.replaceAll('app!=other', `token=${secret}`)},
    {
      what: 'the reason of a result',
      change: (text: string) => text.replaceAll('new pod', `password=${secret} new pod`),
    },
  ])('no secret in $what is shown, in any format', async ({change}) => {
    await using fleet = await openFleet(two)
    const id = await edited(fleet, change)
    for (const format of ['table', 'wide', 'json', 'yaml', 'tsv']) {
      const {stdout, stderr} = await fleet.shell.run('runs', 'show', id, '-o', format)
      expect(stdout.length, format).toBeGreaterThan(0)
      expect(stdout + stderr, format).not.toContain(secret)
    }
    const listed = await fleet.shell.run('runs', 'list', '-o', 'json')
    expect(listed.stdout + listed.stderr).not.toContain(secret)
    const retried = await fleet.shell.run('runs', 'retry', id, '--yes', '-o', 'json')
    expect(retried.stdout + retried.stderr).not.toContain(secret)
  })

  test('by a newer version: it says so, and neither retries, continues nor removes it', async () => {
    await using fleet = await openFleet(two)
    const id = await edited(fleet, (text) => text.replace('"schemaVersion":2', '"schemaVersion":3'))
    const {stdout} = await fleet.shell.run('runs', 'show', id)
    expect(stdout).toContain('A newer version of hubspoke wrote it. This version cannot read all of it.')
    expect(stdout).not.toContain('runs retry')
    const written = fleet.writes()
    for (const words of [
      ['runs', 'retry', id, '--yes'],
      ['undo', '--run', id, '--yes'],
      [...restart, '--run-id', id],
    ]) {
      const refused = await fleet.shell.run(...words)
      expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('a newer version of hubspoke')])
    }
    expect(fleet.writes()).toEqual(written)
    await fleet.shell.run('runs', 'prune', '--older-than', '0s', '--keep', '0', '--unfinished', '--yes')
    expect((await list(fleet)).runs.map((run) => run.id)).toEqual([id])
  })
})
