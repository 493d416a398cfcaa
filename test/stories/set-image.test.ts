import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import type {WorkloadSpec} from '../../src/sandbox/spec.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {RunReport} from '../support/workload-documents.ts'

const two = [
  {name: 'eu', workloads: runningWeb('cart', 'web')},
  {name: 'us', workloads: runningWeb('cart', 'web')},
]
const everywhere = ['--all-contexts', '--yes'] as const
const digest = `sha256:${'a'.repeat(64)}`
const broken = {type: 'unpullable-image', image: `${image}:broken`} as const

async function run(fleet: Fleet, ...words: readonly string[]): Promise<RunReport> {
  return (await fleet.shell.run(...words, '-o', 'json')).document() as RunReport
}

const set = (fleet: Fleet, query: string, to: string, ...words: readonly string[]) =>
  run(fleet, 'set-image', query, to, ...everywhere, ...words)

const outcomes = ({results}: RunReport) => results.map(({context, name, outcome}) => `${context}/${name} ${outcome}`)

/** `container=image` of each container of a workload. */
function imagesOf(fleet: Fleet, name = 'web', cluster = 'eu', kind = 'Deployment'): readonly string[] {
  const {containers, initContainers = []} = templateOf(fleet, name, cluster, kind).spec
  return [...containers, ...initContainers].map((one) => `${one.name}=${one.image}`)
}

interface Template {
  readonly spec: {
    readonly containers: readonly {readonly name: string; readonly image: string}[]
    readonly initContainers?: Template['spec']['containers']
  }
}

function templateOf(fleet: Fleet, name = 'web', cluster = 'eu', kind = 'Deployment'): Template {
  return (fleet.cluster(cluster).object(kind, 'shop', name) as {spec?: {template: Template}}).spec!.template
}

const revisionOf = (fleet: Fleet, name = 'web', cluster = 'eu') =>
  fleet.cluster(cluster).object('Deployment', 'shop', name)?.metadata.annotations?.['deployment.kubernetes.io/revision']

/** What a run leaves that is killed while it writes its first record of this type. */
async function cutInside(ledger: string | null, type: string): Promise<void> {
  const text = await readFile(ledger ?? '', 'utf8')
  await writeFile(ledger ?? '', text.slice(0, text.indexOf(`{"type":"${type}"`) + 30))
}

const mixed: WorkloadSpec = {
  namespace: 'shop',
  name: 'web',
  replicas: 1,
  containers: [
    {name: 'app', image: `${image}:1.0`},
    {name: 'proxy', image: 'envoy:1'},
    {name: 'worker', image: `${image}:2.0`},
    {name: 'migrate', image: `${image}:1.0`, init: true},
    {name: 'logs', image: `${image}:1.0@${digest}`, sidecar: true},
  ],
}

describe('the images', () => {
  test('are set everywhere, with one mark, in one write per target, and end with 0', async () => {
    await using fleet = await openFleet(two)
    const report = await set(fleet, image, `${image}:1.1`)
    expect(outcomes(report)).toEqual(['eu/cart succeeded', 'us/cart succeeded', 'eu/web succeeded', 'us/web succeeded'])
    expect(report.run).toMatchObject({verb: 'set-image', arguments: {image, new: `${image}:1.1`}})
    expect(report.verdict.code).toBe(0)
    for (const cluster of ['eu', 'us']) expect(imagesOf(fleet, 'web', cluster)).toEqual([`web=${image}:1.1`])
    expect(imagesOf(fleet, 'other')).toEqual(['other=ghcr.io/acme/other:2.0'])
    expect(fleet.stamps()).toHaveLength(1)
    expect(fleet.writes()).toHaveLength(4)
    expect(revisionOf(fleet)).toBe('2')
  })

  test.each([
    {query: image, to: ':3.0', app: ':3.0', worker: ':3.0', logs: ':3.0'},
    {query: `${image}:1.0`, to: ':3.0', app: ':3.0', worker: ':2.0', logs: ':3.0'},
    {query: `${image}:1.*`, to: `@${digest}`, app: `@${digest}`, worker: ':2.0', logs: `:1.0@${digest}`},
    {query: digest, to: `:3.0@${digest}`, app: ':1.0', worker: ':2.0', logs: `:3.0@${digest}`},
    {query: image, to: ':2.0', app: ':2.0', worker: ':2.0', logs: ':2.0'},
  ])('of $query become $to, in matching containers only', async ({query, to, app, worker, logs}) => {
    await using fleet = await openFleet([{name: 'eu', workloads: [mixed]}])
    expect((await set(fleet, query, to)).verdict.code).toBe(0)
    expect(imagesOf(fleet)).toEqual([
      `app=${image}${app}`,
      'proxy=envoy:1',
      `worker=${image}${worker}`,
      `migrate=${image}${app}`,
      `logs=${image}${logs}`,
    ])
  })

  test('of every kind', async () => {
    const named = {StatefulSet: 'db', DaemonSet: 'agent'} as const
    const kinds = ['StatefulSet', 'DaemonSet'] as const
    const workloads = kinds.map((kind) => ({kind, namespace: 'shop', name: named[kind], image: `${image}:1.0`}))
    await using fleet = await openFleet([{name: 'eu', workloads}])
    expect((await set(fleet, image, ':1.1')).counts).toMatchObject({total: 2, succeeded: 2})
    for (const kind of kinds) {
      expect(imagesOf(fleet, named[kind], 'eu', kind)).toEqual([`${named[kind]}=${image}:1.1`])
    }
  })

  test('that are set already are unchanged: nothing is written', async () => {
    await using fleet = await openFleet(two)
    await set(fleet, image, ':1.1')
    const written = fleet.writes().length
    const report = await set(fleet, image, ':1.1')
    expect(report.counts).toMatchObject({unchanged: 4})
    expect(report.results[0]?.reason).toBe(`it runs ${image}:1.1 already`)
    expect(report.verdict.code).toBe(0)
    expect(fleet.writes()).toHaveLength(written)
  })
})

