import {copyFile, mkdir, readFile, stat, truncate, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {LedgerReport, RunReport, RunsReport} from '../support/workload-documents.ts'

const two = [
  {name: 'eu', workloads: runningWeb('cart', 'web')},
  {name: 'us', workloads: runningWeb('cart', 'web')},
]
const id = '20261124-200000-0007'
const other = 'ghcr.io/acme/other'
const same = ['restart', image, '-c', 'eu', '-n', 'shop', '--kind', 'deploy', '-l', 'app!=x', '--yes', '--run-id', id]

const report = async (fleet: Fleet, ...words: readonly string[]) =>
  (await fleet.shell.run(...words, '-o', 'json')).document() as RunReport

/** The command with one part of it replaced. */
function but(from: string, ...to: readonly string[]): readonly string[] {
  const at = same.indexOf(from)
  return [...same.slice(0, at), ...to, ...same.slice(at + (from.startsWith('-') ? 2 : 1))]
}

describe('a run id that is used again', () => {
  test.each([
    {words: but(image, other), names: `image "${image}" then, "${other}" now`},
    {words: but(image, `${image}:1.0`), names: `image "${image}" then, "${image}:1.0" now`},
    {words: but('-c', '-c', 'us'), names: 'context "eu" then, "us" now'},
    {words: but('-c', '--all-contexts'), names: 'all-contexts not given then, "true" now'},
    {words: but('-c', '-c', 'eu,us'), names: 'context "eu" then, "eu,us" now'},
    {words: but('-c', '-g', 'both'), names: 'group not given then, "both" now'},
    {words: but('-n'), names: 'namespace "shop" then, not given now'},
    {words: but('-n', '-n', 'shop', '-n', 'pay'), names: 'namespace "shop" then, "shop,pay" now'},
    {words: but('--kind'), names: 'kind "Deployment" then, not given now'},
    {words: but('--kind', '--kind', 'sts'), names: 'kind "Deployment" then, "StatefulSet" now'},
    {words: but('-l'), names: 'selector "app!=x" then, not given now'},
    {words: but('-l', '-l', 'app!=y'), names: 'selector "app!=x" then, "app!=y" now'},
  ])('for something else is refused with 2, and nothing is written or read: $names', async ({words, names}) => {
    await using fleet = await openFleet(two, {config: 'groups:\n  both: [eu, us]\n'})
    expect((await report(fleet, ...same)).verdict.code).toBe(0)
    const [ledger = ''] = await fleet.shell.ledgers()
    const [before, writes] = [await readFile(ledger, 'utf8'), fleet.writes()]
    const asked = fleet.cluster('eu').requests().length
    for (const dryRun of [[], ['--dry-run', 'client']]) {
      const {stderr, exitCode} = await fleet.shell.run(...words, ...dryRun)
      expect(stderr).toContain(names)
      expect(stderr).toContain('Nothing was written.')
      expect(exitCode).toBe(2)
    }
    expect(fleet.writes()).toEqual(writes)
    expect(fleet.cluster('eu').requests()).toHaveLength(asked)
    expect(await readFile(ledger, 'utf8')).toBe(before)
  })

  test.each([
    {words: but('-n', '-n', ' shop,shop'), because: 'a list in another spelling'},
    {words: but('--kind', '--kind', 'Deployments'), because: 'a kind by another of its names'},
    {words: [...same, '--concurrency', '1', '--waves', '1,100%', '--timeout', '1h'], because: 'another pace'},
    {words: [...same, '--reason', 'again', '--fresh', 'scan', '--lock', 'off', '-v'], because: 'another reason'},
  ])('for the same run continues it: $because', async ({words}) => {
    await using fleet = await openFleet(two)
    expect((await report(fleet, ...same)).verdict.code).toBe(0)
    const again = await report(fleet, ...words)
    expect(again).toMatchObject({verdict: {code: 0}, run: {id}})
    expect(fleet.writes()).toHaveLength(2)
    const shown = (await fleet.shell.run('runs', 'show', id, '-o', 'json')).document() as LedgerReport
    expect(shown.run.conflicts).toEqual([])
  })

  test('by the environment is the same as on the command line', async () => {
    await using fleet = await openFleet(two, {env: {HUBSPOKE_RUN_ID: id}})
    expect((await report(fleet, 'restart', image, '-c', 'eu', '--yes')).verdict.code).toBe(0)
    const {stderr, exitCode} = await fleet.shell.run('restart', other, '-c', 'eu', '--yes')
    expect(stderr).toContain(`image "${image}" then, "${other}" now`)
    expect(exitCode).toBe(2)
    expect(fleet.restarted()).toEqual(['eu/shop/Deployment/cart', 'eu/shop/Deployment/web'])
  })

  test.each([
    {first: 'damaged', says: 'cannot be read in its ledger'},
    {first: '{"type":"run"}', says: 'cannot be read in its ledger'},
  ])('whose ledger begins with $first: what it was for is not known, 2', async ({first, says}) => {
    await using fleet = await openFleet(two)
    await report(fleet, ...same)
    const [ledger = ''] = await fleet.shell.ledgers()
    const [, ...others] = (await readFile(ledger, 'utf8')).split('\n')
    await writeFile(ledger, [first, ...others].join('\n'))
    const writes = fleet.writes()
    const {stderr, exitCode} = await fleet.shell.run(...same)
    expect(stderr).toContain(says)
    expect(exitCode).toBe(2)
    expect(fleet.writes()).toEqual(writes)
  })

  test.each([
    {content: '\0'.repeat(5_000), says: 'cannot be read in its ledger', because: 'it holds NULs'},
    {content: 'garbage', says: 'cannot be read in its ledger', because: 'it holds something else'},
    {content: 300 * 1024 * 1024, says: 'it is too large to be one', because: 'it is too large'},
  ])('whose ledger cannot be read is not added to, 2: $because', async ({content, says}) => {
    await using fleet = await openFleet(two)
    const ledger = join(fleet.shell.home, '.local', 'state', 'hubspoke', 'runs', `${id}.jsonl`)
    await mkdir(dirname(ledger), {recursive: true})
    await writeFile(ledger, typeof content === 'string' ? content : '')
    if (typeof content === 'number') await truncate(ledger, content)
    const {size} = await stat(ledger)
    const {stderr, exitCode} = await fleet.shell.run(...same)
    expect(stderr).toContain(says)
    expect(exitCode).toBe(2)
    expect(fleet.writes()).toEqual([])
    expect(await stat(ledger)).toMatchObject({size})
  })

  test('whose ledger is empty is begun', async () => {
    await using fleet = await openFleet(two)
    const ledger = join(fleet.shell.home, '.local', 'state', 'hubspoke', 'runs', `${id}.jsonl`)
    await mkdir(dirname(ledger), {recursive: true})
    await writeFile(ledger, '')
    expect((await report(fleet, ...same)).verdict.code).toBe(0)
  })
})

test('a ledger in which an earlier version mixed two runs is not read as one', async () => {
  await using fleet = await openFleet(two)
  const mixed = '20261124-200000-0003'
  const ledger = join(fleet.shell.home, '.local', 'state', 'hubspoke', 'runs', `${mixed}.jsonl`)
  await mkdir(dirname(ledger), {recursive: true})
  await copyFile(join(import.meta.dirname, '../../fixtures/ledgers/two-images.jsonl'), ledger)
  const conflict = `image "${image}" then, "${other}" now`
  const shown = (await fleet.shell.run('runs', 'show', mixed, '-o', 'json')).document() as LedgerReport
  expect(shown).toMatchObject({run: {conflicts: [conflict]}, suggestions: []})
  expect((await fleet.shell.run('runs', 'show', mixed)).stdout.replace(/\s+/g, ' ')).toContain('of several runs')
  const listed = (await fleet.shell.run('runs', 'list', '-o', 'json')).document() as RunsReport
  expect(listed.runs).toMatchObject([{conflicts: [conflict]}])
  for (const words of [
    ['runs', 'retry', mixed],
    ['restart', image, '-c', 'eu', '--run-id', mixed],
    ['restart', other, '-c', 'eu', '--run-id', mixed],
  ]) {
    const {stderr, exitCode} = await fleet.shell.run(...words, '--yes')
    expect(stderr).toMatch(/several runs under one id|belongs to another run/)
    expect(exitCode).toBe(2)
  }
  expect(fleet.writes()).toEqual([])
})

test('a stamp from the future is not "restarted since" for a retry that sees it first', async () => {
  const refusing = {type: 'answer', status: 422, verb: 'patch', name: 'cart', message: 'No.', times: 1} as const
  await using fleet = await openFleet([{...two[0]!, trouble: [refusing]}])
  const web = fleet.cluster('eu').object('Deployment', 'shop', 'web')
  Object.assign(templateOf(web), {annotations: {'kubectl.kubernetes.io/restartedAt': '2099-01-01T00:00:00Z'}})
  const first = await report(fleet, 'restart', image, '-c', 'eu', '--yes', '--waves', '1,100%')
  expect(first.counts).toMatchObject({failed: 1, notRun: 1})
  const again = await report(fleet, 'runs', 'retry', 'last', '--yes')
  expect(again.counts).toMatchObject({succeeded: 2, unchanged: 0})
})

function templateOf(object: unknown): object {
  return (object as {spec: {template: {metadata: object}}}).spec.template.metadata
}
