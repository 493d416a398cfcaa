import {expect, test} from 'vitest'
import {renderFindTable} from './find-table.ts'
import {summarizeFind} from './summarize.ts'
import {failure, match, reading, scope, unreadable} from './testing/facts.ts'
import type {ViewOptions} from './view-options.ts'

const terminal: ViewOptions = {width: 80, color: false, wide: false, printable: (text) => text}
const digest = `ghcr.io/acme/web:1.5.0@sha256:${'0123456789abcdef'.repeat(4)}`
const readings = [
  reading('eu-west', {
    matches: [match('eu-west/shop/Deployment/web'), match('eu-west/shop/Deployment/web-canary', digest)],
  }),
  reading('us-east', {matches: [match('us-east/pay/StatefulSet/ledger')]}),
]
const report = summarizeFind({
  query: 'ghcr.io/acme/web',
  scope: scope(['eu-west', 'us-east']),
  readings,
  allowEmpty: false,
})

test('every workload with its image, then the images, the scope, the sources and the verdict', () => {
  expect(renderFindTable(report, terminal)).toMatchInlineSnapshot(`
    "CONTEXT  NAMESPACE  WORKLOAD               IMAGE
    eu-west  shop       Deployment/web         ghcr.io/acme/web:1.4.2
    eu-west  shop       Deployment/web-canary  …/acme/web:1.5.0@sha256:0123456789ab…
    us-east  pay        StatefulSet/ledger     ghcr.io/acme/web:1.4.2

    2 images matched:
      ghcr.io/acme/web:1.4.2  (2 workloads)
      ghcr.io/acme/web:1.5.0@sha256:0123456789ab…  (1 workload)

    Searched: Deployments, StatefulSets, DaemonSets; all namespaces; 2 contexts.
    Not searched: Jobs, CronJobs, bare Pods, ReplicaSets without an owner, Argo
    Rollouts and other custom resources, ephemeral containers, image volumes.
    CONTEXT  SOURCE  AGE  READ  REQUESTS  WHY
    eu-west  scan    -     312         9  no image cache in this cluster
    us-east  scan    -     312         9  no image cache in this cluster
    Exit 0: Found 3 workloads in 2 clusters. Not included: Jobs, CronJobs, bare Pods
    and other kinds.
    "
  `)
})

test.each([
  {options: {...terminal, wide: true}, name: '-o wide'},
  {options: {...terminal, width: undefined}, name: 'a pipe'},
])('$name shows digests in full', ({options}) => {
  expect(renderFindTable(report, options)).toContain(`  ${digest}\n`)
})

test('-o wide says what each answer cost in bytes', () => {
  expect(renderFindTable(report, {...terminal, wide: true})).toMatch(
    /^CONTEXT +SOURCE +AGE +READ +REQUESTS +BYTES +WHY\neu-west +scan +- +312 +9 +47\.1 KiB +no image cache/m,
  )
})

test('-o wide names the container, and its role where it is a special one', () => {
  const sidecar = {
    ...match('eu/shop/Deployment/web'),
    matched: [{container: 'log', image: 'log:1', role: 'sidecar'}],
  } as const
  const found = summarizeFind({
    query: 'log',
    scope: scope(['eu']),
    readings: [reading('eu', {matches: [sidecar]})],
    allowEmpty: false,
  })
  expect(renderFindTable(found, {...terminal, wide: true})).toMatch(/Deployment\/web +log \(sidecar\) +log:1\n/)
})

test('without -o wide a container is named only where no plain one runs the image', () => {
  const matched = [
    {container: 'migrate', image: 'web:1', role: 'init'},
    {container: 'log', image: 'web:2', role: 'sidecar'},
    {container: 'app', image: 'web:3', role: 'container'},
    {container: 'seed', image: 'web:3', role: 'init'},
  ] as const
  const found = summarizeFind({
    query: 'web',
    scope: scope(['eu']),
    readings: [reading('eu', {matches: [{...match('eu/shop/Deployment/web'), matched}]})],
    allowEmpty: false,
  })
  const {width: _, ...pipe} = terminal
  expect(renderFindTable(found, {...pipe, width: undefined})).toContain(
    ' Deployment/web  web:1 (init migrate), web:2 (sidecar log), web:3\n',
  )
})

test('a context that was not read comes first, also when nothing was found', () => {
  const down = unreadable('ap', failure('unreachable', 'Cannot reach it.', 'kubectl --context ap get --raw /readyz'))
  const found = summarizeFind({query: 'web', scope: scope(['ap']), readings: [down], allowEmpty: true})
  expect(renderFindTable(found, terminal)).toMatch(
    /^NOT READ {2}ap [\s\S]*Next:\n {2}kubectl --context ap [\s\S]*\nExit 4: /,
  )
})

const notPermitted = {
  kind: 'Deployment',
  readInstead: ['shop'],
  failure: failure('forbidden', 'Not permitted.'),
} as const

test('workloads from the image cache only are listed separately, with its age, and do not count as found', () => {
  const eu = reading('eu', {
    matches: [match('eu/shop/Deployment/web')],
    unread: [notPermitted],
    cachedOnly: {ageMs: 720_000, matches: [match('eu/pay/Deployment/ledger', digest)]},
  })
  const found = summarizeFind({query: 'web', scope: scope(['eu']), readings: [eu], allowEmpty: false})
  expect(renderFindTable(found, terminal)).toContain(`
CONTEXT  NAMESPACE  WORKLOAD        IMAGE
eu       shop       Deployment/web  ghcr.io/acme/web:1.4.2

IN THE IMAGE CACHE ONLY  1 workload, not readable with these credentials
CONTEXT  NAMESPACE  WORKLOAD           AS OF    IMAGE
eu       pay        Deployment/ledger  12m ago  …/web:1.5.0@sha256:0123456789ab…
`)
  expect(found.images).toEqual(['ghcr.io/acme/web:1.4.2'])
  expect(found.verdict).toMatchObject({
    code: 4,
    sentence:
      '1 of 1 context could be read only in part; found 1 workload in 1 cluster; 1 more only in the image cache. ' +
      'Not included: Jobs, CronJobs, bare Pods and other kinds.',
  })
})

test('contexts of one cluster name it once, and not at all where one of them could look', () => {
  const named = ['eu/pay/Deployment/ledger', 'eu/shop/Deployment/gone'].map((path) => match(path))
  const identity = {uid: 'one', isFallback: false}
  const readings = [
    reading('a', {identity, unread: [{...notPermitted, readInstead: []}], cachedOnly: {matches: named}}),
    reading('b', {identity, unread: [notPermitted], cachedOnly: {matches: named.slice(0, 1)}}),
  ]
  const found = summarizeFind({query: 'web', scope: scope(['a', 'b']), readings, allowEmpty: false})
  expect(found.cachedOnly).toMatchObject([{context: 'a', namespace: 'pay', name: 'ledger', cacheAgeMs: null}])
})