describe('a write', () => {
  test('whose answer is lost is not made twice', async () => {
    const trouble = [{type: 'lost-reply', verb: 'patch', name: 'web', times: 1}] as const
    await using fleet = await openFleet([{...two[0]!, trouble}])
    expect((await set(fleet, image, ':1.1')).counts).toMatchObject({succeeded: 2})
    expect(revisionOf(fleet)).toBe('2')
  })

  test('that is refused for a while is made again', async () => {
    const trouble = [{type: 'answer', status: 429, retryAfterSeconds: 5, verb: 'patch', name: 'web', times: 1}] as const
    await using fleet = await openFleet([{...two[0]!, trouble}])
    const report = await set(fleet, image, ':1.1')
    expect(report.results.find(({name}) => name === 'web')).toMatchObject({outcome: 'succeeded', attempts: 2})
    expect(imagesOf(fleet)).toEqual([`web=${image}:1.1`])
  })

  test('that failed is made by a retry, under the mark of the run', async () => {
    const trouble = [{type: 'answer', status: 422, verb: 'patch', name: 'web', times: 1}] as const
    await using fleet = await openFleet([{...two[0]!, trouble}])
    expect((await set(fleet, image, ':1.1')).counts).toMatchObject({succeeded: 1, failed: 1})
    expect(imagesOf(fleet)).toEqual([`web=${image}:1.0`])
    const retried = await run(fleet, 'runs', 'retry', 'last', '--yes')
    expect(outcomes(retried)).toEqual(['eu/web succeeded'])
    expect(imagesOf(fleet)).toEqual([`web=${image}:1.1`])
    expect(fleet.stamps()).toHaveLength(1)
    expect(fleet.writes()).toHaveLength(3)
  })

  test.each(['writing', 'written', 'result'])('is only watched by a retry after a kill inside "%s"', async (cut) => {
    await using fleet = await openFleet(two)
    const {run: killed} = await set(fleet, image, ':1.1')
    await cutInside(killed.ledger, cut)
    const report = await run(fleet, 'runs', 'retry', killed.id, '--yes')
    expect(report.counts).toMatchObject({total: 4, succeeded: 4})
    for (const {reason} of report.results) expect(reason).toMatch(/; it was written before, nothing was written now$/)
    expect(fleet.writes()).toHaveLength(4)
  })

  test('is not sent under a dry run', async () => {
    await using fleet = await openFleet(two)
    for (const mode of ['client', 'server']) {
      expect((await set(fleet, image, ':1.1', '--dry-run', mode)).verdict.code).toBe(0)
    }
    expect(fleet.writes()).toEqual([])
    expect(imagesOf(fleet)).toEqual([`web=${image}:1.0`])
  })

  test('is not made where it would replace no pod', async () => {
    const paused = {namespace: 'shop', name: 'web', image: `${image}:1.0`, paused: true}
    await using fleet = await openFleet([{name: 'eu', workloads: [paused]}])
    const report = await set(fleet, image, ':1.1')
    expect(report.results[0]).toMatchObject({
      outcome: 'skipped',
      reason: 'it is paused: a new image would not replace a pod',
      failure: {class: 'not-restartable'},
    })
    expect(report.verdict.code).toBe(1)
    expect(fleet.writes()).toEqual([])
  })
})

