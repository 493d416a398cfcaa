import {readFile} from 'node:fs/promises'
import {describe, expect, test} from 'vitest'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {RunReport} from '../support/workload-documents.ts'

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

test('a retry restarts the rest wave by wave, with the command that the summary names', async () => {
  const [first, ...others] = clusters(3, 4)
  await using fleet = await openFleet([{...first!, trouble: [{...broken, times: 1}]}, ...others])
  const {stdout} = await fleet.shell.run(...restart, ...standard)
  const [, words = ''] = /^ {2}hubspoke (runs retry .*)$/m.exec(stdout) ?? []
  expect(words).toMatch(/^runs retry \S+$/)
  const {document, exitCode} = await fleet.shell.run(...words.split(' '), '--yes', '-o', 'json')
  const report = document() as RunReport
  expect(report.run.waves.map(({targets, state}) => `${targets} ${state}`)).toEqual([
    '1 done',
    '1 done',
    '4 done',
    '6 done',
  ])
  expect(exitCode).toBe(0)
  expect(fleet.restarted()).toHaveLength(12)
  expect(fleet.stamps()).toHaveLength(1)
})

/** New pods of the workload never become ready, and those that it has are gone. */
function breakPods(fleet: Fleet, cluster: string, name: string): void {
  const place = fleet.cluster(cluster)
  place.addTrouble({type: 'stuck-rollout', namespace: 'shop', name})
  for (const {metadata} of place.objects('Pod', 'shop')) {
    if (metadata.name.startsWith(`${name}-`)) place.remove('Pod', 'shop', metadata.name)
  }
}

/** The same, and what happens when the canary was looked at three times in the pause. */
const runWhile = async (fleet: Fleet, happening: () => void, ...words: readonly string[]) => {
  let over = false
  const ended = run(fleet, ...words).finally(() => {
    over = true
  })
  while (!over && looksAtCanary(fleet) < 3) await new Promise((resolve) => setImmediate(resolve))
  happening()
  return ended
}

function looksAtCanary(fleet: Fleet): number {
  const requests = fleet
    .cluster('c1')
    .requests()
    .filter(({path}) => path.includes('/deployments/app-00'))
  const written = requests.findIndex(({method}) => method === 'PATCH')
  return written === -1 ? 0 : requests.slice(written + 1).filter(({status}) => status === 200).length
}

const minute = 60_000
const soak = ['--waves', '1,50%,100%', '--pause', '5m'] as const

