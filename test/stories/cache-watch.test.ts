import {describe, expect, test} from 'vitest'
import type {StopSignal} from '../../src/model/exit-code.ts'
import type {CacheReport, FindReport} from '../../src/model/report.ts'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import {type Ended, openShell} from '../support/run-command.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

const eu: ClusterSpec = {name: 'eu', workloads: runningWeb('cart', 'web')}
const us: ClusterSpec = {name: 'us', workloads: runningWeb('web')}
const namespace = 'hubspoke-system'
const name = 'deployment-image-cache'
const watch = ['cache', 'watch', '--all-contexts', '-y'] as const

interface Document {
  readonly images: Readonly<Record<string, readonly {readonly name: string}[]>>
  readonly resourceVersions: Readonly<Record<string, string>>
  readonly provenAt?: string
}

const entry = ({document}: Ended, context: string) =>
  (document() as CacheReport).caches.find((cache) => cache.context === context)
const savedIn = (fleet: Fleet, cluster: string): Document | undefined => {
  const object = fleet.cluster(cluster).object('ConfigMap', namespace, name) as unknown as
    | {readonly data: Readonly<Record<string, string>>}
    | undefined
  return object && JSON.parse(object.data['cache.json'] ?? '')
}
const namesOf = (saved: Document | undefined, of: string) => saved?.images[of]?.map(({name}) => name)
const headWrites = (fleet: Fleet, cluster: string) =>
  fleet
    .cluster(cluster)
    .requests()
    .filter(({method, path, status}) => method !== 'GET' && path.includes('/configmaps') && status < 300).length

interface WatchStory {
  readonly words?: readonly string[]
  readonly signal?: StopSignal
  /** The story begins when this was said. */
  readonly says?: string
}

/** Watches for as long as the story lasts, which ends with a signal. */
async function whileWatching(
  fleet: Fleet,
  story: (pass: (ms: number) => Promise<void>) => Promise<void>,
  {words = [], signal = 'SIGTERM', says = 'watching ('}: WatchStory = {},
): Promise<Ended> {
  const ended = fleet.shell.run(...watch, '-o', 'json', ...words)
  while (!fleet.shell.everythingPrinted().includes(says)) await new Promise(setImmediate)
  await story((ms) => fleet.clock.sleep(ms))
  fleet.shell.signal(signal)
  return ended
}

describe('cache watch', () => {
  test('builds the cache where there is none, and has every change in it within two seconds', async () => {
    await using fleet = await openFleet([eu, us])
    const ended = await whileWatching(fleet, async (pass) => {
      await pass(5_000)
      expect(namesOf(savedIn(fleet, 'eu'), `${image}:1.0`)).toEqual(['cart', 'web'])
      fleet.cluster('eu').add({namespace: 'shop', name: 'later', image: `${image}:1.0`})
      await pass(2_000)
      expect(namesOf(savedIn(fleet, 'eu'), `${image}:1.0`)).toEqual(['cart', 'later', 'web'])
      fleet.cluster('eu').remove('Deployment', 'shop', 'cart')
      await pass(2_000)
      expect(namesOf(savedIn(fleet, 'eu'), `${image}:1.0`)).toEqual(['later', 'web'])
    })
    expect(ended.stderr).toContain('eu  watching (listed: no image cache in this cluster)')
    expect(ended.stderr).toContain('eu  1 change written')
    expect(entry(ended, 'eu')).toMatchObject({state: 'watched', workloads: 3, problem: null, watch: {changes: 2}})
    expect(entry(ended, 'us')).toMatchObject({state: 'watched', watch: {changes: 0, reconnects: 0}})
    expect(ended.exitCode).toBe(143)
  })
})

const saves = async (fleet: Fleet) => fleet.shell.run('cache', 'refresh', '--all-contexts', '-y')
const wholeLists = (fleet: Fleet, cluster: string) =>
  fleet
    .cluster(cluster)
    .requests()
    .filter(({method, path}) => method === 'GET' && /\/apps\/v1\/[a-z]+\?limit=500/.test(path))
    .map(({path}) => /v1\/([a-z]+)/.exec(path)?.[1])
