import {readFile, writeFile} from 'node:fs/promises'
import {expect, test} from 'vitest'
import type {ErrorReport} from '../../src/model/error-report.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {LedgerReport, RunReport, RunsReport} from '../support/workload-documents.ts'

const two = [
  {name: 'eu', workloads: runningWeb('cart', 'web')},
  {name: 'us', workloads: runningWeb('cart', 'web')},
]
const all = ['eu/shop/Deployment/cart', 'eu/shop/Deployment/web', 'us/shop/Deployment/cart', 'us/shop/Deployment/web']
const refusing = {type: 'answer', status: 422, verb: 'patch', name: 'web', message: 'No.', times: 1} as const

async function run(fleet: Fleet, ...words: readonly string[]): Promise<RunReport> {
  const report = (await fleet.shell.run(...words, '-o', 'json')).document() as RunReport
  await fleet.clock.advance(60_000)
  return report
}

const restart = (fleet: Fleet, ...flags: readonly string[]) =>
  run(fleet, 'restart', image, '--all-contexts', '--yes', ...flags)
const retry = (fleet: Fleet, ...words: readonly string[]) => run(fleet, 'runs', 'retry', ...words, '--yes')

const outcomes = ({results}: RunReport) =>
  Object.fromEntries(
    results.map(({context, namespace, kind, name, outcome}) => [`${context}/${namespace}/${kind}/${name}`, outcome]),
  )

/** What a run leaves that is killed while it writes its first record of this type. */
async function cutInside(ledger: string | null, type: string): Promise<void> {
  const text = await readFile(ledger ?? '', 'utf8')
  const start = text.indexOf(`{"type":"${type}"`)
  expect(start).toBeGreaterThan(0)
  await writeFile(ledger ?? '', text.slice(0, start + 30))
}

test('takes what failed and nothing else, under the stamp of the run; both name each other', async () => {
  await using fleet = await openFleet([{...two[0]!, trouble: [refusing]}, two[1]!])
  const first = await restart(fleet)
  expect(first.counts).toMatchObject({total: 4, succeeded: 3, failed: 1})
  const second = await retry(fleet, 'last')
  expect(outcomes(second)).toEqual({'eu/shop/Deployment/web': 'succeeded'})
  expect(second.run).toMatchObject({verb: 'restart', retryOf: first.run.id, arguments: {image}})
  expect(second.run.id).not.toBe(first.run.id)
  expect(second.verdict.code).toBe(0)
  expect(fleet.restarted()).toEqual(all)
  expect(fleet.stamps()).toHaveLength(1)
  expect(fleet.writes()).toHaveLength(5)
  const shown = (await fleet.shell.run('runs', 'show', first.run.id, '-o', 'json')).document() as LedgerReport
  expect(shown.run).toMatchObject({retryOf: null, retriedBy: [second.run.id]})
  expect(shown.suggestions).toEqual([`hubspoke runs show ${second.run.id}`])
  const other = (await fleet.shell.run('runs', 'show', second.run.id, '-o', 'json')).document() as LedgerReport
  expect(other.run).toMatchObject({retryOf: first.run.id, retriedBy: [], stamp: shown.run.stamp})
  const listed = (await fleet.shell.run('runs', 'list', '-o', 'json')).document() as RunsReport
  expect(listed.runs.map(({retryOf}) => retryOf)).toEqual([first.run.id, null])
})

test('the summary of a run with failures, and its ledger, name the command', async () => {
  await using fleet = await openFleet([{...two[0]!, trouble: [refusing]}])
  const {stdout} = await fleet.shell.run('restart', image, '--all-contexts', '--yes', '--concurrency', '2')
  const id = /Run (\S+) took/.exec(stdout)?.[1] ?? ''
  expect(stdout).toMatch(new RegExp(`  hubspoke runs retry ${id}\nExit 1:`))
  const shown = (await fleet.shell.run('runs', 'show', id, '-o', 'json')).document() as LedgerReport
  expect(shown.suggestions[0]).toBe(`hubspoke runs retry ${id}`)
})