describe('--undo-failed', () => {
  test('restores the template of a tag that cannot be pulled; later waves are not touched', async () => {
    await using fleet = await openFleet(two.map((cluster) => ({...cluster, trouble: [broken]})))
    const before = templateOf(fleet, 'cart')
    const report = await set(fleet, image, ':broken', '--waves', '1,100%', '--undo-failed', '--fail-fast')
    expect(outcomes(report)).toEqual(['eu/cart failed', 'us/cart not-run', 'eu/web not-run', 'us/web not-run'])
    expect(report.results[0]?.undo).toMatchObject({outcome: 'undone', reason: 'back to the revision before'})
    expect(templateOf(fleet, 'cart')).toEqual(before)
    expect(fleet.restarted()).toEqual([])
    expect(fleet.writes()).toHaveLength(2)
    expect(fleet.cluster('eu').objects('ReplicaSet', 'shop')).toHaveLength(4)
    expect(report.verdict.code).toBe(5)
  })

  test('restores each container, init container and sidecar', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads: [mixed], trouble: [broken]}])
    const before = templateOf(fleet)
    const report = await set(fleet, image, ':broken', '--undo-failed', '--fail-fast')
    expect(report.results[0]).toMatchObject({outcome: 'failed', undo: {outcome: 'undone'}})
    expect(templateOf(fleet)).toEqual(before)
  })

  test('restores what an earlier run without the flag has set', async () => {
    await using fleet = await openFleet([{...two[0]!, trouble: [broken]}])
    await set(fleet, image, ':broken', '--fail-fast')
    expect(imagesOf(fleet)).toEqual([`web=${image}:broken`])
    const report = await run(fleet, 'runs', 'retry', 'last', '--yes', '--undo-failed')
    expect(report.results[0]).toMatchObject({outcome: 'failed', undo: {outcome: 'undone'}})
    expect(imagesOf(fleet)).toEqual([`web=${image}:1.0`])
  })
})

describe('NEW is refused before a cluster is reached when', () => {
  test.each([
    {query: 'nginx', to: 'nginx', says: 'NEW "nginx" has no tag and no digest. ":latest" is not assumed.'},
    {query: image, to: 'Web:1', says: 'The repository in "Web:1" must be in lower case.'},
    {query: image, to: ':', says: 'The image reference ":" ends its name with a colon but has no tag.'},
    {query: image, to: '@sha256:12', says: 'The digest "sha256:12" has 2 characters'},
    {query: image, to: digest, says: 'is a digest without its "@".'},
    {query: image, to: ':1.*', says: 'has an invalid tag: "1.*"'},
    {query: `${image}:1.0`, to: ':1.0', says: `Every container that matches "${image}:1.0" runs ":1.0" already.`},
    {query: image, to: 'ghcr.io/acme/api:1', says: 'is of another repository than'},
    {query: digest, to: `${image}:2`, says: 'matches any repository'},
  ])('it is $to for $query: 2', async ({query, to, says}) => {
    await using fleet = await openFleet(two)
    const {stderr, exitCode} = await fleet.shell.run('set-image', query, to, ...everywhere)
    expect(stderr).toContain(says)
    expect(exitCode).toBe(2)
    expect(fleet.sandbox.clusters.flatMap((cluster) => cluster.requests())).toEqual([])
  })
})

test('another repository is set with --allow-repository-change, and a retry keeps it', async () => {
  const trouble = [{type: 'answer', status: 422, verb: 'patch', name: 'web', times: 1}] as const
  await using fleet = await openFleet([{...two[0]!, trouble}])
  const report = await set(fleet, image, 'ghcr.io/acme/site:2', '--allow-repository-change')
  expect(outcomes(report)).toEqual(['eu/cart succeeded', 'eu/web failed'])
  expect((await run(fleet, 'runs', 'retry', 'last', '--yes')).verdict.code).toBe(0)
  expect(imagesOf(fleet)).toEqual(['web=ghcr.io/acme/site:2'])
})

