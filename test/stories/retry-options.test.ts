import {copyFile, mkdir, readFile, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {keptFlags} from '../../src/cli/flags/kept-flags.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {LedgerReport, RunReport} from '../support/workload-documents.ts'

const refusing = {type: 'answer', status: 422, verb: 'patch', name: 'web', message: 'No.', times: 1} as const
const one = {name: 'eu', workloads: runningWeb('cart', 'web'), trouble: [refusing]}

interface Ended {
  readonly report: RunReport
  readonly plan: string
  readonly exitCode: number
}

async function run(fleet: Fleet, ...words: readonly string[]): Promise<Ended> {
  const {document, stderr, exitCode} = await fleet.shell.run(...words, '--yes', '-o', 'json')
  return {report: document() as RunReport, plan: stderr, exitCode}
}

/** Forgets a flag in the ledger, as if the version that wrote it had known nothing of it. */
async function forget(fleet: Fleet, flag: string): Promise<void> {
  const [ledger = ''] = await fleet.shell.ledgers()
  const [first = '', ...others] = (await readFile(ledger, 'utf8')).split('\n')
  const {options, ...record} = JSON.parse(first)
  delete options[flag]
  await writeFile(ledger, [JSON.stringify({...record, options}), ...others].join('\n'))
}

interface Kept {
  readonly flag: string
  /** What the run used, what the retry says anew, and what the config file says. */
  readonly used: string
  readonly anew: string
  readonly configured: string
  /** The same as documents have them. */
  readonly values: readonly [used: unknown, anew: unknown, configured: unknown]
  /** What else the flag needs. */
  readonly besides?: readonly string[]
}

const waves = ['--waves', '1,100%']
const options: readonly Kept[] = [
  {flag: 'cache-namespace', used: 'a', anew: 'b', configured: 'c', values: ['a', 'b', 'c']},
  {flag: 'preflight', used: 'strict', anew: 'report', configured: 'report', values: ['strict', 'report', 'report']},
  {flag: 'lock', used: 'off', anew: 'auto', configured: 'auto', values: ['off', 'auto', 'auto']},
  {flag: 'lock-wait', used: '1s', anew: '2s', configured: '3s', values: [1000, 2000, 3000]},
  {flag: 'max-failures', used: '7', anew: '50%', configured: '9', values: ['7', '50%', '9']},
  {flag: 'waves', used: '1,100%', anew: '100%', configured: '50%,100%', values: ['1,100%', '100%', '50%,100%']},
  {
    flag: 'wave-by',
    used: 'cluster',
    anew: 'target',
    configured: 'target',
    values: ['cluster', 'target', 'target'],
    besides: waves,
  },
  {flag: 'pause', used: '1s', anew: '2s', configured: '3s', values: ['1s', '2s', '3s'], besides: waves},
  {flag: 'stagger', used: '1s', anew: '2s', configured: '3s', values: [1000, 2000, 3000]},
  {
    flag: 'stagger-by',
    used: 'namespace',
    anew: 'registry',
    configured: 'registry',
    values: ['namespace', 'registry', 'registry'],
  },
  {flag: 'concurrency', used: '1', anew: '2', configured: '3', values: [1, 2, 3]},
  {flag: 'concurrency-per-cluster', used: '1', anew: '2', configured: '3', values: [1, 2, 3]},
  {flag: 'retries', used: '1', anew: '2', configured: '4', values: [1, 2, 4]},
  {flag: 'backoff', used: '1s', anew: '2s', configured: '3s', values: [1000, 2000, 3000]},
  {flag: 'backoff-factor', used: '3', anew: '4', configured: '5', values: [3, 4, 5]},
  {flag: 'backoff-max', used: '1m', anew: '2m', configured: '3m', values: [60_000, 120_000, 180_000]},
  {flag: 'timeout', used: '15m', anew: '16m', configured: '17m', values: [900_000, 960_000, 1_020_000]},
]

const switches: readonly (Pick<Kept, 'flag' | 'besides'> & {readonly on: boolean})[] = [
  {flag: 'undo-failed', on: true},
  {flag: 'fail-fast', on: true},
  {flag: 'change-cause', on: true},
  {flag: 'wait', on: false},
]

test('every option that a retry keeps is in one of these tables', () => {
  expect([...options, ...switches].map(({flag}) => flag).sort()).toEqual([...keptFlags].sort())
})

describe.each(options)('--$flag', ({flag, used, anew, configured, values, besides = []}) => {
  const variable = `HUBSPOKE_${flag.toUpperCase().replaceAll('-', '_')}`
  const world = {config: `defaults:\n  ${flag}: ${JSON.stringify(configured)}\n`}
  const first = ['restart', image, '-c', 'eu', `--${flag}`, used, ...besides]

  test('is kept, whatever the config file says by now', async () => {
    await using fleet = await openFleet([one], world)
    await run(fleet, ...first)
    const {report, plan} = await run(fleet, 'runs', 'retry', 'last')
    expect(report.run.arguments[flag]).toEqual(values[0])
    expect(plan.replace(/\s+/g, ' ')).toContain(`--${flag} ${used}`)
    expect(plan).toContain('Options kept from the run')
  })

  test('is another one where the command line says so, and the plan names both', async () => {
    await using fleet = await openFleet([one], world)
    await run(fleet, ...first)
    const {report, plan} = await run(fleet, 'runs', 'retry', 'last', `--${flag}`, anew)
    expect(report.run.arguments[flag]).toEqual(values[1])
    expect(plan.replace(/\s+/g, ' ')).toContain(`--${flag} ${anew} (that run: --${flag} ${used})`)
  })

  test('is that of this command where the ledger does not know it, and the plan says so', async () => {
    await using fleet = await openFleet([one], world)
    await run(fleet, ...first)
    await forget(fleet, flag)
    const {report, plan} = await run(fleet, 'runs', 'retry', 'last')
    expect(report.run.arguments[flag]).toEqual(values[2])
    expect(plan.replace(/\s+/g, ' ')).toContain(
      `Not recorded by that run, so the values of this command apply: --${flag}.`,
    )
  })

  test('is kept also by a retry of the retry, and before the environment', async () => {
    await using fleet = await openFleet([{...one, trouble: [{...refusing, times: 2}]}], {env: {[variable]: configured}})
    await run(fleet, ...first)
    await run(fleet, 'runs', 'retry', 'last')
    expect((await run(fleet, 'runs', 'retry', 'last')).report.run.arguments[flag]).toEqual(values[0])
  })
})

describe.each(switches)('--$flag', ({flag, on}) => {
  const word = (is: boolean) => (is ? `--${flag}` : `--no-${flag}`)
  const isOn = ({report}: Ended) => report.run.arguments[flag] === true

  test.each([{used: on}, {used: !on}])('used as $used is kept, whatever the config file says', async ({used}) => {
    await using fleet = await openFleet([one], {config: `defaults:\n  ${flag}: ${!used}\n`})
    await run(fleet, 'restart', image, '-c', 'eu', word(used))
    const kept = await run(fleet, 'runs', 'retry', 'last')
    expect(isOn(kept)).toBe(used)
    if (used === on) expect(kept.plan.replace(/\s+/g, ' ')).toContain(`Options kept from the run`)
  })

  test('is another one where the command line says so', async () => {
    await using fleet = await openFleet([one])
    await run(fleet, 'restart', image, '-c', 'eu', word(on))
    const changed = await run(fleet, 'runs', 'retry', 'last', word(!on))
    expect(isOn(changed)).toBe(!on)
    expect(changed.plan).toContain('Options changed on the command line')
  })

  test('is that of this command where the ledger does not know it', async () => {
    await using fleet = await openFleet([one], {config: `defaults:\n  ${flag}: ${!on}\n`})
    await run(fleet, 'restart', image, '-c', 'eu', word(on))
    await forget(fleet, flag)
    const unknown = await run(fleet, 'runs', 'retry', 'last')
    expect(isOn(unknown)).toBe(!on)
    expect(unknown.plan).toContain(`apply: --${flag}.`)
  })
})

test('a deadline counts for one run: it is not kept, and the plan says so', async () => {
  await using fleet = await openFleet([one])
  await run(fleet, 'restart', image, '-c', 'eu', '--deadline', '50m')
  const {report, plan} = await run(fleet, 'runs', 'retry', 'last')
  expect(report.run.arguments).not.toHaveProperty('deadline')
  expect(plan).toContain('Its --deadline 50m is not kept: a deadline applies to one run only.')
})

test('a run with the defaults: the plan says that they are kept, and no default of the config file comes in', async () => {
  await using fleet = await openFleet([one])
  await run(fleet, 'restart', image, '-c', 'eu')
  const {plan} = await run(fleet, 'runs', 'retry', 'last')
  expect(plan).toMatch(/The options of the run \S+ were the defaults, and are kept\./)
})

test('the waves of a run are the waves of its retry: a canary first, and a failure stops it', async () => {
  const three = {...one, workloads: runningWeb('cart', 'pay', 'web'), trouble: [{...refusing, name: 'cart', times: 2}]}
  await using fleet = await openFleet([three])
  await run(fleet, 'restart', image, '-c', 'eu', '--waves', '1,100%', '--undo-failed')
  const {report, plan, exitCode} = await run(fleet, 'runs', 'retry', 'last')
  expect(plan).toContain('Waves:')
  expect(report.counts).toMatchObject({failed: 1, notRun: 2})
  expect(exitCode).toBe(5)
  const {stdout} = await fleet.shell.run('runs', 'retry', 'last', '--dry-run', 'client')
  expect(stdout).toContain('shop')
})

test('--pause ask of a run without a terminal for its retry: 2, with the way to say another one', async () => {
  await using fleet = await openFleet([one], {answers: ['y', 'c']})
  await fleet.shell.run('restart', image, '-c', 'eu', '--waves', '1,100%', '--pause', 'ask')
  const [ledger = ''] = await fleet.shell.ledgers()
  await using alone = await openFleet([one])
  const copy = join(alone.shell.home, '.local', 'state', 'hubspoke', 'runs', ledger.split('/').at(-1) ?? '')
  await mkdir(dirname(copy), {recursive: true})
  await copyFile(ledger, copy)
  const {stderr, exitCode} = await alone.shell.run('runs', 'retry', 'last', '--yes')
  expect(stderr).toContain('--pause 5m')
  expect(exitCode).toBe(2)
})

describe('ledgers of earlier versions', () => {
  const place = (fleet: Fleet, id: string) =>
    join(fleet.shell.home, '.local', 'state', 'hubspoke', 'runs', `${id}.jsonl`)
  const read = (name: string) => readFile(join(import.meta.dirname, '../../fixtures/ledgers', name), 'utf8')

  /** The fixture, as if its run had been made in this world. */
  async function adopt(fleet: Fleet, name: string, id: string): Promise<void> {
    const text = (await read(name))
      .replaceAll('f3dd064a-0b5e-4892-bd25-7f63902bb5fd', fleet.cluster('eu').uid)
      .replaceAll('ee6cce49-479d-43c1-8a77-989dfbdcc94b', uidOf(fleet, 'web'))
    await mkdir(dirname(place(fleet, id)), {recursive: true})
    await writeFile(place(fleet, id), text)
  }
  const uidOf = (fleet: Fleet, name: string) =>
    String(fleet.cluster('eu').object('Deployment', 'shop', name)?.metadata.uid)

  test('their runs can be shown and retried, and how they were paced is kept', async () => {
    await using fleet = await openFleet([{...one, trouble: []}], {config: 'defaults:\n  waves: 100%\n  retries: 9\n'})
    const id = '20261124-200000-0001'
    await adopt(fleet, 'paced-run.jsonl', id)
    const shown = (await fleet.shell.run('runs', 'show', id, '-o', 'json')).document() as LedgerReport
    expect(shown).toMatchObject({counts: {total: 4, failed: 1}, run: {exitCode: 1, reason: 'a leak'}})
    const {report, plan} = await run(fleet, 'runs', 'retry', id)
    expect(report.run.arguments).toMatchObject({waves: '1,50%,100%', pause: '30s', concurrency: 3, retries: 3})
    expect(plan.replace(/\s+/g, ' ')).toContain(
      '--max-failures 1 --undo-failed --waves 1,50%,100% --pause 30s --concurrency 3 --timeout 5m',
    )
    expect(report).toMatchObject({counts: {total: 1, succeeded: 1}, verdict: {code: 0}})
  })

  test('what a flag was not used for is not taken from the config file', async () => {
    await using fleet = await openFleet([{...one, trouble: []}], {config: 'defaults:\n  waves: 100%\n  timeout: 1h\n'})
    const id = '20261124-200000-0002'
    await adopt(fleet, 'plain-run.jsonl', id)
    const {report} = await run(fleet, 'runs', 'retry', id)
    expect(report.run.arguments).not.toHaveProperty('timeout')
    expect(report.run.arguments).not.toHaveProperty('waves')
    expect(report.run.waves).toEqual([])
    expect(report.verdict.code).toBe(0)
  })

  test('with arguments that say nothing of pace, all of it is unknown, and the plan says so', async () => {
    await using fleet = await openFleet([{...one, trouble: []}])
    const id = '20261124-200000-0002'
    await adopt(fleet, 'plain-run.jsonl', id)
    const [first = '', ...others] = (await readFile(place(fleet, id), 'utf8')).split('\n')
    const bare = {...JSON.parse(first), arguments: {image}}
    await writeFile(place(fleet, id), [JSON.stringify(bare), ...others].join('\n'))
    const {report, plan} = await run(fleet, 'runs', 'retry', id)
    expect(plan.replace(/\s+/g, ' ')).toContain('apply: --cache-namespace, ')
    expect(report.verdict.code).toBe(0)
  })

  test.each([
    {name: 'concurrency', value: -1},
    {name: 'waves', value: 'all of it'},
    {name: 'timeout', value: 'soon'},
    {name: 'lock', value: 'maybe'},
    {name: 'waves', value: '--yes'},
  ])('a ledger in which --$name is $value: 2, nothing is written', async ({name, value}) => {
    await using fleet = await openFleet([one])
    await run(fleet, 'restart', image, '-c', 'eu')
    const [ledger = ''] = await fleet.shell.ledgers()
    const [first = '', ...others] = (await readFile(ledger, 'utf8')).split('\n')
    const record = JSON.parse(first)
    await writeFile(
      ledger,
      [JSON.stringify({...record, options: {...record.options, [name]: value}}), ...others].join('\n'),
    )
    const writes = fleet.writes()
    expect(await fleet.shell.run('runs', 'retry', 'last', '--yes')).toMatchObject({exitCode: 2})
    expect(fleet.writes()).toEqual(writes)
  })
})
