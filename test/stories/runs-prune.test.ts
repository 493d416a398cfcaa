import {lstat, mkdir, readdir, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import type {PruneReport} from '../../src/model/prune-report.ts'
import {openShell, type Shell, type ShellOptions} from '../support/run-command.ts'
import {createVirtualClock} from '../support/virtual-clock.ts'

const now = '2026-11-24T20:00:00.000Z'
const dayMs = 24 * 3_600_000

interface Scene extends AsyncDisposable {
  readonly shell: Shell
  readonly runs: string
  /** Leaves the ledger of a run of so many days ago; its id. */
  leave(daysAgo: number, end?: 'ended' | 'unfinished'): Promise<string>
  /** What is in the folder, sorted. */
  files(): Promise<readonly string[]>
}

async function openScene(options: Pick<ShellOptions, 'answers' | 'env'> = {}): Promise<Scene> {
  const clock = createVirtualClock({start: new Date(now)})
  const shell = await openShell({kubeconfig: '', clock, ...options})
  const runs = join(shell.home, '.local', 'state', 'hubspoke', 'runs')
  await mkdir(runs, {recursive: true})
  return {
    shell,
    runs,
    async leave(daysAgo, end = 'ended') {
      const at = new Date(Date.parse(now) - daysAgo * dayMs).toISOString()
      const id = `${at.slice(0, 10).replaceAll('-', '')}-${at.slice(11, 19).replaceAll(':', '')}-0001`
      const head = {type: 'run', at, schemaVersion: 1, id, verb: 'restart', arguments: {image: 'web'}, stamp: at}
      const records = [head, ...(end === 'ended' ? [{type: 'ended', at, exitCode: 0, stoppedBy: null}] : [])]
      await writeFile(join(runs, `${id}.jsonl`), records.map((record) => `${JSON.stringify(record)}\n`).join(''))
      return id
    },
    files: async () => (await readdir(runs)).sort(),
    [Symbol.asyncDispose]: () => shell[Symbol.asyncDispose](),
  }
}

async function prune({shell}: Scene, ...flags: readonly string[]): Promise<PruneReport> {
  return (await shell.run('runs', 'prune', '--yes', '-o', 'json', ...flags)).document() as PruneReport
}

const ids = (entries: readonly {readonly id: string}[]) => entries.map(({id}) => id)

test('shows what would go, and asks; anything but yes is a No: 7, nothing removed', async () => {
  await using scene = await openScene({answers: ['', 'y']})
  const old = await scene.leave(31)
  const young = await scene.leave(29)
  const declined = await scene.shell.run('runs', 'prune')
  expect(declined.stderr).toMatch(/^Ledgers to be removed: 1\./)
  expect(declined.stderr).toContain(old)
  expect(declined.stderr).not.toContain(young)
  expect(declined.stderr).toContain('Kept 1 ledger: 1 younger than 30d.')
  expect(declined.stderr).toContain('Remove this ledger? [y/N] ')
  expect(declined).toMatchObject({exitCode: 7})
  expect(await scene.files()).toHaveLength(2)
  const removed = await scene.shell.run('runs', 'prune')
  expect(removed.stdout).toContain(old)
  expect(removed.stdout).toContain('Exit 0: Removed 1 ledger.')
  expect(removed.exitCode).toBe(0)
  expect(await scene.files()).toEqual([`${young}.jsonl`])
})

test('without a terminal it needs --yes: else 2, nothing removed', async () => {
  await using scene = await openScene()
  await scene.leave(31)
  const {stderr, exitCode} = await scene.shell.run('runs', 'prune')
  expect(stderr).toContain('Nothing was removed.')
  expect(exitCode).toBe(2)
  expect(await scene.files()).toHaveLength(1)
})

test('what is both old and not one of the newest goes, and nothing else', async () => {
  await using scene = await openScene()
  const [a, b, c] = [await scene.leave(40), await scene.leave(35), await scene.leave(1)]
  const {removed, kept} = await prune(scene, '--keep', '2')
  expect(ids(removed)).toEqual([a])
  expect(kept).toEqual([
    {id: c, reason: 'among the newest 2'},
    {id: b, reason: 'among the newest 2'},
  ])
  expect(ids((await prune(scene, '--older-than', '0', '--keep', '1')).removed)).toEqual([b])
  expect(await scene.files()).toEqual([`${c}.jsonl`])
})

test('a run without an end stays, unless that is said and it has said nothing for a day', async () => {
  await using scene = await openScene()
  const [dead, fresh] = [await scene.leave(2, 'unfinished'), await scene.leave(0.5, 'unfinished')]
  expect((await prune(scene, '--older-than', '0')).removed).toEqual([])
  const {removed, kept} = await prune(scene, '--older-than', '0', '--unfinished')
  expect(ids(removed)).toEqual([dead])
  expect(kept).toEqual([{id: fresh, reason: 'unfinished, possibly still in progress'}])
  expect(await scene.files()).toEqual([`${fresh}.jsonl`])
})

test('what is no ledger is left alone: other files, links, folders, files that cannot be understood', async () => {
  await using scene = await openScene()
  const old = await scene.leave(40)
  const outside = join(scene.shell.home, 'outside.jsonl')
  await writeFile(outside, 'mine')
  await symlink(outside, join(scene.runs, '20260101-000000-0001.jsonl'))
  await mkdir(join(scene.runs, '20260101-000000-0002.jsonl'))
  await writeFile(join(scene.runs, '20260101-000000-0003.jsonl'), 'what a person has written\n')
  await writeFile(join(scene.runs, 'notes.txt'), 'mine')
  const before = await scene.files()
  const {removed, kept} = await prune(scene, '--older-than', '0', '--unfinished')
  expect(ids(removed)).toEqual([old])
  expect(kept).toEqual([{id: '20260101-000000-0003', reason: 'unreadable'}])
  expect(await scene.files()).toEqual(before.filter((name) => name !== `${old}.jsonl`))
  expect((await lstat(join(scene.runs, '20260101-000000-0001.jsonl'))).isSymbolicLink()).toBe(true)
})

test('an empty ledger is a run that was killed at its beginning, of the time that its id tells', async () => {
  await using scene = await openScene()
  await writeFile(join(scene.runs, '20260101-000000-0001.jsonl'), '')
  expect((await prune(scene)).removed).toEqual([])
  expect(ids((await prune(scene, '--unfinished')).removed)).toEqual(['20260101-000000-0001'])
})

test('nothing to remove: 0, without a prompt', async () => {
  await using scene = await openScene()
  await scene.leave(1)
  const {stdout, stderr, exitCode} = await scene.shell.run('runs', 'prune')
  expect(stdout).toContain(`Exit 0: There is nothing to remove in ${scene.runs}.`)
  expect(stderr).toBe('')
  expect(exitCode).toBe(0)
})