test('the plan and the question name the change', async () => {
  await using fleet = await openFleet(two, {answers: ['n']})
  const {stderr, exitCode} = await fleet.shell.run('set-image', image, ':1.1', '--all-contexts')
  expect(stderr).toContain(`set the image to :1.1 where ${image} runs\n`)
  expect(stderr).toContain(`eu/shop/Deployment/web  web ${image}:1.0 → :1.1\n`)
  expect(stderr).toContain('Set the image of 4 workloads in 2 clusters? [y/N] ')
  expect(exitCode).toBe(7)
  expect(fleet.writes()).toEqual([])
})

test('undo --run restores every image that the run has set, and names them first', async () => {
  await using fleet = await openFleet([{name: 'eu', workloads: [mixed]}])
  const before = templateOf(fleet)
  await set(fleet, `${image}:1.0`, ':3.0')
  const {stderr, document} = await fleet.shell.run('undo', '--run', 'last', '--yes', '-o', 'json')
  expect(stderr).toContain(
    `back to app ${image}:1.0, migrate ${image}:1.0 and logs ${image}:1.0@${digest.slice(0, 12)}`,
  )
  expect(document()).toMatchObject({counts: {total: 1, succeeded: 1}, verdict: {code: 0}})
  expect(templateOf(fleet)).toEqual(before)
})

test('--targets acts only on the workloads that a file names', async () => {
  await using fleet = await openFleet(two)
  const found = await fleet.shell.run('find', image, '-c', 'eu', '-o', 'name')
  const file = join(fleet.shell.home, 'targets')
  await writeFile(file, found.stdout.replace(/.*cart.*\n/, ''))
  const report = await run(fleet, 'set-image', image, ':1.1', '--targets', file, '--yes')
  expect(outcomes(report)).toEqual(['eu/web succeeded'])
  expect(imagesOf(fleet, 'cart')).toEqual([`cart=${image}:1.0`])
})

test('the plan has the old and the new image of each matching container', async () => {
  await using fleet = await openFleet([{name: 'eu', workloads: [mixed]}])
  const {stderr} = await fleet.shell.run('set-image', image, ':2.0', '--all-contexts', '--dry-run', 'client')
  expect(stderr).toContain(
    `eu/shop/Deployment/web  app and migrate ${image}:1.0 → :2.0; worker ${image}:2.0 (set already); logs ${image}:1.0@${digest.slice(0, 19)}… → :2.0\n`,
  )
})

describe('a workload with an owner', () => {
  const web = {namespace: 'shop', name: 'web', image: `${image}:1.0`, replicas: 1}
  const byArgo = {...web, annotations: {'argocd.argoproj.io/tracking-id': 'shop-prod:apps/Deployment:shop/web'}}
  const reaction = 'sets the previous image again at its next sync, at once with self-heal'

  test('that reconciles it is skipped, and the plan says what the owner does', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads: [byArgo, {...web, name: 'api'}]}])
    const {stderr, document, exitCode} = await fleet.shell.run('set-image', image, ':1.1', ...everywhere, '-o', 'json')
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      `1 target: the owner ${reaction}; skipped, --override-owner sets it nevertheless: eu/shop/Deployment/web.`,
    )
    const reason = `Argo CD Application shop-prod reconciles it, and ${reaction}: it was left alone`
    expect((document() as RunReport).results).toMatchObject([
      {name: 'api', outcome: 'succeeded'},
      {name: 'web', outcome: 'skipped', reason, failure: {class: 'owned'}},
    ])
    expect(exitCode).toBe(1)
    expect(imagesOf(fleet)).toEqual([`web=${image}:1.0`])
  })

  test('is written with --override-owner, watched longer, and the result says what the owner does', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads: [byArgo]}])
    const report = await set(fleet, image, ':1.1', '--override-owner')
    expect(report.results[0]).toMatchObject({
      outcome: 'succeeded',
      reason: `1 new pod available; Argo CD Application shop-prod ${reaction}`,
    })
    expect(report.run.durationMs).toBeGreaterThanOrEqual(10_000)
    expect(imagesOf(fleet)).toEqual([`web=${image}:1.1`])
  })

  test('that sets the previous image again within the watch has failed, and is not undone', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads: [byArgo]}])
    const putBack = async () => {
      while (imagesOf(fleet)[0] === `web=${image}:1.0`) await fleet.clock.sleep(100)
      await fleet.clock.sleep(5_000)
      const containers = [{name: 'web', image: `${image}:1.0`}]
      fleet.cluster('eu').patch('Deployment', 'shop', 'web', {spec: {template: {spec: {containers}}}})
    }
    void putBack()
    const report = await set(fleet, image, ':1.1', '--override-owner', '--undo-failed')
    const message = expect.stringMatching(/^its pod template was changed back by .*Argo CD Application shop-prod/)
    expect(report.results[0]).toMatchObject({outcome: 'failed', failure: {class: 'reverted', message}})
    expect(report.verdict.code).toBe(1)
    expect(fleet.writes()).toHaveLength(1)
  })

  test('that has set the previous image again is written again by a retry, and undo --run restores the template before both', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads: [byArgo], rolloutStepMs: 60_000}])
    const before = templateOf(fleet)
    const putBack = async () => {
      while (imagesOf(fleet)[0] === `web=${image}:1.0`) await fleet.clock.sleep(100)
      const containers = [{name: 'web', image: `${image}:1.0`}]
      fleet.cluster('eu').patch('Deployment', 'shop', 'web', {spec: {template: {spec: {containers}}}})
    }
    void putBack()
    expect((await set(fleet, image, ':1.1', '--override-owner')).counts).toMatchObject({failed: 1})
    const retried = await run(fleet, 'runs', 'retry', 'last', '--yes')
    expect(retried.counts).toMatchObject({succeeded: 1})
    expect(imagesOf(fleet)).toEqual([`web=${image}:1.1`])
    expect((await run(fleet, 'undo', '--run', 'last', '--yes')).counts).toMatchObject({succeeded: 1})
    expect(templateOf(fleet)).toEqual(before)
  })

  test('that does not reconcile it, as Helm, is written', async () => {
    const byHelm = {
      ...web,
      annotations: {'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'shop'},
      labels: {'app.kubernetes.io/managed-by': 'Helm'},
    }
    await using fleet = await openFleet([{name: 'eu', workloads: [byHelm]}])
    const report = await set(fleet, image, ':1.1')
    expect(report.results[0]).toMatchObject({outcome: 'succeeded'})
    expect(report.results[0]?.reason).toContain('sets the image of its chart at the next upgrade')
  })
})