describe('the pause', () => {
  test('delays the next wave for this time, and checks the health of all changed targets', async () => {
    await using fleet = await openFleet(clusters(2, 2))
    const {exitCode, stderr} = await run(fleet, ...soak)
    expect(exitCode).toBe(0)
    const [first, second, third] = await timesOf(fleet)
    expect(second?.writes).toBeGreaterThanOrEqual((first?.ended ?? 0) + 300)
    expect(third?.writes).toBeGreaterThanOrEqual((second?.ended ?? 0) + 300)
    const looks = fleet
      .cluster('c1')
      .requests()
      .filter(({method, path}) => method === 'GET' && path.endsWith('/app-00'))
    expect(looks.length).toBeGreaterThan(60)
    expect(stderr).toContain('wave 1 of 3 starts with 1 target')
    expect(stderr).toContain('wave 1 of 3 has ended; 5m of pause, in which health is watched')
  })

  test('a target that becomes faulty during it fails, and stops the run: 5', async () => {
    await using fleet = await openFleet(clusters(2, 2))
    const fault = () => breakPods(fleet, 'c1', 'app-00')
    const {report, exitCode, stderr} = await runWhile(fleet, fault, ...soak)
    expect(report.counts).toMatchObject({total: 4, failed: 1, notRun: 3})
    expect(report.results[0]).toMatchObject({outcome: 'failed', wave: 1, failure: {class: 'rollout'}})
    expect(report.results[0]?.reason).toMatch(/^was rolled out, then unhealthy in the pause after wave 1: .*NotReady/)
    expect(report.results[1]?.reason).toBe('not started: too many targets had failed')
    expect(report.run.waves.map(({state}) => state)).toEqual(['stopped', 'not-started', 'not-started'])
    expect(exitCode).toBe(5)
    expect(fleet.restarted()).toEqual(['c1/shop/Deployment/app-00'])
    expect(stderr).toMatch(/wave 2 of 3 waits for health: c1\/shop\/Deployment\/app-00: /)
    expect(stderr).toMatch(/c1\/shop\/Deployment\/app-00 {2}FAILED/)
  })

  test('a canary that cannot be read does not count as deleted: the next wave does not start, 5', async () => {
    await using fleet = await openFleet(clusters(2, 2))
    const page = {type: 'answer', status: 404, plain: true, verb: 'get', name: 'app-00'} as const
    const hide = () => fleet.cluster('c1').addTrouble(page)
    const {report, exitCode} = await runWhile(fleet, hide, ...soak)
    expect(report.counts).toMatchObject({total: 4, unverified: 1, notRun: 3})
    expect(report.results[0]).toMatchObject({outcome: 'unverified', failure: {class: 'server-error'}})
    expect(report.results[0]?.reason).toMatch(
      /^was rolled out, then could not be read in the pause after wave 1: .*HTTP 404/,
    )
    expect(exitCode).toBe(5)
    expect(fleet.restarted()).toEqual(['c1/shop/Deployment/app-00'])
  })

  test('a canary that was deleted is gone, and the next wave starts', async () => {
    await using fleet = await openFleet(clusters(2, 2))
    const remove = () => fleet.cluster('c1').remove('Deployment', 'shop', 'app-00')
    const {exitCode} = await runWhile(fleet, remove, ...soak)
    expect(exitCode).toBe(0)
    expect(fleet.writes()).toHaveLength(4)
  })

  test('the ledger keeps both results, and the later one counts', async () => {
    await using fleet = await openFleet(clusters(1, 2))
    const fault = () => breakPods(fleet, 'c1', 'app-00')
    await runWhile(fleet, fault, ...soak)
    const results = (await records(fleet)).filter(({type}) => type === 'result')
    expect(results.map(({result}) => result.outcome)).toEqual(['succeeded', 'failed', 'not-run'])
    const shown = await fleet.shell.run('runs', 'show', 'last', '-o', 'json')
    expect(shown.document()).toMatchObject({
      counts: {failed: 1, succeeded: 0, notRun: 1},
      targets: [
        {name: 'app-00', wave: 1, outcome: 'failed'},
        {name: 'app-01', wave: 2, outcome: 'not-run'},
      ],
    })
  })

  test('within the failure budget it fails, and the waves continue without it', async () => {
    await using fleet = await openFleet(clusters(2, 2))
    const fault = () => breakPods(fleet, 'c1', 'app-00')
    const {report, exitCode} = await runWhile(fleet, fault, ...soak, '--max-failures', '1')
    expect(report.counts).toMatchObject({total: 4, failed: 1, succeeded: 3})
    expect(report.run.waves.map(({state}) => state)).toEqual(['done', 'done', 'done'])
    expect(exitCode).toBe(1)
  })

  test('a target that is deleted during it is not checked any more', async () => {
    await using fleet = await openFleet(clusters(1, 2))
    const deleted = () => void fleet.cluster('c1').remove('Deployment', 'shop', 'app-00')
    expect(await runWhile(fleet, deleted, ...soak)).toMatchObject({exitCode: 0})
  })

  test('one wave alone, and a dry run, need none', async () => {
    await using fleet = await openFleet(clusters(1, 2))
    expect(await run(fleet, '--waves', '100%', '--pause', '7m')).toMatchObject({exitCode: 0})
    expect(await run(fleet, '--waves', '1,100%', '--pause', '7m', '--dry-run', 'server')).toMatchObject({exitCode: 0})
    expect(fleet.clock.slept).not.toContain(7 * minute)
  })
})

