import {execFileSync} from 'node:child_process'
import {readFileSync, rmSync, writeFileSync} from 'node:fs'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {RunReport, RunsReport} from '../support/workload-documents.ts'

const names = Array.from({length: 24}, (_, index) => `web-${String(index).padStart(2, '0')}`)
const pageBytes = 4096
const sizeBytes = 64 * pageBytes
const restart = ['restart', image, '-c', 'eu', '--yes', '--concurrency', '1', '-o', 'json'] as const

function inShell(script: string, ...words: readonly string[]): void {
  execFileSync('sh', ['-c', script, 'sh', ...words], {stdio: 'pipe'})
}

/** Mounts a file system of its own, so small that a test can fill it; undefined, after it said why, where that is not permitted. */
async function mountSmallDisk(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'hubspoke-disk-'))
  try {
    inShell('mount -t tmpfs -o "size=$1" tmpfs "$2"', String(sizeBytes), folder)
    return folder
  } catch (error) {
    await rm(folder, {recursive: true})
    console.error(`Skipped, no file system can be mounted here: ${error}`)
    return undefined
  }
}

const disk = await mountSmallDisk()

describe.skipIf(disk === undefined)('the ledger of a run on a disk that is full', () => {
  const filler = () => join(disk ?? '', 'filler')
  /** Leaves so many pages, and returns how to make room again. */
  const fill = (pagesLeft: number) => {
    rmSync(filler(), {force: true})
    writeFileSync(filler(), '')
    const page = Buffer.alloc(pageBytes)
    for (;;) {
      try {
        writeFileSync(filler(), page, {flag: 'a'})
      } catch {
        break
      }
    }
    const size = readFileSync(filler()).length - pagesLeft * pageBytes
    writeFileSync(filler(), Buffer.alloc(size))
    return () => rmSync(filler())
  }
  const openScene = () =>
    openFleet([{name: 'eu', workloads: runningWeb(...names)}], {env: {XDG_STATE_HOME: disk ?? ''}})
  const clear = () => inShell('rm -rf "$1"/*', disk ?? '')
  const revisions = (fleet: Fleet) =>
    names.map(
      (name) =>
        fleet.cluster('eu').object('Deployment', 'shop', name)?.metadata.annotations?.[
          'deployment.kubernetes.io/revision'
        ],
    )

  beforeAll(clear)
  afterAll(async () => {
    inShell('umount "$1"', disk ?? '')
    await rm(disk ?? '', {recursive: true})
  })

  test.each([0, 1])(
    'before the run, with %i pages left: 2, nothing was written, and no ledger remains',
    async (pagesLeft) => {
      await using fleet = await openScene()
      clear()
      fill(pagesLeft)
      const {stderr, exitCode} = await fleet.shell.run(...restart)
      expect(stderr).toContain('Nothing was written: Cannot write the ledger')
      expect(stderr).toContain('the disk is full (ENOSPC)')
      expect(exitCode).toBe(2)
      expect(fleet.writes()).toEqual([])
      const listed = (await fleet.shell.run('runs', 'list', '-o', 'json')).document() as RunsReport
      expect(listed.runs).toEqual([])
    },
  )

  test('before a retry: the run that is the last stays the last', async () => {
    await using fleet = await openScene()
    clear()
    const makeRoom = fill(4)
    const stopped = (await fleet.shell.run(...restart)).document() as RunReport
    const refused = await fleet.shell.run('runs', 'retry', 'last', '--yes')
    expect(refused.stderr).toContain('Nothing was written: Cannot write the ledger')
    expect(refused.exitCode).toBe(2)
    makeRoom()
    const retried = await fleet.shell.run('runs', 'retry', 'last', '--yes', '-o', 'json')
    expect(retried.document()).toMatchObject({run: {retryOf: stopped.run.id}, verdict: {code: 0}})
    expect(fleet.restarted()).toHaveLength(names.length)
  })

  test('during the run: it stops starting and says so: 5; with room again, the retry does the rest, each once', async () => {
    await using fleet = await openScene()
    clear()
    const makeRoom = fill(4)
    const {stderr, document, exitCode} = await fleet.shell.run(...restart)
    const report = document() as RunReport
    expect(report.counts.succeeded).toBeGreaterThan(0)
    expect(report.counts.notRun).toBeGreaterThan(0)
    expect(report.verdict.sentence).toMatch(/^Stopped early because the ledger could not be written:/)
    expect(stderr).toContain('the disk is full (ENOSPC)')
    expect(exitCode).toBe(5)
    const announced = readFileSync(report.run.ledger ?? '', 'utf8').split('{"type":"writing"').length - 1
    expect(fleet.writes().length).toBeLessThanOrEqual(announced)
    expect(fleet.restarted()).toHaveLength(fleet.writes().length)
    makeRoom()
    const retried = await fleet.shell.run('runs', 'retry', report.run.id, '--yes', '-o', 'json')
    expect(retried.exitCode).toBe(0)
    expect(fleet.restarted()).toHaveLength(names.length)
    expect(fleet.stamps()).toHaveLength(1)
    expect(revisions(fleet)).toEqual(names.map(() => '2'))
  })
})