describe('undo --run leaves alone', () => {
  test.each([
    {change: {containers: [{name: 'proxy', image: 'envoy:2'}]}, because: 'the image of another container was changed'},
    {change: {containers: [{name: 'app', image: `${image}:9`}]}, because: 'the image was changed again'},
    {change: {terminationGracePeriodSeconds: 7}, because: 'another field was changed'},
  ])('what was changed since: $because', async ({change}) => {
    await using fleet = await openFleet([{name: 'eu', workloads: [mixed]}])
    await set(fleet, `${image}:1.0`, ':3.0')
    const {containers} = templateOf(fleet).spec
    const merged = containers.map((one) => ({...one, ...change.containers?.find(({name}) => name === one.name)}))
    const spec = {...change, containers: merged}
    fleet.cluster('eu').patch('Deployment', 'shop', 'web', {spec: {template: {spec}}})
    const changed = templateOf(fleet)
    const report = await run(fleet, 'undo', '--run', 'last', '--yes')
    expect(report.results[0]).toMatchObject({outcome: 'skipped', reason: 'its pod template has been changed since'})
    expect(templateOf(fleet)).toEqual(changed)
  })
})

test('90 targets in waves: a failed canary is all that a broken tag reaches; a good tag reaches all, and undo --run reverts them', async () => {
  const names = Array.from({length: 30}, (_, index) => `web-${index}`)
  const clusters = ['eu', 'us', 'ap'].map((name) => ({name, workloads: runningWeb(...names), trouble: [broken]}))
  await using fleet = await openFleet(clusters)
  const tags = () =>
    new Set(
      clusters.flatMap(({name}) => names.flatMap((one) => imagesOf(fleet, one, name).map((of) => of.split('=')[1]))),
    )
  const waves = ['--waves', '1,10%,100%', '--undo-failed', '--fail-fast'] as const
  const failed = await set(fleet, image, ':broken', ...waves)
  expect(failed.counts).toMatchObject({total: 90, failed: 1, notRun: 89})
  expect(failed.results[0]?.undo).toMatchObject({outcome: 'undone'})
  expect(fleet.writes()).toHaveLength(2)
  expect(tags()).toEqual(new Set([`${image}:1.0`]))
  expect((await set(fleet, image, ':1.1', ...waves)).counts).toMatchObject({total: 90, succeeded: 90})
  expect(tags()).toEqual(new Set([`${image}:1.1`]))
  expect((await run(fleet, 'undo', '--run', 'last', '--yes')).counts).toMatchObject({total: 90, succeeded: 90})
  expect(tags()).toEqual(new Set([`${image}:1.0`]))
  expect(fleet.restarted()).toEqual([])
})