describe('what ends a run in the pause', () => {
  test.each([
    {signal: 'SIGINT', code: 130},
    {signal: 'SIGTERM', code: 143},
    {signal: 'SIGHUP', code: 129},
  ] as const)('$signal: the rest is not run, $code', async ({signal, code}) => {
    await using fleet = await openFleet(clusters(1, 3))
    const {report, exitCode} = await runWhile(fleet, () => fleet.shell.signal(signal), ...soak)
    expect(report.counts).toMatchObject({succeeded: 1, notRun: 2})
    expect(report.run.durationMs).toBeLessThan(2 * minute)
    expect(exitCode).toBe(code)
  })

  test('--deadline: 5', async () => {
    await using fleet = await openFleet(clusters(1, 3))
    const {report, exitCode} = await run(fleet, ...soak, '--deadline', '2m')
    expect(report.counts).toMatchObject({succeeded: 1, notRun: 2})
    expect(report.results[2]?.reason).toBe('not started: the deadline passed')
    expect(exitCode).toBe(5)
  })

  test('another run that has taken the lock: 5; until then it is renewed', async () => {
    await using fleet = await openFleet(clusters(1, 3))
    const place = ['Lease', 'hubspoke-system', 'hubspoke-run'] as const
    fleet.cluster('c1').create({apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'hubspoke-system'}} as never)
    const taken = () =>
      void fleet.cluster('c1').patch(...place, {spec: {holderIdentity: 'another-run', leaseTransitions: 9}})
    const {report, exitCode} = await runWhile(fleet, taken, ...soak)
    expect(report.counts).toMatchObject({succeeded: 1, notRun: 2})
    expect(report.run.locks).toMatchObject([{state: 'lost'}])
    expect(exitCode).toBe(5)
    const renewals = fleet
      .cluster('c1')
      .requests()
      .filter(({method, path}) => method === 'PUT' && path.includes('/leases/'))
    expect(renewals.length).toBeGreaterThan(3)
  })
})

describe('--pause ask', () => {
  const ask = ['restart', image, '--all-contexts', '--yes', '--waves', '1,50%,100%', '--pause', 'ask'] as const

  test('asks after each wave but the last, and continues on request', async () => {
    await using fleet = await openFleet(clusters(1, 4), {answers: ['c', 'continue']})
    const {stderr, exitCode} = await fleet.shell.run(...ask)
    expect(stderr).toContain(
      'Wave 1 of 3 has ended: 1 of 1 targets so far are in the desired state.\nContinue, wait longer, or abort?',
    )
    expect(stderr).toContain('Wave 2 of 3 has ended: 2 of 2 targets so far are in the desired state.\nContinue')
    expect(stderr).not.toContain('Wave 3 of 3 has ended')
    expect(exitCode).toBe(0)
  })

  test('names unhealthy targets in the prompt', async () => {
    const [one] = clusters(1, 2)
    await using fleet = await openFleet([{...one!, trouble: [broken]}], {answers: ['c']})
    const {stderr} = await fleet.shell.run(...ask, '--max-failures', '1')
    expect(stderr).toContain('0 of 1 targets so far are in the desired state; trouble in c1/shop/Deployment/app-00.')
  })

  test('a No: the rest is not run, 7, and the ledger says so', async () => {
    await using fleet = await openFleet(clusters(1, 4), {answers: ['a']})
    const {stdout, exitCode} = await fleet.shell.run(...ask)
    expect(stdout).toContain('Exit 7: Declined between waves: of 4 targets 1 succeeded and 3 were not run.')
    expect(stdout).toContain('not started: declined between two waves')
    expect(exitCode).toBe(7)
    expect((await records(fleet)).at(-1)).toMatchObject({type: 'ended', exitCode: 7, stoppedBy: 'gate'})
    expect(await fleet.shell.run('runs', 'show', 'last', '-o', 'json')).toMatchObject({exitCode: 0})
  })

  test('"wait longer" watches for a minute or the given time, and asks again', async () => {
    await using fleet = await openFleet(clusters(1, 2), {answers: ['w', 'w 10m', 'nonsense', 'c']})
    const {stderr, exitCode} = await fleet.shell.run(...ask)
    expect(fleet.clock.slept).toEqual(expect.arrayContaining([minute, 10 * minute]))
    expect(stderr).toContain('Please answer')
    expect(exitCode).toBe(0)
    const [first, second] = await timesOf(fleet)
    expect((second?.writes ?? 0) - (first?.ended ?? 0)).toBeGreaterThanOrEqual(11 * 60)
  })

  test('an end of input is a No', async () => {
    await using fleet = await openFleet(clusters(1, 2), {answers: []})
    expect(await fleet.shell.run(...ask)).toMatchObject({exitCode: 7})
  })

  test('without a terminal it is wrong usage, before any server is reached', async () => {
    await using fleet = await openFleet(clusters(1, 2))
    const {stderr, exitCode} = await fleet.shell.run(...ask)
    expect(stderr).toContain('no terminal')
    expect(fleet.sandbox.clusters.flatMap((cluster) => cluster.requests())).toEqual([])
    expect(exitCode).toBe(2)
    expect(await fleet.shell.run(...ask, '--dry-run', 'client')).toMatchObject({exitCode: 0})
  })
})