const spoil = (fleet: Fleet, change: (document: Record<string, unknown>) => unknown) => {
  const document = JSON.parse(JSON.stringify(savedIn(fleet, 'eu')))
  const text = change(document) ?? document
  const data = {'cache.json': typeof text === 'string' ? text : JSON.stringify(text)}
  fleet.cluster('eu').patch('ConfigMap', namespace, name, {data})
}
const addLater = (fleet: Fleet, later = 'later') =>
  fleet.cluster('eu').add({namespace: 'shop', name: later, image: `${image}:1.0`})
const hasLater = (fleet: Fleet, later = 'later') => namesOf(savedIn(fleet, 'eu'), `${image}:1.0`)?.includes(later)

describe('where it begins', () => {
  test('goes on from a saved cache: what has changed since is replayed, nothing is listed', async () => {
    await using fleet = await openFleet([eu])
    await saves(fleet)
    addLater(fleet)
    const listed = wholeLists(fleet, 'eu').length
    const {stderr} = await whileWatching(fleet, async (pass) => {
      await pass(2_000)
      expect(hasLater(fleet)).toBe(true)
    })
    expect(stderr).toContain('eu  watching (from the saved image cache)')
    expect(wholeLists(fleet, 'eu')).toHaveLength(listed)
  })

  test.each([
    {
      what: 'of another cluster',
      change: (document: Record<string, unknown>) => Object.assign(document, {clusterUid: 'other'}),
    },
    {what: 'ahead of the cluster', change: ahead},
    {what: 'cannot be used', change: () => '{'},
    {
      what: 'too little data',
      change: (document: Record<string, unknown>) => Object.assign(document, {workloads: 99}),
    },
    {what: 'too little data', change: (document: Record<string, unknown>) => void delete document.resourceVersions},
  ])('a cache that is not to be trusted ($what) is replaced by lists', async ({what, change}) => {
    await using fleet = await openFleet([eu])
    await saves(fleet)
    spoil(fleet, change)
    addLater(fleet)
    const listed = wholeLists(fleet, 'eu').length
    const ended = await whileWatching(fleet, async (pass) => {
      await pass(2_000)
      expect(savedIn(fleet, 'eu')).toMatchObject({clusterUid: fleet.cluster('eu').uid, workloads: 4})
      expect(hasLater(fleet)).toBe(true)
    })
    expect(ended.stderr).toMatch(new RegExp(`eu {2}watching \\(listed: .*${what}`))
    expect(wholeLists(fleet, 'eu').slice(listed).sort()).toEqual(['daemonsets', 'deployments', 'statefulsets'])
    expect(entry(ended, 'eu')).toMatchObject({state: 'watched', problem: null, watch: {reconnects: 0}})
  })

  function ahead(document: Record<string, unknown>): void {
    document.resourceVersions = {Deployment: '99999999', StatefulSet: '99999999', DaemonSet: '99999999'}
  }

  test('a version that the server has forgotten: the kinds are listed', async () => {
    await using fleet = await openFleet([eu])
    await saves(fleet)
    addLater(fleet)
    fleet.cluster('eu').expireHistory()
    const {stderr} = await whileWatching(fleet, async (pass) => {
      await pass(3_000)
      expect(hasLater(fleet)).toBe(true)
    })
    expect(stderr).toContain('eu  listing Deployments again: the server no longer has changes that old')
  })

  test('needs the contexts to include: 2', async () => {
    await using fleet = await openFleet([eu])
    const {stderr, exitCode} = await fleet.shell.run('cache', 'watch')
    expect(stderr).toContain('needs the contexts to include')
    expect(exitCode).toBe(2)
  })
})

