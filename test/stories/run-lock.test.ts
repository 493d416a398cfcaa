import {describe, expect, test} from 'vitest'
import {image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {RunReport} from '../support/workload-documents.ts'

/** A cluster with the namespace that locks are kept in; its rollouts take a minute. */
const lockable = (name: string, ...webs: readonly string[]) => ({
  name,
  rolloutStepMs: 60_000,
  workloads: [
    ...runningWeb(...webs),
    {namespace: 'hubspoke-system', name: 'watcher', image: 'ghcr.io/acme/hubspoke:1', replicas: 1},
  ],
})
const restart = ['restart', image, '--all-contexts', '--yes', '-o', 'json'] as const

test('two runs at once: one does it all, the other ends with 6 and has written nothing', async () => {
  await using fleet = await openFleet([lockable('east', 'web', 'api'), lockable('west', 'web')])
  const ids = ['20261124-200000-000a', '20261124-200000-000b']
  const ends = await Promise.all(ids.map((id) => fleet.shell.run(...restart, '--run-id', id)))
  const [done, locked] = ends.toSorted((a, b) => a.exitCode - b.exitCode)
  expect(done?.document()).toMatchObject({
    counts: {total: 3, succeeded: 3},
    run: {
      locks: [
        {context: 'east', state: 'held'},
        {context: 'west', state: 'held'},
      ],
    },
  })
  expect(locked?.document()).toMatchObject({type: 'ErrorReport', error: {class: 'locked'}, verdict: {code: 6}})
  expect(locked?.stderr).toContain('(restart)')
  expect(locked?.stderr).toContain('on host.example')
  expect(fleet.stamps()).toHaveLength(1)
  expect(await fleet.shell.ledgers()).toHaveLength(1)
})

test('one after the other, they do not affect each other', async () => {
  await using fleet = await openFleet([lockable('east', 'web')])
  for (const id of ['20261124-200000-000a', '20261124-200000-000b']) {
    expect((await fleet.shell.run(...restart, '--run-id', id)).exitCode).toBe(0)
  }
})

describe('where there can be no lock', () => {
  test('a run continues without a lock, says where, and its document, too', async () => {
    await using fleet = await openFleet([lockable('east', 'web'), {name: 'west', workloads: runningWeb('web')}])
    const {exitCode, stderr, document} = await fleet.shell.run(...restart)
    expect(exitCode).toBe(0)
    expect(stderr).toContain('No lock in "west": the namespace "hubspoke-system" does not exist.')
    expect(document()).toHaveProperty(
      'run.locks',
      expect.arrayContaining([
        {context: 'east', state: 'held', reason: null},
        {context: 'west', state: 'none', reason: 'the namespace "hubspoke-system" does not exist'},
      ]),
    )
  })

  test('--lock require writes nothing, and ends with 2', async () => {
    await using fleet = await openFleet([{name: 'west', workloads: runningWeb('web')}])
    const {exitCode, stderr} = await fleet.shell.run(...restart, '--lock', 'require')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('kubectl --context west create namespace hubspoke-system')
    expect(fleet.restarted()).toEqual([])
  })

  test('--lock off asks for none', async () => {
    await using fleet = await openFleet([lockable('east', 'web')])
    expect((await fleet.shell.run(...restart, '--lock', 'off')).exitCode).toBe(0)
    expect(
      fleet
        .cluster('east')
        .requests()
        .filter(({path}) => path.includes('/leases')),
    ).toEqual([])
  })

  test('nor does a dry run', async () => {
    await using fleet = await openFleet([lockable('east', 'web')])
    await fleet.shell.run(...restart, '--dry-run', 'server')
    expect(
      fleet
        .cluster('east')
        .requests()
        .filter(({path}) => path.includes('/leases')),
    ).toEqual([])
  })
})

test('a long wait for the lock is part of the duration that the summary, the list and the ledger of the run tell', async () => {
  const slow = {type: 'latency', ms: 9_000, verb: 'create', resource: 'leases'} as const
  await using fleet = await openFleet([{...lockable('east', 'web'), trouble: [slow]}])
  const {run} = (await fleet.shell.run(...restart)).document() as RunReport
  expect(run.durationMs).toBeGreaterThanOrEqual(9_000)
  const told = {startedAt: run.startedAt, durationMs: run.durationMs}
  expect((await fleet.shell.run('runs', 'list', '-o', 'json')).document()).toMatchObject({runs: [told]})
  expect((await fleet.shell.run('runs', 'show', 'last', '-o', 'json')).document()).toMatchObject({run: told})
})

describe('check shows whether the lock is available', () => {
  test.each([
    {how: 'it is free', spec: lockable('east'), state: 'available', says: 'available'},
    {how: 'there is no namespace for it', spec: {name: 'east'}, state: 'missing-namespace', says: 'no namespace'},
    {
      how: 'it may not be taken',
      spec: {...lockable('east'), trouble: [{type: 'forbidden', verb: 'create', resource: 'leases'}]},
      state: 'forbidden',
      says: 'forbidden',
    },
    {
      how: 'the server does not answer',
      spec: {...lockable('east'), trouble: [{type: 'answer', status: 500, resource: 'leases'}]},
      state: 'unknown',
      says: 'unknown',
    },
  ] as const)('$how: $state, and nothing is written', async ({spec, state, says}) => {
    await using fleet = await openFleet([spec])
    const {document} = await fleet.shell.run('check', '-o', 'json')
    expect(document()).toMatchObject({contexts: [{lock: {state}, problem: null}]})
    expect((await fleet.shell.run('check')).stdout).toMatch(new RegExp(`^east .* ${says}$`, 'm'))
    expect(fleet.cluster('east').objects('Lease')).toEqual([])
  })

  test('another run has it: its holder is shown', async () => {
    await using fleet = await openFleet([lockable('east', 'web')])
    const running = fleet.shell.run(...restart, '--run-id', '20261124-200000-000a')
    while (fleet.restarted().length === 0) await new Promise(setImmediate)
    const {stdout} = await fleet.shell.run('check')
    expect(stdout).toMatch(/^east .* held$/m)
    expect(stdout).toContain('held by run 20261124-200000-000a (restart)')
    await running
  })
})

test('a fresh cluster: a missing lock is reported once, at the top of the plan, with the command that changes it', async () => {
  await using fleet = await openFleet([{name: 'west', workloads: runningWeb('web')}])
  const {stderr, exitCode} = await fleet.shell.run('restart', image, '-c', 'west', '--yes')
  const text = stderr.replace(/\s+/g, ' ')
  expect(text.match(/No lock in "west"/g)).toHaveLength(1)
  expect(text).toContain('kubectl --context west create namespace hubspoke-system')
  expect(text.indexOf('No lock in')).toBeGreaterThan(text.indexOf('Plan: '))
  expect(text.indexOf('No lock in')).toBeLessThan(text.indexOf('CONTEXT TARGETS'))
  expect(exitCode).toBe(0)
})