test.each([
  {words: ['--pause', '5m'], says: 'there are no --waves'},
  {words: ['--waves', '1,100%', '--no-wait'], says: 'exclude each other'},
  {words: ['--waves', '1,10%'], says: 'it must end with 100%'},
  {words: ['--waves', '0,100%'], says: 'a wave of 0 has no targets'},
  {words: ['--waves', '50%,10%,100%'], says: '10% is not more than 50%'},
  {words: ['--waves', '1,200%'], says: '200% is more than everything'},
  {words: ['--waves', 'all'], says: '"all" is neither a number nor a percentage'},
  {words: ['--waves', '1,100%', '--pause', 'soon'], says: 'Invalid pause "soon"'},
  {words: ['--waves', '1,100%', '--pause', '600h'], says: 'Invalid pause "600h"'},
])('$words is wrong usage: 2, and no server is asked anything', async ({words, says}) => {
  await using fleet = await openFleet(clusters(1, 2))
  const {stderr, exitCode} = await fleet.shell.run(...restart, ...words)
  expect(stderr).toContain(says)
  expect(fleet.sandbox.clusters.flatMap((cluster) => cluster.requests())).toEqual([])
  expect(exitCode).toBe(2)
})

describe('the plan', () => {
  test('shows the waves before it asks, also in a dry run', async () => {
    await using fleet = await openFleet(clusters(3, 4))
    const {stderr, document, exitCode} = await fleet.shell.run(
      ...restart,
      ...standard,
      ...['--pause', '5m', '--dry-run', 'client', '-o', 'json'],
    )
    expect(stderr).toContain(
      [
        'Waves:',
        '  1  1 target: c1/shop/Deployment/app-00',
        '  2  1 target: c2/shop/Deployment/app-00',
        '  3  4 targets in c3, c1 and c2',
        '  4  6 targets in c1, c2 and c3',
        'A wave starts when everything before it is healthy, after a pause of 5m; the first failure stops the run.',
      ].join('\n'),
    )
    const {run: entry, results} = document() as RunReport
    expect(new Set(entry.waves.map(({state}) => state))).toEqual(new Set(['not-started']))
    expect(results.map(({wave}) => wave)).toEqual([1, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4])
    expect(exitCode).toBe(0)
    expect(fleet.writes()).toEqual([])
  })

  test('--wave-by cluster: whole clusters, one after the other', async () => {
    await using fleet = await openFleet(clusters(3, 2))
    const {report, exitCode} = await run(fleet, '--waves', '1,100%', '--wave-by', 'cluster')
    expect(exitCode).toBe(0)
    expect(report.run.waves).toMatchObject([
      {targets: 2, clusters: 1},
      {targets: 4, clusters: 2},
    ])
    const first = report.results.filter(({wave}) => wave === 1).map(({context}) => context)
    expect(first).toEqual(['c1', 'c1'])
  })

  test('a refused target is not a canary, and the plan says if refusals exceed the budget', async () => {
    const [first, second] = clusters(2, 2)
    const denied = {type: 'forbidden', verb: 'patch', resource: 'deployments'} as const
    await using fleet = await openFleet([{...first!, trouble: [denied]}, second!])
    const stopped = await run(fleet, '--waves', '1,100%')
    expect(stopped.stderr).toContain('2 targets will be refused: nothing would start')
    expect(stopped.report.counts).toMatchObject({failed: 2, notRun: 2})
    const {report, exitCode} = await run(fleet, '--waves', '1,100%', '--max-failures', '2')
    expect(report.results.map(({context, wave}) => `${context} ${wave}`)).toEqual([
      'c1 null',
      'c2 1',
      'c1 null',
      'c2 2',
    ])
    expect(exitCode).toBe(1)
  })
})