describe('what is written', () => {
  test('nothing where what runs stays the same; only the proof is renewed, every ten seconds', async () => {
    await using fleet = await openFleet([eu])
    await saves(fleet)
    const ended = await whileWatching(fleet, async (pass) => {
      await pass(12_000)
      const before = headWrites(fleet, 'eu')
      const {provenAt, ...saved} = savedIn(fleet, 'eu') ?? {provenAt: ''}
      for (let replicas = 2; replicas < 32; replicas++) {
        fleet
          .cluster('eu')
          .patch('Deployment', 'shop', 'web', {spec: {replicas}, metadata: {labels: {n: `${replicas}`}}})
        await pass(1_000)
      }
      expect(headWrites(fleet, 'eu') - before).toBe(3)
      expect(savedIn(fleet, 'eu')).toMatchObject({images: 'images' in saved ? saved.images : {}})
      expect(Date.parse(savedIn(fleet, 'eu')?.provenAt ?? '')).toBe(Date.parse(provenAt ?? '') + 30_000)
    })
    expect(entry(ended, 'eu')).toMatchObject({watch: {changes: 0}})
    expect(ended.stderr).not.toContain('change')
  })

  test('in a storm of changes once a second, with all of them in it', async () => {
    await using fleet = await openFleet([eu])
    await saves(fleet)
    await whileWatching(fleet, async (pass) => {
      await pass(3_000)
      const before = headWrites(fleet, 'eu')
      for (let n = 0; n < 50; n++) {
        addLater(fleet, `later-${n}`)
        await pass(100)
      }
      await pass(2_000)
      expect(headWrites(fleet, 'eu') - before).toBeLessThanOrEqual(7)
      expect(hasLater(fleet, 'later-0') && hasLater(fleet, 'later-49')).toBe(true)
    })
  })

  test('versions from which a reader catches up: exact is answered by the cache, with what has changed since', async () => {
    await using fleet = await openFleet([eu], {env: {HUBSPOKE_SMALL_CLUSTER: '0'}})
    await whileWatching(fleet, async (pass) => {
      await pass(5_000)
      addLater(fleet)
      const found = (await fleet.shell.run('find', image, '-o', 'json')).document() as FindReport
      expect(found.clusters).toMatchObject([{tier: 'cache+changes', workloadsRead: 4}])
      expect(found.workloads).toHaveLength(3)
    })
  })

  test.each([
    {signal: 'SIGTERM', code: 143},
    {signal: 'SIGINT', code: 130},
    {signal: 'SIGHUP', code: 129},
  ] as const)('$signal: the last state, then the report, and $code; the Lease is released', async ({signal, code}) => {
    await using fleet = await openFleet([eu])
    const ended = await whileWatching(
      fleet,
      async (pass) => {
        await pass(3_000)
        addLater(fleet, 'before')
        await pass(100)
        addLater(fleet)
        await pass(100)
        expect(hasLater(fleet)).toBe(false)
      },
      {signal},
    )
    expect(hasLater(fleet)).toBe(true)
    expect(entry(ended, 'eu')).toMatchObject({state: 'watched', workloads: 5})
    expect(ended.exitCode).toBe(code)
    expect(fleet.cluster('eu').object('Lease', namespace, 'hubspoke-cache-watch')).toMatchObject({
      spec: expect.not.objectContaining({holderIdentity: expect.anything()}),
    })
  })

  test('-q: nothing is said, and the table is there', async () => {
    await using fleet = await openFleet([eu])
    await saves(fleet)
    const ended = fleet.shell.run(...watch, '-q')
    while (headWrites(fleet, 'eu') < 3) await new Promise(setImmediate)
    fleet.shell.signal('SIGTERM')
    const {stdout, stderr} = await ended
    expect(stderr.trim()).toMatch(/^Stopping: [^\n]*\nPress Ctrl-C again [^\n]*$/)
    expect(stdout).toMatch(/^eu +watched .*0 changes in/m)
  })
})

