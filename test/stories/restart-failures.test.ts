import {describe, expect, test} from 'vitest'
import {image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {RunReport} from '../support/workload-documents.ts'

const restart = ['restart', image, '--all-contexts', '--yes'] as const
const names = ['cart', 'mail', 'web']

describe('when all of them fail', () => {
  test('each is named with its own reason, none is lost, and the exit code is 1', async () => {
    const trouble = [
      {type: 'answer', status: 422, message: 'quota is used up', verb: 'patch', name: 'cart'},
      {type: 'crash-loop', namespace: 'shop', name: 'mail'},
      {type: 'stuck-rollout', namespace: 'shop', name: 'web'},
    ] as const
    await using fleet = await openFleet([
      {name: 'eu', workloads: runningWeb(...names), trouble},
      {name: 'us', workloads: runningWeb(...names), trouble},
    ])
    const {stdout, exitCode, document} = await fleet.shell.run(...restart, '-o', 'json')
    expect(stdout).not.toBe('')
    const {results, counts, verdict} = document() as RunReport
    expect(counts).toMatchObject({total: 6, failed: 6, succeeded: 0, notRun: 0})
    expect(results.map(({context, name, failure}) => `${context}/${name} ${failure?.class}`)).toEqual([
      'eu/cart rejected',
      'us/cart rejected',
      'eu/mail rollout',
      'us/mail rollout',
      'eu/web rollout',
      'us/web rollout',
    ])
    expect(results.every(({reason}) => reason !== '')).toBe(true)
    expect(verdict).toMatchObject({code: 1})
    expect(exitCode).toBe(1)
  })

  test('with a budget the first of them ends it, and the others were not touched: 5', async () => {
    const trouble = [{type: 'answer', status: 422, verb: 'patch'}] as const
    await using fleet = await openFleet([{name: 'eu', workloads: runningWeb(...names), trouble}])
    const words = [...restart, '--concurrency', '1', '--max-failures', '0', '-o', 'json']
    const {exitCode, document} = await fleet.shell.run(...words)
    const {counts} = document() as RunReport
    expect(counts).toMatchObject({total: 3, failed: 1, notRun: 2})
    expect(fleet.writes()).toHaveLength(1)
    expect(exitCode).toBe(5)
  })
})

describe('while a rollout is watched', () => {
  const untilWritten = async (fleet: Awaited<ReturnType<typeof openFleet>>): Promise<void> => {
    while (fleet.restarted().length === 0) await new Promise((resolve) => setImmediate(resolve))
  }

  test('its workload is deleted: skipped, needs no attention, 0', async () => {
    const trouble = [{type: 'stuck-rollout', namespace: 'shop', name: 'web'}] as const
    await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('web'), trouble}])
    const run = fleet.shell.run(...restart, '-o', 'json')
    await untilWritten(fleet)
    fleet.cluster('eu').remove('Deployment', 'shop', 'web')
    const {exitCode, document} = await run
    expect((document() as RunReport).results).toMatchObject([
      {outcome: 'skipped', reason: 'deleted while it was rolling out', failure: null},
    ])
    expect(exitCode).toBe(0)
  })

  test.each([
    {how: 'is cut, again and again', trouble: {type: 'cut', verb: 'watch', times: 5}},
    {how: 'falls silent', trouble: {type: 'silent-watch', times: 1}},
    {how: 'is answered with an error', trouble: {type: 'answer', status: 503, verb: 'watch', times: 3}},
  ] as const)('the watch $how: it is opened again, and the rollout is watched to completion', async ({trouble}) => {
    await using fleet = await openFleet([{name: 'eu', workloads: runningWeb(...names), trouble: [trouble]}])
    const {stdout, exitCode} = await fleet.shell.run(...restart)
    expect(stdout).toMatch(/Total 3 {2}Succeeded 3 {2}Failed 0/)
    expect(exitCode).toBe(0)
    expect(fleet.writes()).toHaveLength(3)
  })
})

test('credentials that expire in mid-run: what they kept from being seen is said, and nothing is called a success', async () => {
  await using fleet = await openFleet([{name: 'eu', workloads: runningWeb(...names)}])
  let patched = 0
  const words = [...restart, '--concurrency', '1', '-o', 'json']
  const run = fleet.shell.run(...words)
  while (patched === 0) {
    await new Promise((resolve) => setImmediate(resolve))
    patched = fleet.restarted().length
  }
  fleet.cluster('eu').addTrouble({type: 'answer', status: 401})
  const {exitCode, document} = await run
  const {results, counts} = document() as RunReport
  expect(counts.total).toBe(3)
  expect(fleet.restarted()).toHaveLength(counts.succeeded + counts.unverified)
  const failed = results.filter(({outcome}) => outcome === 'failed')
  expect(failed.length).toBeGreaterThan(0)
  for (const {failure} of failed) expect(failure?.class).toBe('unauthenticated')
  expect(exitCode).toBe(1)
})
