import {readFile, writeFile} from 'node:fs/promises'
import {describe, expect, test} from 'vitest'
import type {LocalUser} from '../../src/model/actor.ts'
import type {Trouble} from '../../src/sandbox/trouble.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {LedgerReport, RunReport, RunsReport} from '../support/workload-documents.ts'

const eu = {name: 'eu', workloads: runningWeb('cart', 'web')}
const withLocks = {...eu, namespaces: ['hubspoke-system']}
const restart = ['restart', image, '-c', 'eu', '--yes']
const json = async <R>(fleet: Fleet, ...words: readonly string[]) =>
  (await fleet.shell.run(...words, '-o', 'json')).document() as R
const show = (fleet: Fleet, id = 'last') => json<LedgerReport>(fleet, 'runs', 'show', id)
const recordsOf = async (fleet: Fleet) => {
  const ledgers = await Promise.all((await fleet.shell.ledgers()).map((path) => readFile(path, 'utf8')))
  return ledgers.flatMap((text) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  )
}

describe('who made it', () => {
  const reviews = (fleet: Fleet) =>
    fleet
      .cluster('eu')
      .requests()
      .filter(({path}) => path.includes('selfsubjectreviews'))

  test('is in the ledger, the lock, the annotation, the Event, and in what is told of runs', async () => {
    await using fleet = await openFleet([withLocks], {env: {USER: 'mallory', LOGNAME: 'mallory'}})
    const {run} = await json<RunReport>(fleet, ...restart)
    const username = run.by?.kubernetesUsers[0]?.username ?? ''
    expect(username).not.toBe('')
    expect(run.by).toEqual({
      ...{name: 'ada', uid: 1000, sudoUser: null, host: 'host.example'},
      kubernetesUsers: [{clusterUid: fleet.cluster('eu').uid, username}],
    })
    expect((await recordsOf(fleet))[0]).toMatchObject({type: 'run', by: run.by})
    expect((await show(fleet)).run.by).toEqual(run.by)
    expect((await json<RunsReport>(fleet, 'runs', 'list')).runs).toMatchObject([{by: run.by}])
    const words = `ada on host.example, Kubernetes user ${username}`
    const [web] = fleet.cluster('eu').objects('Deployment', 'shop')
    expect(web?.metadata.annotations).toMatchObject({'hubspoke.dev/by': words})
    expect(JSON.stringify(fleet.cluster('eu').objects('Event'))).toContain(`Restarted by ${words}, hubspoke run`)
    expect((await fleet.shell.run('runs', 'show', 'last')).stdout).toContain('By ada on host.example, Kubernetes user')
    expect((await fleet.shell.run('runs', 'list')).stdout).toMatch(/BY +TARGETS/)
    expect(fleet.shell.everythingPrinted()).not.toContain('mallory')
    expect(reviews(fleet)).toHaveLength(1)
  })

  test.each<{user: LocalUser; words: string}>([
    {user: {name: null, uid: 54_321, sudoUser: null, host: 'pod-x'}, words: 'uid 54321 on pod-x'},
    {user: {name: 'root', uid: 0, sudoUser: 'ada', host: 'vm'}, words: 'root (sudo by ada) on vm'},
    {user: {name: null, uid: null, sudoUser: null, host: 'vm'}, words: 'an unknown account on vm'},
  ])('$words', async ({user, words}) => {
    await using fleet = await openFleet([eu], {user})
    await fleet.shell.run(...restart)
    const [web] = fleet.cluster('eu').objects('Deployment', 'shop')
    expect(web?.metadata.annotations?.['hubspoke.dev/by']).toContain(words)
  })

  test.each<{trouble: Trouble; because: string}>([
    {trouble: {type: 'answer', status: 404, resource: 'selfsubjectreviews', times: 9}, because: 'an older server'},
    {trouble: {type: 'answer', status: 403, resource: 'selfsubjectreviews', times: 9}, because: 'it is forbidden'},
    {trouble: {type: 'latency', ms: 60_000, resource: 'selfsubjectreviews'}, because: 'it takes too long'},
  ])('stays unknown to the cluster, and the run goes on: $because', async ({trouble}) => {
    await using fleet = await openFleet([{...eu, trouble: [trouble]}])
    const {run, verdict} = await json<RunReport>(fleet, ...restart)
    expect(run.by).toMatchObject({name: 'ada', kubernetesUsers: []})
    expect(verdict.code).toBe(0)
  })

  test('is not asked for where nothing is written', async () => {
    await using fleet = await openFleet([eu])
    const {run} = await json<RunReport>(fleet, ...restart, '--dry-run', 'server')
    expect(run.by).toBeNull()
    expect(reviews(fleet)).toEqual([])
  })
})