test('shows what it retries and why, and asks; anything but yes is a No: 7, nothing written', async () => {
  await using fleet = await openFleet([{...two[0]!, trouble: [refusing]}, two[1]!], {answers: ['y', 'n']})
  await fleet.shell.run('restart', image, '--all-contexts')
  const before = fleet.writes()
  const {stderr, exitCode} = await fleet.shell.run('runs', 'retry', 'last')
  expect(stderr).toContain(`: restart what runs ${image} and is not yet in the desired state\n`)
  expect(stderr).toContain(
    '1 of its 4 targets is retried: 1 failed. Targets that the run has already written are only watched.\n',
  )
  expect(stderr).toMatch(/eu +1 +1 deploy +ledger +https/)
  expect(stderr).toMatch(/^Images that match:$/m)
  expect(stderr).toContain('Searched: nothing; the targets are those of the run ')
  expect(stderr).toContain('Retry the restart of 1 workload in 1 cluster? [y/N] ')
  expect(exitCode).toBe(7)
  expect(fleet.writes()).toEqual(before)
})

test('its plan says what goes down, as that of any run', async () => {
  const down = {namespace: 'shop', name: 'web', image: `${image}:1.0`, replicas: 3, strategy: 'Recreate'} as const
  await using fleet = await openFleet([{name: 'eu', workloads: [down], trouble: [refusing]}])
  await restart(fleet)
  const {stderr, document} = await fleet.shell.run('runs', 'retry', 'last', '--yes', '-o', 'json')
  expect(stderr).toContain('1 workload is unavailable during its rollout: eu/shop/Deployment/web (Recreate).')
  expect(document()).toMatchObject({results: [{disruption: [{why: 'recreate'}], outcome: 'succeeded'}]})
})

test('without a terminal and without --yes: 2, before any cluster is reached', async () => {
  await using fleet = await openFleet([{...two[0]!, trouble: [refusing]}])
  await restart(fleet)
  const asked = fleet.cluster('eu').requests().length
  expect(await fleet.shell.run('runs', 'retry', 'last')).toMatchObject({exitCode: 2})
  expect(fleet.cluster('eu').requests()).toHaveLength(asked)
})

test('a protected cluster wants its name', async () => {
  await using fleet = await openFleet([{...two[0]!, trouble: [refusing]}], {config: 'protectedContexts: [eu]\n'})
  await fleet.shell.run('restart', image, '-c', 'eu', '--yes', '--confirm', 'eu', '--reason', 'a leak')
  const {stderr, exitCode} = await fleet.shell.run('runs', 'retry', 'last', '--yes')
  expect(stderr).toContain('--confirm eu')
  expect(exitCode).toBe(2)
  expect((await retry(fleet, 'last', '--confirm', 'eu')).counts).toMatchObject({total: 1, succeeded: 1})
})

test('--dry-run shows it and writes nothing, no ledger either', async () => {
  await using fleet = await openFleet([{...two[0]!, trouble: [refusing]}])
  await restart(fleet)
  const before = fleet.writes()
  for (const mode of ['client', 'server']) {
    const report = await retry(fleet, 'last', '--dry-run', mode)
    expect(report).toMatchObject({counts: {total: 1}, run: {dryRun: mode, ledger: null}, verdict: {code: 0}})
  }
  expect(fleet.writes()).toEqual(before)
  expect(await fleet.shell.ledgers()).toHaveLength(1)
})

test('nothing left: 0, it says so, and reaches no cluster', async () => {
  await using fleet = await openFleet(two)
  const {run: done} = await restart(fleet)
  const asked = fleet.cluster('eu').requests().length
  for (const flags of [[], ['--failed'], ['--not-run']]) {
    const {stdout, exitCode} = await fleet.shell.run('runs', 'retry', 'last', ...flags)
    expect(stdout).toContain(
      `Exit 0: Nothing is left to retry: every target of the run ${done.id} ended in the desired state. What they are now was not read.`,
    )
    expect(exitCode).toBe(0)
  }
  expect(fleet.cluster('eu').requests()).toHaveLength(asked)
})

