import {readFileSync} from 'node:fs'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import {mountSmallDisk} from '../support/small-disk.ts'
import type {RunReport, RunsReport} from '../support/workload-documents.ts'

const names = Array.from({length: 24}, (_, index) => `web-${String(index).padStart(2, '0')}`)
const restart = ['restart', image, '-c', 'eu', '--yes', '--concurrency', '1', '-o', 'json'] as const

const disk = await mountSmallDisk()

describe.skipIf(disk === undefined)('the ledger of a run on a disk that is full', () => {
  const fill = (pagesLeft: number) => disk?.fill(pagesLeft) ?? (() => undefined)
  const openScene = () =>
    openFleet([{name: 'eu', workloads: runningWeb(...names)}], {env: {XDG_STATE_HOME: disk?.folder ?? ''}})
  const clear = () => disk?.clear()
  const revisions = (fleet: Fleet) =>
    names.map(
      (name) =>
        fleet.cluster('eu').object('Deployment', 'shop', name)?.metadata.annotations?.[
          'deployment.kubernetes.io/revision'
        ],
    )

  beforeAll(clear)
  afterAll(() => disk?.[Symbol.asyncDispose]())

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