describe('--stagger', () => {
  /** When the cluster saw each restart, in seconds since the first: a restart is a new ReplicaSet. */
  const restartsOf = (fleet: Fleet, since: number) => {
    const times = fleet.sandbox.clusters.flatMap((cluster) =>
      cluster
        .objects('ReplicaSet', undefined)
        .filter(({metadata}) => metadata.annotations?.['deployment.kubernetes.io/revision'] === '2')
        .map(({metadata}) => ({
          key: `${cluster.name}/${metadata.namespace}/${metadata.ownerReferences?.[0]?.name}`,
          at: Date.parse(metadata.creationTimestamp ?? '') / 1000 - since,
        })),
    )
    return Object.fromEntries(times.map(({key, at}) => [key, at]))
  }
  const second = async (fleet: Fleet) => Math.ceil(fleet.clock.date().getTime() / 1000)
  const other = 'registry.example/acme/web'
  const digest = `sha256:${'ab'.repeat(32)}`

  test('targets of one registry start so far apart, over all clusters', async () => {
    await using fleet = await openFleet(clusters(2, 3))
    const since = await second(fleet)
    expect(await run(fleet, '--stagger', '20s')).toMatchObject({exitCode: 0})
    expect(restartsOf(fleet, since)).toEqual({
      'c1/shop/app-00': 0,
      'c2/shop/app-00': 20,
      'c1/shop/app-01': 40,
      'c2/shop/app-01': 60,
      'c1/shop/app-02': 80,
      'c2/shop/app-02': 100,
    })
  })

  test('those of another registry do not wait for them', async () => {
    const of = (name: string, repository: string) => ({
      namespace: 'shop',
      name,
      image: `${repository}@${digest}`,
      replicas: 1,
    })
    const workloads = [of('a', image), of('b', image), of('c', other), of('d', other)]
    await using fleet = await openFleet([{name: 'c1', workloads}])
    const since = await second(fleet)
    const words = ['restart', digest, '--all-contexts', '--yes', '--stagger', '20s'] as const
    expect(await fleet.shell.run(...words)).toMatchObject({exitCode: 0})
    expect(restartsOf(fleet, since)).toEqual({'c1/shop/a': 0, 'c1/shop/c': 0, 'c1/shop/b': 20, 'c1/shop/d': 20})
  })

  test('by namespace: those of one namespace of one cluster', async () => {
    const of = (namespace: string, name: string) => ({namespace, name, image: `${image}:1.0`, replicas: 1})
    const workloads = [of('pay', 'a'), of('pay', 'b'), of('shop', 'a')]
    await using fleet = await openFleet([
      {name: 'c1', workloads},
      {name: 'c2', workloads: [of('pay', 'a')]},
    ])
    const since = await second(fleet)
    expect(await run(fleet, '--stagger', '20s', '--stagger-by', 'namespace')).toMatchObject({exitCode: 0})
    expect(restartsOf(fleet, since)).toEqual({'c1/pay/a': 0, 'c1/pay/b': 20, 'c1/shop/a': 0, 'c2/pay/a': 0})
  })

  test('a retry is staggered like any other start', async () => {
    const busy = {type: 'answer', status: 503, verb: 'patch', name: 'app-00', times: 1} as const
    const [one] = clusters(1, 4)
    await using fleet = await openFleet([{...one!, trouble: [busy]}])
    const since = await second(fleet)
    expect(await run(fleet, '--stagger', '20s', '--backoff', '30s')).toMatchObject({exitCode: 0})
    expect(restartsOf(fleet, since)).toEqual({
      'c1/shop/app-01': 20,
      'c1/shop/app-02': 40,
      'c1/shop/app-03': 60,
      'c1/shop/app-00': 80,
    })
  })
})