describe('it survives', () => {
  test.each([
    {
      what: 'a server that is away for a minute',
      async happen(fleet: Fleet, pass: (ms: number) => Promise<void>) {
        await fleet.cluster('eu').stop()
        await pass(60_000)
        addLater(fleet)
        await fleet.cluster('eu').start()
        await pass(35_000)
      },
    },
    {
      what: 'watches that say nothing any more',
      async happen(fleet: Fleet, pass: (ms: number) => Promise<void>) {
        fleet.cluster('eu').addTrouble({type: 'silent-watch', times: 3})
        await pass(10_000)
        addLater(fleet)
        await pass(30_000)
      },
    },
    {
      what: 'connections that break',
      async happen(fleet: Fleet, pass: (ms: number) => Promise<void>) {
        fleet.cluster('eu').addTrouble({type: 'cut', verb: 'watch', times: 6})
        addLater(fleet)
        await pass(90_000)
      },
    },
    {
      what: 'the loss of its history',
      async happen(fleet: Fleet, pass: (ms: number) => Promise<void>) {
        await fleet.cluster('eu').stop()
        addLater(fleet)
        fleet.cluster('eu').expireHistory()
        await fleet.cluster('eu').start()
        await pass(35_000)
      },
    },
    {
      what: 'the loss of the ConfigMap',
      async happen(fleet: Fleet, pass: (ms: number) => Promise<void>) {
        fleet.cluster('eu').remove('ConfigMap', namespace, name)
        addLater(fleet)
        await pass(2_000)
      },
    },
    {
      what: 'the loss of a permission',
      async happen(fleet: Fleet, pass: (ms: number) => Promise<void>) {
        const permit = fleet.cluster('eu').addTrouble({type: 'forbidden', verb: 'update', resource: 'configmaps'})
        addLater(fleet)
        await pass(20_000)
        permit()
        await pass(30_000)
      },
    },
  ])('$what', async ({happen}) => {
    await using fleet = await openFleet([eu, us])
    const ended = await whileWatching(fleet, async (pass) => {
      await pass(5_000)
      await happen(fleet, pass)
      expect(hasLater(fleet)).toBe(true)
    })
    expect(entry(ended, 'eu')).toMatchObject({state: 'watched', problem: null, workloads: 4})
    expect(entry(ended, 'us')).toMatchObject({state: 'watched', problem: null, watch: {reconnects: 0}})
  })

  test('a refresh by another client: it adopts newer parts, and continues', async () => {
    await using fleet = await openFleet([eu])
    const ended = await whileWatching(fleet, async (pass) => {
      await pass(5_000)
      fleet.cluster('eu').create({apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'x', namespace}})
      expect((await saves(fleet)).exitCode).toBe(0)
      addLater(fleet)
      await pass(3_000)
      expect(hasLater(fleet)).toBe(true)
    })
    expect(entry(ended, 'eu')).toMatchObject({state: 'watched', problem: null, watch: {reconnects: 0}})
  })

  test('a cluster that is down keeps no other from being watched, and is named', async () => {
    await using fleet = await openFleet([{name: 'ap', trouble: [{type: 'unreachable', how: 'refused'}]}, eu])
    const ended = await whileWatching(fleet, async (pass) => {
      await pass(5_000)
      addLater(fleet)
      await pass(2_000)
      expect(hasLater(fleet)).toBe(true)
    })
    expect(ended.stderr).toMatch(/ap {2}trying again in \d+(ms|s)/)
    expect(entry(ended, 'ap')).toMatchObject({state: 'not-read', problem: {class: 'unreachable'}})
  })
})