test('nothing left of a run that could not read a context: 0, and that this one was not in its plan', async () => {
  await using fleet = await openFleet([two[0]!, {...two[1]!, trouble: [{type: 'unreachable', how: 'refused'}]}])
  expect((await restart(fleet)).verdict.code).toBe(4)
  const {stdout, exitCode} = await fleet.shell.run('runs', 'retry', 'last')
  expect(stdout).toContain('contexts that it could not read were not in its plan.')
  expect(exitCode).toBe(0)
  const shown = (await fleet.shell.run('runs', 'show', 'last', '-o', 'json')).document() as LedgerReport
  expect(shown.suggestions).toEqual([expect.stringContaining(`hubspoke restart ${image} --all-contexts --run-id`)])
})

test('--failed and --not-run are two halves of what was left', async () => {
  await using fleet = await openFleet([{...two[0]!, trouble: [refusing]}])
  const first = await restart(fleet, '--concurrency', '1', '--max-failures', '0')
  const left = outcomes(first)
  expect(Object.values(left).sort()).toEqual(
    first.counts.notRun === 1 ? ['failed', 'not-run'] : ['failed', 'succeeded'],
  )
  const planned = async (flag: string) => Object.keys(outcomes(await retry(fleet, 'last', flag, '--dry-run', 'client')))
  expect(await planned('--failed')).toEqual(Object.keys(left).filter((name) => left[name] === 'failed'))
  expect(await planned('--not-run')).toEqual(Object.keys(left).filter((name) => left[name] === 'not-run'))
  expect(await fleet.shell.run('runs', 'retry', 'last', '--failed', '--not-run')).toMatchObject({exitCode: 2})
})

test('a retry of a retry goes on under the same stamp', async () => {
  await using fleet = await openFleet([{...two[0]!, trouble: [{...refusing, times: 2}]}, two[1]!])
  const first = await restart(fleet)
  const second = await retry(fleet, first.run.id)
  expect(outcomes(second)).toEqual({'eu/shop/Deployment/web': 'failed'})
  const third = await retry(fleet, 'last')
  expect(third.run.retryOf).toBe(second.run.id)
  expect(third.verdict.code).toBe(0)
  expect(fleet.stamps()).toHaveLength(1)
  const older = await fleet.shell.run('runs', 'retry', first.run.id, '--dry-run', 'client')
  expect(older.stderr).toContain(`"hubspoke runs retry ${second.run.id}" retries only what that run left unfinished.`)
  const again = await fleet.shell.run('restart', image, '--all-contexts', '--yes', '--run-id', second.run.id)
  expect(again.stderr).toContain(`hubspoke runs retry ${second.run.id}`)
  expect(again.exitCode).toBe(2)
  expect(fleet.stamps()).toHaveLength(1)
})

test.each(['writing', 'written', 'result'])('killed inside "%s": what was written is only watched', async (cut) => {
  await using fleet = await openFleet(two)
  const {run: killed} = await restart(fleet)
  expect(fleet.writes()).toHaveLength(4)
  await cutInside(killed.ledger, cut)
  const words = ['runs', 'retry', killed.id, '--yes', '--waves', '1,100%', '--pause', '5m', '-o', 'json'] as const
  const {stderr, document} = await fleet.shell.run(...words)
  const report = document() as RunReport
  expect(report.counts).toMatchObject({total: 4, succeeded: 4})
  for (const {reason} of report.results) expect(reason).toMatch(/; it was written before, nothing was written now$/)
  expect(stderr).toContain('of pause')
  expect(fleet.writes()).toHaveLength(4)
  expect(fleet.stamps()).toHaveLength(1)
})

