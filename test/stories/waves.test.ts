import {readFile} from 'node:fs/promises'
import {describe, expect, test} from 'vitest'
import type {RunReport} from '../../src/model/report.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

const names = (count: number) => Array.from({length: count}, (_, index) => `app-${`${index}`.padStart(2, '0')}`)
const clusters = (count: number, apps: number) =>
  Array.from({length: count}, (_, index) => ({name: `c${index + 1}`, workloads: runningWeb(...names(apps))}))
const restart = ['restart', image, '--all-contexts', '--yes'] as const
const standard = ['--waves', '1,10%,50%,100%'] as const
const broken = {type: 'answer', status: 422, verb: 'patch', name: 'app-00'} as const

const run = async (fleet: Fleet, ...words: readonly string[]) => {
  const ended = await fleet.shell.run(...restart, ...words, '-o', 'json')
  return {...ended, report: ended.document() as RunReport}
}
const records = async (fleet: Fleet) => {
  const [path = ''] = await fleet.shell.ledgers()
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line))
}
/** Per wave, when its first write was announced and its last target had ended, in seconds of the run. */
const timesOf = async (fleet: Fleet) => {
  const all = await records(fleet)
  const waveOf = new Map(
    all
      .filter(({type}) => type === 'planned')
      .map(({target, wave}) => [
        `${target.clusterUid}/${target.namespace}/${target.kind}/${target.name}/${target.uid}`,
        wave,
      ]),
  )
  const [first] = all
  const seconds = (at: string) => (Date.parse(at) - Date.parse(first.at)) / 1000
  const of = (type: string, wave: number) =>
    all.filter((record) => record.type === type && waveOf.get(record.target) === wave).map(({at}) => seconds(at))
  return [...new Set(waveOf.values())].map((wave) => ({
    writes: Math.min(...of('writing', wave)),
    ended: Math.max(...of('result', wave)),
  }))
}

describe('waves', () => {
  test('start one after another, each when the one before has ended, and all of it ends with 0', async () => {
    await using fleet = await openFleet(clusters(3, 4))
    const {report, exitCode} = await run(fleet, ...standard)
    expect(exitCode).toBe(0)
    expect(report.run.waves).toEqual([
      {wave: 1, targets: 1, clusters: 1, state: 'done'},
      {wave: 2, targets: 1, clusters: 1, state: 'done'},
      {wave: 3, targets: 4, clusters: 3, state: 'done'},
      {wave: 4, targets: 6, clusters: 3, state: 'done'},
    ])
    expect(report.results.map(({wave}) => wave)).toEqual([1, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4])
    expect(fleet.restarted()).toHaveLength(12)
    const times = await timesOf(fleet)
    for (const [index, {writes}] of times.entries()) {
      expect(writes).toBeGreaterThanOrEqual(times[index - 1]?.ended ?? 0)
    }
  })

  test('a broken canary stops the run after one target: 89 of 90 are not run, exit 5', async () => {
    const [first, ...others] = clusters(3, 30)
    await using fleet = await openFleet([{...first!, trouble: [broken]}, ...others])
    const {report, exitCode, stderr} = await run(fleet, ...standard)
    expect(report.counts).toMatchObject({total: 90, failed: 1, notRun: 89})
    expect(report.run.waves.map(({targets, state}) => [targets, state])).toEqual([
      [1, 'stopped'],
      [8, 'not-started'],
      [36, 'not-started'],
      [45, 'not-started'],
    ])
    expect(fleet.writes()).toHaveLength(1)
    expect(fleet.restarted()).toEqual([])
    expect(exitCode).toBe(5)
    expect(stderr).toContain('1 target: c1/shop/Deployment/app-00')
    expect(stderr).toContain('8 targets in')
  })
})
