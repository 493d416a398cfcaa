import {spawn} from 'node:child_process'
import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import type {LedgerReport} from '../../src/model/past-runs-report.ts'
import type {RunReport} from '../../src/model/report.ts'
import {openShell, type Shell} from '../support/run-command.ts'
import {schemaErrors} from '../support/schemas.ts'
import {createVirtualClock} from '../support/virtual-clock.ts'
import {stampFiles} from './stamp-files.ts'

const files = ['invoices/a', 'invoices/b', 'invoices/c', 'letters/d', 'letters/e', 'letters/f']
const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{name: x, cluster: {server: 'https://127.0.0.1:1'}}]
users: [{name: x, user: {}}]
contexts: [{name: x, context: {cluster: x, user: x}}]
`

let cabinet: string
let shell: Shell

beforeEach(async () => {
  cabinet = await mkdtemp(join(tmpdir(), 'hubspoke-cabinet-'))
  for (const file of files) await mkdir(join(cabinet, file, '..'), {recursive: true})
  await Promise.all(files.map((file) => writeFile(join(cabinet, file), 'paper')))
  const clock = createVirtualClock({autoAdvance: true, start: new Date()})
  shell = await openShell({kubeconfig, clock, verbs: new Map([[stampFiles.name, stampFiles]])})
})
afterEach(async () => {
  await shell[Symbol.asyncDispose]()
  await rm(cabinet, {recursive: true})
})

/** Starts a run as a process; with `killAt`, the process is killed when its ledger has this record for so many targets. */
async function runToy(options: object = {}, killAt?: {readonly record: string; readonly times: number}) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'run-toy.ts'), cabinet, JSON.stringify(options)], {
    env: {PATH: process.env.PATH ?? '', HOME: shell.home, NODE_NO_WARNINGS: '1'},
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  let over = false
  void ended.then(() => {
    over = true
  })
  while (killAt !== undefined && !over) {
    const ledgers = await Promise.all((await shell.ledgers()).map((path) => readFile(path, 'utf8')))
    if (ledgers.join('').split(`{"type":"${killAt.record}"`).length > killAt.times) child.kill('SIGKILL')
    else await new Promise((resolve) => setImmediate(resolve))
  }
  const exitCode = await ended
  return {exitCode, stderr, report: stdout === '' ? undefined : (JSON.parse(stdout) as RunReport)}
}

/** How often each file carries a stamp. */
async function stamps(): Promise<Readonly<Record<string, number>>> {
  const counts = await Promise.all(
    files.map(async (file) => [file, (await readFile(join(cabinet, file), 'utf8')).split('PAID').length - 1] as const),
  )
  return Object.fromEntries(counts)
}

const once = Object.fromEntries(files.map((file) => [file, 1]))
const ends = (report: RunReport | undefined) => report?.results.map(({outcome}) => outcome)

describe('a verb and a type of target that hubspoke does not know', () => {
  test('runs in waves of places to a report, which fits its schema', async () => {
    await writeFile(join(cabinet, 'letters/e'), 'paper\nbusy')
    const {report, exitCode, stderr} = await runToy({waves: '1,100%', 'wave-by': 'cluster'})
    expect(stderr).toContain('stamp every file with PAID')
    expect(stderr).toContain('Wave')
    expect(ends(report)).toEqual(files.map(() => 'succeeded'))
    expect(report?.run.waves).toMatchObject([
      {targets: 3, state: 'done'},
      {targets: 3, state: 'done'},
    ])
    const path = join(cabinet, 'letters/e')
    expect(report?.results[4]).toMatchObject({
      ...{type: 'file', key: path, label: 'letters/e', place: 'letters', via: 'hand'},
      ...{attempts: 3, failedTries: [{class: 'unreachable'}, {class: 'unreachable'}]},
    })
    expect(await stamps()).toEqual(once)
    expect(schemaErrors(report)).toEqual([])
    expect(exitCode).toBe(0)
  })

  test('a failure stops the waves, and runs retry does the rest', async () => {
    await writeFile(join(cabinet, 'invoices/a'), 'paper\ntorn')
    const {report, exitCode} = await runToy({waves: '1,100%'})
    expect(report?.counts).toMatchObject({failed: 1, notRun: 5})
    expect(exitCode).toBe(5)
    const shown = (await shell.run('runs', 'show', 'last', '-o', 'json')).document() as LedgerReport
    expect(shown.targets[0]).toMatchObject({type: 'file', label: 'invoices/a', outcome: 'failed'})
    expect(schemaErrors(shown)).toEqual([])
    const text = await readFile(join(cabinet, 'invoices/a'), 'utf8')
    await writeFile(join(cabinet, 'invoices/a'), text.replace('torn', 'glued'))
    const retried = await shell.run('runs', 'retry', 'last', '--yes', '-o', 'json')
    expect(ends(retried.document() as RunReport)).toEqual(files.map(() => 'succeeded'))
    expect(await stamps()).toEqual(once)
    expect(retried.exitCode).toBe(0)
  })

  test.each([
    {record: 'planned', times: 6},
    {record: 'writing', times: 1},
    {record: 'written', times: 2},
    {record: 'result', times: 3},
  ])('kill -9 after $times records "$record": runs retry stamps each file once', async (killAt) => {
    await runToy({concurrency: 2}, killAt)
    const retried = await shell.run('runs', 'retry', 'last', '--yes', '-o', 'json')
    expect(retried.exitCode).toBe(0)
    expect(await stamps()).toEqual(once)
  })

  test('is listed and shown for people, and again by the command that its verb says', async () => {
    await writeFile(join(cabinet, 'invoices/a'), 'paper\ntorn')
    await runToy()
    const table = await shell.run('runs', 'show', 'last')
    expect(table.stdout).toContain('FAILED  invoices/a')
    expect(table.stdout).toContain('hubspoke stamp-files PAID')
    expect((await shell.run('runs', 'list', '-o', 'wide')).stdout).toContain('stamp-files')
  })
})

describe('a verb that reports parts of its targets', () => {
  const pages = (names: readonly string[]) => names.map((name) => `\npage ${name}`).join('')
  const path = () => join(cabinet, 'letters/d')
  const partsOf = (parts: readonly {readonly name: string; readonly outcome: string}[] = []) =>
    parts.map(({name, outcome}) => `${name}: ${outcome}`)

  test('the report, the ledger and its table have each part, and the failed one by name', async () => {
    await writeFile(path(), `paper${pages(['1', '2 wet', '3'])}`)
    const {report, exitCode} = await runToy()
    const letter = report?.results.find((entry) => 'label' in entry && entry.label === 'letters/d')
    expect(partsOf(letter?.parts)).toEqual(['page 1: succeeded', 'page 2 wet: failed', 'page 3: succeeded'])
    expect(report?.results[0]?.parts).toEqual([])
    expect(schemaErrors(report)).toEqual([])
    expect(exitCode).toBe(1)
    const shown = (await shell.run('runs', 'show', 'last', '-o', 'json')).document() as LedgerReport
    expect(shown.targets.find((entry) => 'key' in entry && entry.key === path())?.parts).toEqual(letter?.parts)
    expect(schemaErrors(shown)).toEqual([])
    const table = (await shell.run('runs', 'show', 'last')).stdout
    expect(table).toContain('3 parts: 1 failed, 2 succeeded')
    expect(table).toContain('failed: page 2 wet: the ink does not hold')
  })

  test.each([6, 9, 14])('kill -9 after %i records of parts: runs show says which were done', async (times) => {
    const names = ['1', '2', '3', '4', '5', '6']
    await writeFile(path(), `paper${pages(names)}`)
    await runToy({concurrency: 1}, {record: 'part', times})
    const stamped = (await readFile(path(), 'utf8')).split('\n')
    const shown = (await shell.run('runs', 'show', 'last', '-o', 'json')).document() as LedgerReport
    const parts = shown.targets.find((entry) => 'key' in entry && entry.key === path())?.parts ?? []
    expect(parts.map(({name}) => name)).toEqual(names.map((name) => `page ${name}`))
    for (const {name, outcome} of parts) {
      const isThere = stamped.some((line) => line.endsWith(` on ${name}`))
      expect(outcome === 'unverified' ? 'unverified' : isThere, name).toBe(
        outcome === 'unverified' ? 'unverified' : outcome === 'succeeded',
      )
    }
    const retried = await shell.run('runs', 'retry', 'last', '--yes', '-o', 'json')
    expect(retried.exitCode).toBe(0)
    const after = (await readFile(path(), 'utf8')).split('\n').filter((line) => line.includes(' on page '))
    expect(after.map((line) => line.split(' on ')[1])).toEqual(names.map((name) => `page ${name}`))
  })
})

describe('each spoke in a process of its own', () => {
  const comparable = (report: RunReport | undefined) =>
    report?.results.map(({outcome, reason, attempts, failure}) => ({outcome, reason, attempts, failure}))

  test('gives the same results as in one process, also when the process dies between act and settle', async () => {
    await writeFile(join(cabinet, 'letters/e'), 'paper\ntorn')
    const here = await runToy({text: 'SEEN'})
    const there = await runToy({processes: {}})
    expect(comparable(there.report)).toEqual(comparable(here.report))
    const killed = await runToy({text: 'READ', processes: {killAfterAct: ['letters/d', 'invoices/a']}})
    expect(ends(killed.report)).toEqual(ends(here.report))
    expect(killed.report?.results.map(({attempts}) => attempts)).toEqual([2, 1, 1, 2, 1, 1])
    expect(await stamps()).toEqual(once)
    expect([here.exitCode, there.exitCode, killed.exitCode]).toEqual([1, 1, 1])
  })
})