test.each([
  {from: '"name":"web"', to: '"name":".."', says: 'cannot be read in its ledger: ".." is no name of Kubernetes'},
  {from: '"namespace":"shop"', to: '"namespace":"../x"', says: 'cannot be read in its ledger: "../x" is no name'},
  {from: '"kind":"Deployment"', to: '"kind":"Pod"', says: 'names only'},
])('a ledger with $to in it was changed: 2, and nothing is asked for', async ({from, to, says}) => {
  await using fleet = await openFleet(two)
  const {run: changed} = await restart(fleet)
  const lines = (await readFile(changed.ledger ?? '', 'utf8')).split('\n')
  const open = lines.filter((line) => /^\{"type":"(run|planned)"/.test(line))
  await writeFile(changed.ledger ?? '', `${open.join('\n').replaceAll(from, to)}\n`)
  const {stderr, exitCode} = await fleet.shell.run('runs', 'retry', changed.id, '--yes')
  expect(stderr).toContain(says)
  expect(exitCode).toBe(2)
  expect(fleet.writes()).toHaveLength(4)
})

test('a plan that is not all there is refused: 2, with the command that looks for all of it anew', async () => {
  await using fleet = await openFleet(two)
  const {run: killed} = await restart(fleet)
  const text = await readFile(killed.ledger ?? '', 'utf8')
  const lines = text.split('\n').filter((line) => /^\{"type":"(run|planned)"/.test(line))
  for (const cut of [lines.slice(0, 3), [lines[0], 'damaged', ...lines.slice(2)]]) {
    await writeFile(killed.ledger ?? '', `${cut.join('\n')}\n`)
    const {stdout, exitCode} = await fleet.shell.run('runs', 'retry', 'last', '--yes', '-o', 'json')
    const {error} = JSON.parse(stdout) as ErrorReport
    expect(error.message).toMatch(/names only [23] of the 4 targets that it had planned\. Nothing was written\.$/)
    expect(error.suggestions[0]).toContain(`hubspoke restart ${image} --all-contexts --run-id ${killed.id}`)
    expect(exitCode).toBe(2)
  }
  expect((await restart(fleet, '--run-id', killed.id)).counts).toMatchObject({total: 4, succeeded: 4})
  expect(fleet.writes()).toHaveLength(4)
})

test('a damaged line that hides no target is said, and what it hid is looked for in the cluster', async () => {
  await using fleet = await openFleet(two)
  const {run: damaged} = await restart(fleet)
  const text = await readFile(damaged.ledger ?? '', 'utf8')
  await writeFile(damaged.ledger ?? '', text.replace(/\{"type":"result".*\n/, '{"type":"res\n'))
  const {stderr, exitCode} = await fleet.shell.run('runs', 'retry', 'last', '--yes')
  expect(stderr).toContain('1 line of its ledger cannot be read. Every planned target is known;')
  expect(exitCode).toBe(0)
  expect(fleet.writes()).toHaveLength(4)
})

test.each([
  {change: {verb: 'explode'}, says: 'does not know its verb "explode"'},
  {change: {args: {}}, says: 'its arguments or its mark cannot be read'},
  {change: {mark: 'soon'}, says: 'its arguments or its mark cannot be read'},
  {change: {mark: 5}, says: 'what it was to do is not recorded'},
])('a ledger that begins with $change is refused: 2', async ({change, says}) => {
  await using fleet = await openFleet([{...two[0]!, trouble: [refusing]}])
  const {run: odd} = await restart(fleet)
  const [first = '', ...others] = (await readFile(odd.ledger ?? '', 'utf8')).split('\n')
  await writeFile(odd.ledger ?? '', [JSON.stringify({...JSON.parse(first), ...change}), ...others].join('\n'))
  const {stderr, exitCode} = await fleet.shell.run('runs', 'retry', 'last', '--yes')
  expect(stderr).toContain(says)
  expect(exitCode).toBe(2)
})