describe('what this run has written', () => {
  test('is not what it has only watched', async () => {
    await using fleet = await openFleet([eu])
    const {run} = await json<RunReport>(fleet, ...restart)
    const text = await readFile(run.ledger ?? '', 'utf8')
    await writeFile(run.ledger ?? '', text.replace(/\{"type":"result".*\n/g, '').replace(/\{"type":"ended".*\n/, ''))
    const again = await json<RunReport>(fleet, 'runs', 'retry', 'last', '--yes')
    expect(again.counts).toMatchObject({total: 2, succeeded: 2})
    expect(fleet.writes()).toHaveLength(2)
    const retried = await readFile(again.run.ledger ?? '', 'utf8')
    expect(retried).toContain('"type":"watching"')
    expect(retried).not.toMatch(/"type":"(writing|written)"/)
    expect((await show(fleet, again.run.id)).targets.map(({wrote}) => wrote)).toEqual(['no', 'no'])
    expect((await show(fleet, run.id)).targets.map(({wrote}) => wrote)).toEqual(['yes', 'yes'])
    const listed = await json<RunsReport>(fleet, 'runs', 'list')
    expect(listed.runs.map(({retriedBy}) => retriedBy)).toEqual([[], [again.run.id]])
    expect((await fleet.shell.run('runs', 'list')).stdout).toContain('unfinished, retried')
  })
})

describe('when', () => {
  test('each target began and ended: in the document, the ledger and -o wide', async () => {
    await using fleet = await openFleet([eu])
    const {results} = await json<RunReport>(fleet, ...restart, '--concurrency', '1')
    const times = results.map(({startedAt, endedAt}) => [startedAt, endedAt])
    expect(times).toEqual([
      ['2026-11-24T20:00:00.000Z', '2026-11-24T20:00:00.235Z'],
      ['2026-11-24T20:00:00.235Z', '2026-11-24T20:00:00.470Z'],
    ])
    const {targets} = await show(fleet)
    expect(targets.map(({startedAt, endedAt}) => [startedAt, endedAt])).toEqual(times)
    const {stdout} = await fleet.shell.run('runs', 'show', 'last', '-o', 'wide')
    expect(stdout).toMatch(/STARTED +ENDED/)
    expect(stdout).toContain('2026-11-24T20:00:00Z')
  })

  test('the time of a question is not part of the duration', async () => {
    const fleetOf = async () => {
      const fleet: Fleet = await openFleet([eu], {
        answers: ['y', 'c'],
        onQuestion: () => fleet.clock.advance(3_600_000),
      })
      return fleet
    }
    await using fleet = await fleetOf()
    const words = ['restart', image, '-c', 'eu', '--waves', '1,100%', '--pause', 'ask']
    const {run} = await json<RunReport>(fleet, ...words)
    expect(run.askedMs).toBeGreaterThanOrEqual(7_200_000)
    expect(run.durationMs).toBeLessThan(3_600_000)
  })

  test('lines of progress have date and zone, and count a pause down', async () => {
    await using fleet = await openFleet([eu])
    const {stderr} = await fleet.shell.run(...restart, '--waves', '1,100%', '--pause', '3m')
    expect(stderr).toMatch(/^2026-11-24T20:00:00Z {2}/m)
    expect(stderr.match(/next wave in \S+/g)).toEqual(['next wave in 2m', 'next wave in 1m', 'next wave in 30s'])
  })
})

test('a failure budget that was exceeded when nothing was left has stopped nothing', async () => {
  const refusing = {type: 'answer', status: 422, verb: 'patch', message: 'No.', times: 9} as const
  await using fleet = await openFleet([{...eu, workloads: runningWeb('web'), trouble: [refusing]}])
  const {verdict} = await json<RunReport>(fleet, ...restart, '--max-failures', '0')
  expect(verdict.code).toBe(1)
  expect((await show(fleet)).run.stoppedBy).toBeNull()
})

test('a rollout that was not watched to its end says what was seen of it last', async () => {
  const crashing = {type: 'crash-loop', namespace: 'shop', name: 'web'} as const
  await using fleet = await openFleet([{...eu, workloads: runningWeb('web'), trouble: [crashing]}])
  const {results} = await json<RunReport>(fleet, ...restart, '--deadline', '1m')
  expect(results[0]).toMatchObject({outcome: 'unverified'})
  expect(results[0]?.reason).toMatch(/^accepted, its rollout not watched to the end: .*; last seen: .*CrashLoopBackOff/)
})