describe('one at a time', () => {
  test('the second stands by, and takes over when the first is stopped', async () => {
    await using fleet = await openFleet([eu])
    await using other = await openShell({
      kubeconfig: fleet.sandbox.kubeconfig,
      clock: fleet.clock,
      env: {USER: 'grace'},
    })
    // Chance begins anew in every shell: without this both would draw the same identity.
    await other.run('restart', 'ghcr.io/acme/nothing', '--all-contexts', '-y')
    let second: Promise<Ended> | undefined
    const first = await whileWatching(fleet, async (pass) => {
      await pass(2_000)
      second = other.run(...watch, '-o', 'json')
      while (!other.everythingPrinted().includes('standing by')) await new Promise(setImmediate)
      await pass(60_000)
      expect(other.everythingPrinted()).not.toContain('watching (')
    })
    expect(entry(first, 'eu')).toMatchObject({state: 'watched'})
    while (!other.everythingPrinted().includes('watching (from the saved')) await new Promise(setImmediate)
    addLater(fleet)
    await fleet.clock.sleep(3_000)
    expect(hasLater(fleet)).toBe(true)
    other.signal('SIGTERM')
    expect(entry((await second) ?? first, 'eu')).toMatchObject({state: 'watched', watch: {changes: 1}})
  })

  test('where Leases are forbidden it continues without one, and says so', async () => {
    const trouble = [{type: 'forbidden', resource: 'leases'}] as const
    await using fleet = await openFleet([{...eu, trouble}])
    await saves(fleet)
    const ended = await whileWatching(fleet, async (pass) => {
      await pass(3_000)
      addLater(fleet)
      await pass(2_000)
      expect(hasLater(fleet)).toBe(true)
    })
    expect(ended.stderr).toContain('eu  continuing without a Lease')
    expect(entry(ended, 'eu')).toMatchObject({state: 'watched', problem: null})
  })

  test('a watcher that lost its Lease writes no more until it has it again', async () => {
    await using fleet = await openFleet([eu])
    await whileWatching(fleet, async (pass) => {
      await pass(7_000)
      fleet.cluster('eu').patch('Lease', namespace, 'hubspoke-cache-watch', {
        spec: {holderIdentity: 'another', leaseDurationSeconds: 20},
      })
      await pass(6_000)
      const before = headWrites(fleet, 'eu')
      addLater(fleet)
      await pass(10_000)
      expect(headWrites(fleet, 'eu')).toBe(before)
      await pass(15_000)
      expect(hasLater(fleet)).toBe(true)
    })
    expect(fleet.shell.everythingPrinted()).toContain('is lost: it is held by "another"')
  })

  test('a Lease with an implausible duration is not taken over, and not waited for in silence', async () => {
    await using fleet = await openFleet([eu])
    await whileWatching(fleet, async (pass) => {
      await pass(7_000)
      fleet.cluster('eu').patch('Lease', namespace, 'hubspoke-cache-watch', {
        spec: {holderIdentity: 'another', leaseDurationSeconds: 2 ** 31 - 1},
      })
      await pass(20_000)
      expect(fleet.shell.everythingPrinted()).toContain(
        'since 2026-11-24T20:00:00Z. Its Lease has an implausible duration',
      )
      fleet.cluster('eu').patch('Lease', namespace, 'hubspoke-cache-watch', {spec: {holderIdentity: ''}})
      addLater(fleet)
      await pass(40_000)
      expect(hasLater(fleet)).toBe(true)
    })
  })
})

test('find --fresh 30s is one request while a watcher runs, and is proved again when the last proof is too old', async () => {
  await using fleet = await openFleet([eu])
  const find = async () => {
    const report = (await fleet.shell.run('find', image, '--fresh', '30s', '-o', 'json')).document() as FindReport
    return report.clusters[0]
  }
  await whileWatching(fleet, async (pass) => {
    for (let n = 0; n < 10; n++) {
      await pass(11_300)
      expect(await find()).toMatchObject({tier: 'cache', cost: {requests: 1}, workloadsRead: 3})
    }
  })
  await fleet.clock.sleep(30_000)
  expect(await find()).toMatchObject({tier: 'scan', tierReason: expect.stringContaining('proved complete')})
})
