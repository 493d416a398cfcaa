import {describe, expect, test} from 'vitest'
import type {FindReport} from '../../src/model/report.ts'
import type {ClusterSpec, WorkloadSpec} from '../../src/sandbox/spec.ts'
import type {Ended} from '../support/run-command.ts'
import {image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

const digest = `sha256:${'ab'.repeat(32)}`
const shop: readonly WorkloadSpec[] = [
  {namespace: 'shop', name: 'web', image: `${image}:1.4.2`, labels: {tier: 'front'}},
  {namespace: 'shop', name: 'cart', image: `${image}:1.5.0@${digest}`},
  {namespace: 'pay', name: 'ledger', kind: 'StatefulSet', image: `${image}@${digest}`},
  {namespace: 'edge', name: 'agent', kind: 'DaemonSet', image: 'docker.io/library/nginx:1.27'},
  {namespace: 'edge', name: 'front', image: 'nginx'},
  {namespace: 'edge', name: 'other', image: 'ghcr.io/acme/web-extra:1.4.2'},
]
const eu: ClusterSpec = {name: 'eu', workloads: shop}
const us: ClusterSpec = {name: 'us', workloads: runningWeb('web')}
const down: ClusterSpec = {name: 'ap', trouble: [{type: 'unreachable', how: 'refused'}]}

const report = ({document}: Ended) => document() as FindReport
const names = (ended: Ended) =>
  report(ended).workloads.map(({context, namespace, kind, name}) => `${context}/${namespace}/${kind}/${name}`)
const clusterOf = (ended: Ended, context: string) => report(ended).clusters.find((one) => one.context === context)

const formats = [[[]], [['-o', 'json']], [['--json']]]

describe.each(formats)('the exit code, with %j', (output) => {
  test('something runs it, and every context was read: 0', async () => {
    await using fleet = await openFleet([eu, us])
    expect(await fleet.shell.run('find', image, ...output)).toMatchObject({exitCode: 0})
  })

  test('nothing runs it: 3, and with --allow-empty 0', async () => {
    await using fleet = await openFleet([eu, us])
    expect(await fleet.shell.run('find', 'nosuchimage', ...output)).toMatchObject({exitCode: 3})
    expect(await fleet.shell.run('find', 'nosuchimage', '--allow-empty', ...output)).toMatchObject({exitCode: 0})
  })

  test('a cluster is down: 4, whether something was found or not, and --allow-empty changes nothing', async () => {
    await using fleet = await openFleet([eu, down])
    expect(await fleet.shell.run('find', image, ...output)).toMatchObject({exitCode: 4})
    expect(await fleet.shell.run('find', 'nosuchimage', ...output)).toMatchObject({exitCode: 4})
    expect(await fleet.shell.run('find', 'nosuchimage', '--allow-empty', ...output)).toMatchObject({exitCode: 4})
  })
})

test.each([
  {query: image, found: ['shop/web', 'shop/cart', 'pay/ledger'], because: 'a repository is any tag and any digest'},
  {query: `${image}:1.4.2`, found: ['shop/web'], because: 'a tag is exact'},
  {query: `${image}:1.5.0`, found: ['shop/cart'], because: 'a tag also matches where a digest pins it'},
  {query: `${image}:1.*`, found: ['shop/web', 'shop/cart'], because: 'a glob matches tags; a bare digest has none'},
  {query: `${image}@${digest}`, found: ['shop/cart', 'pay/ledger'], because: 'a digest, with or without a tag'},
  {query: digest, found: ['shop/cart', 'pay/ledger'], because: 'a bare digest, in any repository'},
  {query: 'nginx', found: ['edge/front', 'edge/agent'], because: 'Docker Hub is what a bare name means'},
  {query: 'docker.io/library/nginx', found: ['edge/front', 'edge/agent'], because: 'written out in full'},
  {query: 'nginx:latest', found: ['edge/front'], because: 'no tag in a pod template is latest'},
])('$query finds $found: $because', async ({query, found}) => {
  await using fleet = await openFleet([eu])
  const ended = await fleet.shell.run('find', query, '-o', 'json')
  expect(
    report(ended)
      .workloads.map(({namespace, name}) => `${namespace}/${name}`)
      .sort(),
  ).toEqual([...found].sort())
})

test('the table says for every workload where it is and what it runs, and which images matched how often', async () => {
  await using fleet = await openFleet([eu, us])
  const {stdout} = await fleet.shell.run('find', image)
  expect(stdout).toMatch(/^eu +shop +Deployment\/web +ghcr\.io\/acme\/web:1\.4\.2$/m)
  expect(stdout).toMatch(/^eu +pay +StatefulSet\/ledger +ghcr\.io\/acme\/web@sha256:(ab){32}$/m)
  expect(stdout).toMatch(/^us +shop +Deployment\/web +ghcr\.io\/acme\/web:1\.0$/m)
  expect(stdout).toContain(`${image}:1.4.2  (1 workload)`)
  expect(stdout).toMatch(/^Exit 0: Found 4 workloads in 2 clusters\./m)
})

test('init containers and sidecars count, and the answer says which containers matched', async () => {
  const orders = {
    namespace: 'shop',
    name: 'orders',
    containers: [
      {name: 'migrate', image: `${image}:1.0`, init: true},
      {name: 'mesh', image: `${image}:2.0`, sidecar: true},
      {name: 'app', image: 'ghcr.io/acme/orders:7'},
    ],
  }
  await using fleet = await openFleet([{name: 'eu', workloads: [orders]}])
  const ended = await fleet.shell.run('find', image, '-o', 'json')
  expect(report(ended).workloads).toMatchObject([
    {
      name: 'orders',
      matched: [
        {container: 'migrate', image: `${image}:1.0`, role: 'init'},
        {container: 'mesh', image: `${image}:2.0`, role: 'sidecar'},
      ],
    },
  ])
  expect((await fleet.shell.run('find', image, '-o', 'wide')).stdout).toContain('migrate (init), mesh (sidecar)')
  expect((await fleet.shell.run('find', `${image}:1.0`)).stdout).toContain(`${image}:1.0 (init migrate)`)
  expect(names(await fleet.shell.run('find', 'ghcr.io/acme/orders', '-o', 'json'))).toEqual([
    'eu/shop/Deployment/orders',
  ])
})

describe('narrowed', () => {
  test.each([
    {flags: ['-n', 'shop'], found: ['eu/shop/Deployment/cart', 'eu/shop/Deployment/web'], because: 'one namespace'},
    {flags: ['-n', 'p*'], found: ['eu/pay/StatefulSet/ledger'], because: 'a glob'},
    {flags: ['-n', 'pay,edge'], found: ['eu/pay/StatefulSet/ledger'], because: 'a list, one of them without a match'},
    {flags: ['-l', 'tier=front'], found: ['eu/shop/Deployment/web'], because: 'a label'},
    {flags: ['-l', 'tier notin (front)', '-n', 'shop'], found: ['eu/shop/Deployment/cart'], because: 'a set of labels'},
    {flags: ['--kind', 'sts'], found: ['eu/pay/StatefulSet/ledger'], because: 'a kind by its short name'},
    {
      flags: ['--kind', 'deploy,statefulsets'],
      found: ['eu/shop/Deployment/cart', 'eu/shop/Deployment/web', 'eu/pay/StatefulSet/ledger'],
      because: 'a list of kinds',
    },
    {flags: ['--kind', 'ds', '--allow-empty'], found: [], because: 'a kind of which none runs it'},
  ])('by $flags: $because', async ({flags, found}) => {
    await using fleet = await openFleet([eu])
    const ended = await fleet.shell.run('find', image, '-o', 'json', ...flags)
    expect(names(ended)).toEqual(found)
    expect(ended.exitCode).toBe(0)
  })

  test('the output says what was not searched, also when nothing matched', async () => {
    await using fleet = await openFleet([eu, us])
    const {stdout, exitCode} = await fleet.shell.run(
      'find',
      'nosuchimage',
      '-c',
      'eu',
      '--kind',
      'deploy',
      '-n',
      'shop',
    )
    expect(stdout).toContain('Searched: Deployments; namespaces shop; 1 context.')
    expect(stdout).toMatch(
      /^Not searched: us \(not selected\); other namespaces; StatefulSets, DaemonSets, Jobs, CronJobs, bare Pods/m,
    )
    expect(stdout).toContain('Exit 3: Nothing runs "nosuchimage" among Deployments in shop of 1 context.')
    expect(exitCode).toBe(3)
    const ended = await fleet.shell.run('find', 'nosuchimage', '-c', 'eu', '--kind', 'deploy', '-n', 'shop', '--json')
    expect(report(ended).scope).toMatchObject({
      kinds: ['Deployment'],
      namespaces: ['shop'],
      selector: null,
      contexts: ['eu'],
      contextsLeftOut: ['us'],
      notSearched: {kinds: ['StatefulSet', 'DaemonSet'], otherNamespaces: true, otherLabels: false},
    })
  })

  test.each([
    {flags: ['-n', 'shpo'], next: '-n shop', because: 'a namespace'},
    {flags: ['-n', 'shop,shpo'], next: '-n shop', because: 'a namespace beside a good one'},
    {flags: ['-c', 'eu,uss'], next: '-c us', because: 'a context beside a good one'},
    {flags: ['-c', '!uss'], next: "-c '!us'", because: 'a context to leave out'},
  ])('$because with a typo: 2, --allow-empty or not, and a near name', async ({flags, next}) => {
    await using fleet = await openFleet([eu, us])
    const {stdout, stderr, exitCode} = await fleet.shell.run('find', image, '--allow-empty', ...flags)
    expect(stderr).toContain(next)
    expect(stdout).toBe('')
    expect(exitCode).toBe(2)
  })
})

describe('-o name', () => {
  test('one workload a line and nothing else on stdout, so that it composes; the verdict is on stderr', async () => {
    await using fleet = await openFleet([eu, us])
    const {stdout, stderr, exitCode} = await fleet.shell.run('find', `${image}:1.*`, '-o', 'name')
    expect(stdout).toBe('shop/Deployment/cart/eu\nshop/Deployment/web/eu\nshop/Deployment/web/us\n')
    expect(stderr).toContain('Exit 0: Found 3 workloads in 2 clusters.')
    expect(exitCode).toBe(0)
  })

  test('of nothing is nothing: 3, or 4 where a cluster is down', async () => {
    await using fleet = await openFleet([eu, us])
    expect(await fleet.shell.run('find', 'nosuchimage', '-o', 'name')).toMatchObject({stdout: '', exitCode: 3})
    fleet.cluster('us').addTrouble({type: 'unreachable', how: 'refused'})
    const ended = await fleet.shell.run('find', 'nosuchimage', '-o', 'name')
    expect(ended).toMatchObject({stdout: '', exitCode: 4})
    expect(ended.stderr).toContain('Exit 4: Cannot reach 1 of 2 contexts')
  })
})

describe('what could not be read is named, and the rest is read', () => {
  test('an unreachable cluster: the others answer', async () => {
    await using fleet = await openFleet([down, eu])
    const ended = await fleet.shell.run('find', image, '-o', 'json')
    expect(names(ended)).toHaveLength(3)
    expect(clusterOf(ended, 'ap')).toMatchObject({status: 'not-read', uid: null, problem: {class: 'unreachable'}})
    const {stdout} = await fleet.shell.run('find', image)
    expect(stdout).toMatch(/^NOT READ {2}ap {2}\(unreachable\)$/m)
    expect(stdout).toMatch(/^Not searched: ap \(not read in full\)/m)
    expect(stdout).toContain('Exit 4: Cannot reach 1 of 2 contexts; found 3 workloads in 1 cluster.')
  })

  test('one kind of three is forbidden: the others are read, the cluster is partial: 4', async () => {
    const trouble = [{type: 'forbidden', verb: 'list', resource: 'statefulsets'}] as const
    await using fleet = await openFleet([{...eu, trouble}, us])
    const ended = await fleet.shell.run('find', image, '-o', 'json')
    expect(names(ended)).toEqual(['eu/shop/Deployment/cart', 'eu/shop/Deployment/web', 'us/shop/Deployment/web'])
    expect(clusterOf(ended, 'eu')).toMatchObject({status: 'partial', problem: null})
    expect(clusterOf(ended, 'eu')?.unread).toMatchObject([
      {kind: 'StatefulSet', namespace: null, failure: {class: 'forbidden'}},
      {kind: 'StatefulSet', namespace: 'default', failure: {class: 'forbidden'}},
    ])
    expect(clusterOf(ended, 'us')).toMatchObject({status: 'read'})
    expect(ended.exitCode).toBe(4)
    const {stdout, exitCode} = await fleet.shell.run('find', image)
    expect(stdout).toContain('READ IN PART')
    expect(stdout).toContain('eu: StatefulSets in all namespaces')
    expect(stdout).toMatch(/^Exit 4: 1 of 2 contexts could be read only in part; found 3 workloads in 2 clusters\./m)
    expect(exitCode).toBe(4)
    expect(await fleet.shell.run('find', image, '--kind', 'deploy,ds')).toMatchObject({exitCode: 0})
  })

  test('without permission to list the whole cluster, the named namespaces are read in full: 0', async () => {
    const trouble = [{type: 'forbidden', verb: 'list', namespace: ''}] as const
    await using fleet = await openFleet([{...eu, trouble}])
    const ended = await fleet.shell.run('find', image, '-n', 'shop,pay', '-o', 'json')
    expect(names(ended)).toHaveLength(3)
    expect(clusterOf(ended, 'eu')).toMatchObject({status: 'read', unread: []})
    expect(ended.exitCode).toBe(0)
  })

  test('without names: the namespace of the context is read, the cluster is partial: 4', async () => {
    const may = [{verbs: ['*'], resources: ['*'], namespaces: ['shop']}] as const
    await using fleet = await openFleet([{...eu, contexts: [{name: 'eu-shop', namespace: 'shop', may}]}])
    const ended = await fleet.shell.run('find', image, '-c', 'eu-shop', '-o', 'json')
    expect(names(ended)).toEqual(['eu-shop/shop/Deployment/cart', 'eu-shop/shop/Deployment/web'])
    expect(clusterOf(ended, 'eu-shop')).toMatchObject({status: 'partial'})
    expect(ended.exitCode).toBe(4)
    const {stdout} = await fleet.shell.run('find', image, '-c', 'eu-shop')
    expect(stdout).toContain('in all namespaces')
  })
})

test('two contexts of one cluster: each workload is found once', async () => {
  await using fleet = await openFleet([{...us, contexts: [{name: 'us-admin'}]}])
  const ended = await fleet.shell.run('find', image, '-o', 'json')
  expect(names(ended)).toEqual(['us/shop/Deployment/web'])
  expect(new Set(report(ended).clusters.map(({uid}) => uid)).size).toBe(1)
  expect(report(ended).verdict.sentence).toMatch(
    /^Found 1 workload in 1 cluster\. Not included: context us-admin, the same cluster as us;/,
  )
  expect(report(ended).clusters.map(({sameClusterAs}) => sameClusterAs)).toEqual([['us-admin'], ['us']])
})

const cacheObject = (namespace: string, data: Readonly<Record<string, string>>) => ({
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: {namespace, name: 'deployment-image-cache'},
  data,
})

describe('from the image cache', () => {
  test('--fresh cache after a refresh: the answer names source, age and cost, and lists nothing', async () => {
    await using fleet = await openFleet([eu])
    await fleet.shell.run('cache', 'refresh', '-c', 'eu', '--yes')
    await fleet.clock.advance(125_000)
    const before = fleet.cluster('eu').requests().length
    const ended = await fleet.shell.run('find', image, '--fresh', 'cache', '-o', 'json')
    const asked = fleet.cluster('eu').requests().slice(before)
    expect(names(ended)).toEqual(['eu/shop/Deployment/cart', 'eu/shop/Deployment/web', 'eu/pay/StatefulSet/ledger'])
    expect(asked.map(({path}) => path)).toEqual([
      '/api/v1/namespaces/hubspoke-system/configmaps/deployment-image-cache',
    ])
    expect(clusterOf(ended, 'eu')).toMatchObject({tier: 'cache', cacheAgeMs: 125_000, cost: {requests: 1}})
    const {stdout, exitCode} = await fleet.shell.run('find', image, '--fresh', 'cache')
    expect(stdout).toMatch(/^CONTEXT +SOURCE +AGE +READ +REQUESTS +WHY$/m)
    expect(stdout).toMatch(/^eu +cache +2m5s +6 +1 +the image cache was taken as it is, with its UID$/m)
    expect(exitCode).toBe(0)
  })

  test('later changes are not in the answer of --fresh cache, but in an exact answer', async () => {
    await using fleet = await openFleet([us])
    await fleet.shell.run('cache', 'refresh', '-c', 'us', '--yes')
    fleet.cluster('us').add({namespace: 'shop', name: 'later', image: `${image}:2.0`})
    const taken = await fleet.shell.run('find', image, '--fresh', 'cache', '-o', 'json')
    const exact = await fleet.shell.run('find', image, '-o', 'json')
    expect(names(taken)).toEqual(['us/shop/Deployment/web'])
    expect(names(exact)).toEqual(['us/shop/Deployment/later', 'us/shop/Deployment/web'])
  })

  test('a cache copied from another cluster is foreign: an exact answer does not use it, and says so', async () => {
    await using fleet = await openFleet([eu, us])
    await fleet.shell.run('cache', 'refresh', '--all-contexts', '--yes')
    const copy = fleet.cluster('eu').object('ConfigMap', 'hubspoke-system', 'deployment-image-cache')
    fleet.cluster('us').patch('ConfigMap', 'hubspoke-system', 'deployment-image-cache', {data: copy?.data})
    const ended = await fleet.shell.run('find', image, '-o', 'json')
    expect(names(ended).filter((name) => name.startsWith('us/'))).toEqual(['us/shop/Deployment/web'])
    expect(clusterOf(ended, 'us')).toMatchObject({tier: 'scan', tierReason: 'the image cache is of another cluster'})
    expect((await fleet.shell.run('find', image)).stdout).toMatch(/^us +scan .*the image cache is of another cluster$/m)
    expect(ended.exitCode).toBe(0)
    const taken = await fleet.shell.run('find', image, '-c', 'us', '--fresh', 'cache', '-o', 'json')
    expect(clusterOf(taken, 'us')?.tierReason).toBe('the image cache was taken as it is, with its UID')
    await fleet.shell.run('restart', image, '-c', 'us', '--yes', '--fresh', 'cache')
    expect(fleet.restarted()).toEqual(['us/shop/Deployment/web'])
  })

  test.each([
    {text: 'not json', why: 'is not a JSON object'},
    {text: '{"images": {"nginx": "shop/web"}}', why: 'has no list under "nginx"'},
    {text: '{"images": {}, "schemaVersion": 9}', why: 'has schema version "9"'},
  ])('a broken cache ($why) is not used: the cluster is listed', async ({text, why}) => {
    await using fleet = await openFleet([us])
    fleet.cluster('us').create({kind: 'Namespace', metadata: {name: 'hubspoke-system'}} as never)
    fleet.cluster('us').create(cacheObject('hubspoke-system', {'cache.json': text}) as never)
    const ended = await fleet.shell.run('find', image, '--fresh', 'cache', '-o', 'json')
    expect(names(ended)).toEqual(['us/shop/Deployment/web'])
    expect(clusterOf(ended, 'us')?.tierReason).toContain(why)
    expect(ended.exitCode).toBe(0)
  })

  test('the published form of the cache, written by another tool, is read', async () => {
    await using fleet = await openFleet([{name: 'us'}])
    const text = JSON.stringify({images: {[`${image}:1.0`]: ['shop/old', {namespace: 'shop', name: 'web'}]}})
    fleet.cluster('us').create({kind: 'Namespace', metadata: {name: 'tools'}} as never)
    fleet.cluster('us').create(cacheObject('tools', {'cache.json': text}) as never)
    const words = ['find', image, '--fresh', 'cache', '--cache-namespace', 'tools', '--kind', 'deploy'] as const
    const ended = await fleet.shell.run(...words, '-o', 'json')
    expect(names(ended)).toEqual(['us/shop/Deployment/old', 'us/shop/Deployment/web'])
    expect(clusterOf(ended, 'us')?.tierReason).toContain('unverified')
  })
})

describe('values that mean something else to a server than they seem to', () => {
  test.each(['../../x', '.', '..', 'UP', 'a/b', 'hubspoke-system?x=1', ''])('--cache-namespace %j: 2', async (name) => {
    await using fleet = await openFleet([us], {env: name === '' ? {} : {HUBSPOKE_CACHE_NAMESPACE: name}})
    for (const words of [[`--cache-namespace=${name}`], ...(name === '' ? [] : [[]])]) {
      const {stderr, exitCode} = await fleet.shell.run('find', image, '-c', 'us', ...words)
      expect(stderr).toContain(`"${name}" is not a valid namespace name`)
      expect(exitCode).toBe(2)
    }
    expect(fleet.cluster('us').requests()).toEqual([])
  })

  test.each(['', ' '])('-l %j would choose everything: 2', async (selector) => {
    await using fleet = await openFleet([us])
    const {stderr, exitCode} = await fleet.shell.run('find', image, '-c', 'us', '-l', selector)
    expect(stderr).toContain('The label selector is empty')
    expect(exitCode).toBe(2)
    expect(fleet.cluster('us').requests()).toEqual([])
  })
})

describe('hostile text', () => {
  const red = '\x1b[31m'
  const turned = '\u202e'
  /** What a terminal would obey; line breaks are the views' own. */
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const obeyed = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/

  test('in names of contexts: escaped in every view and on stderr, intact in documents', async () => {
    const evil = [`${red}prod${turned}`, 'a\r\nExit 0: all is well', '__proto__', 'constructor']
    await using fleet = await openFleet([{...us, contexts: evil.map((name) => ({name}))}])
    const ended = await fleet.shell.run('find', image, '-o', 'json')
    expect(report(ended).clusters.map(({context}) => context)).toEqual(['us', ...evil])
    const one = await fleet.shell.run('find', image, '-c', '__proto__', '-o', 'json')
    expect(names(one)).toEqual(['__proto__/shop/Deployment/web'])
    for (const output of ['table', 'wide', 'name', 'yaml']) {
      await fleet.shell.run('find', image, '-o', output, '-v')
      await fleet.shell.run('find', image, '-c', '!us', '-o', output)
    }
    await fleet.shell.run('find', image, '-c', `${red}typo${turned}`)
    await fleet.shell.run('find', image, `--no${red}flag`)
    await fleet.shell.run('find', `no${red}image`, '--json')
    expect(fleet.shell.everythingPrinted()).not.toMatch(obeyed)
    expect(fleet.shell.everythingPrinted()).toContain('\\x1b[31mprod\\u202e')
    expect(fleet.shell.everythingPrinted()).not.toMatch(/^Exit 0: all is well/m)
  })

  test('in an image cache from another tool: escaped in every view, intact in documents', async () => {
    const name = `web${red}${turned}`
    const images = JSON.parse(`{"${image}:1.0": [], "__proto__": [{"namespace": "shop", "name": "proto"}]}`)
    images[`${image}:1.0`].push({namespace: `sh\top`, name, containers: [`app${red}`], kind: 'Deployment'})
    images[`${image}:2.0${red}`] = ['shop/other']
    images[`${image}:3.0`] = [{namespace: '__proto__', name: 'constructor', containers: ['__proto__', 'toString']}]
    await using fleet = await openFleet([{name: 'us'}])
    fleet.cluster('us').create({kind: 'Namespace', metadata: {name: 'hubspoke-system'}} as never)
    fleet.cluster('us').create(cacheObject('hubspoke-system', {'cache.json': JSON.stringify({images})}) as never)
    const words = ['find', image, '--fresh', 'cache', '--kind', 'deploy'] as const
    const ended = await fleet.shell.run(...words, '-o', 'json')
    expect(report(ended).workloads).toMatchObject([
      {namespace: '__proto__', name: 'constructor', matched: [{container: '__proto__'}, {container: 'toString'}]},
      {namespace: 'sh\top', name, matched: [{container: `app${red}`, image: `${image}:1.0`}]},
    ])
    for (const output of ['table', 'wide', 'name', 'yaml']) await fleet.shell.run(...words, '-o', output)
    expect(fleet.shell.everythingPrinted()).not.toMatch(obeyed)
    expect(fleet.shell.everythingPrinted()).toContain('web\\x1b[31m\\u202e')
  })

  test('in images and annotations of a cluster: nothing of it is printed, and the rest is found', async () => {
    const workloads: readonly WorkloadSpec[] = [
      {namespace: 'constructor', name: 'tostring', image: `${image}:1.0`, annotations: {note: `${red}note${turned}`}},
      {namespace: 'shop', name: 'evil', image: `${image}:1.0${red}`},
      {namespace: 'shop', name: 'turned', image: `${image}:${turned}0.1`},
      {namespace: 'shop', name: 'proto', image: '__proto__'},
    ]
    await using fleet = await openFleet([{name: 'us', workloads}])
    expect(names(await fleet.shell.run('find', image, '-o', 'json'))).toEqual(['us/constructor/Deployment/tostring'])
    expect((await fleet.shell.run('cache', 'refresh', '-c', 'us', '-y')).exitCode).toBe(0)
    const cached = await fleet.shell.run('find', image, '--fresh', 'cache', '-o', 'json')
    expect(clusterOf(cached, 'us')).toMatchObject({tier: 'cache', workloadsRead: 4})
    expect(names(cached)).toEqual(['us/constructor/Deployment/tostring'])
    await fleet.shell.run('restart', image, '-c', 'us', '-y', '-v')
    expect(fleet.restarted()).toEqual(['us/constructor/Deployment/tostring'])
    expect(fleet.shell.everythingPrinted()).not.toMatch(obeyed)
  })

  test('in what a server says: escaped in the table, intact in the document', async () => {
    const message = `${red}no${turned}\r\nExit 0: all is well`
    const trouble = [{type: 'answer', status: 403, reason: 'Forbidden', message, verb: 'list'}] as const
    await using fleet = await openFleet([{...us, trouble}])
    const ended = await fleet.shell.run('find', image, '-o', 'json')
    expect(clusterOf(ended, 'us')?.problem?.message).toContain('Exit 0: all is well')
    await fleet.shell.run('find', image, '-v')
    await fleet.shell.run('find', image, '-o', 'yaml')
    expect(fleet.shell.everythingPrinted()).not.toMatch(obeyed)
    expect(fleet.shell.everythingPrinted()).not.toMatch(/^Exit 0: all is well/m)
  })
})

test('a selector that no server would read is wrong usage, and no cluster is reached', async () => {
  await using fleet = await openFleet([eu])
  const {stderr, exitCode} = await fleet.shell.run('find', image, '-l', 'tier in (front')
  expect(exitCode).toBe(2)
  expect(stderr).toContain('The label selector "tier in (front" cannot be read: it ends where "," or ")" is expected.')
  expect(fleet.cluster('eu').connections()).toBe(0)
})
