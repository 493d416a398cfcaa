import {expect, test} from 'vitest'
import {kubeSystemExclusion} from '../model/exclusion.ts'
import type {PlanView} from '../model/plan-view.ts'
import {restart} from '../verbs/restart/restart.ts'
import {renderPlan} from './plan-table.ts'
import {failure, scope, target, unreadable} from './testing/facts.ts'
import type {ViewOptions} from './view-options.ts'

const terminal: ViewOptions = {width: 80, color: false, wide: false, printable: (text) => text}
const digest = `ghcr.io/acme/web:1.5.0@sha256:${'0123456789abcdef'.repeat(4)}`
const plan: PlanView = {
  text: restart.text({image: 'ghcr.io/acme/web'}),
  targets: [target('eu-west/shop/Deployment/web')],
  clusters: [
    {
      contexts: ['eu-west', 'eu-west-admin'],
      server: 'https://10.20.0.1:6443',
      uid: 'f3c0',
      uidIsFallback: false,
      tier: 'scan',
      tierReason: 'no image cache in this cluster',
      targets: 4,
      byKind: {Deployment: 3, StatefulSet: 1},
      images: ['ghcr.io/acme/web:1.4.2', digest],
    },
    {
      contexts: ['us-east'],
      server: 'https://10.30.0.1:6443',
      uid: 'hash',
      uidIsFallback: true,
      tier: 'cache+changes',
      cacheAgeMs: 180_000,
      targets: 5,
      byKind: {Deployment: 4, DaemonSet: 1},
      images: ['ghcr.io/acme/web:1.4.2'],
    },
    {
      contexts: ['lab'],
      server: 'https://lab',
      uid: 'l',
      uidIsFallback: false,
      tier: 'scan',
      targets: 0,
      byKind: {},
      images: [],
    },
  ],
  refused: [
    {target: target('us-east/pay/Deployment/api'), failure: failure('forbidden', 'May not patch deployments.')},
  ],
  waves: undefined,
  excluded: [{target: target('eu-west/kube-system/DaemonSet/proxy'), ...kubeSystemExclusion}],
  notRead: [unreadable('ap-south', failure('unauthenticated', 'The credentials were refused.'))],
  cachedOnly: [],
  withoutLock: [],
  marked: [],
  budgetsNotRead: [],
  scope: scope(['eu-west', 'eu-west-admin', 'us-east', 'lab', 'ap-south'], {contextsLeftOut: ['old']}),
}

test('a plan shows where it writes, what it cannot do, and all that is not in it', () => {
  expect(renderPlan(plan, terminal)).toMatchInlineSnapshot(`
    "Plan: restart every workload that runs ghcr.io/acme/web

    NOT READ  ap-south  (unauthenticated)
      The credentials were refused.

    WILL BE REFUSED  us-east/pay/Deployment/api  (forbidden)
      May not patch deployments.

    CONTEXT  TARGETS  KINDS            SOURCE                 SERVER
    eu-west        4  3 deploy, 1 sts  scan                   https://10.20.0.1:6443
    us-east        5  4 deploy, 1 ds   cache+changes, 3m old  https://10.30.0.1:6443

    Targets:
      eu-west/shop/Deployment/web

    eu-west: the same cluster as eu-west-admin; each target is written once.
    us-east: kube-system may not be read; the fallback identity is a hash of server
    URL and CA.

    Images that match:
      ghcr.io/acme/web:1.4.2  in eu-west and us-east
      ghcr.io/acme/web:1.5.0@sha256:0123456789ab…  in eu-west

    Excluded, in kube-system (-n kube-system includes it):
    eu-west/kube-system/DaemonSet/proxy.

    Searched: Deployments, StatefulSets, DaemonSets; all namespaces; 5 contexts.
    Not searched: ap-south (not read in full); old (not selected); Jobs, CronJobs,
    bare Pods, ReplicaSets without an owner, Argo Rollouts and other custom
    resources, ephemeral containers, image volumes.
    Total 9 targets in 2 clusters, 1 of them will be refused.
    "
  `)
})

test('a change that is too long for the line of its target is below it, broken at spaces', () => {
  const changed = target('ap-south/shop/Deployment/storefront')
  const change = 'storefront ghcr.io/acme/storefront:3.1.3 → :3.2.0; migrate ghcr.io/acme/storefront:3.1.3 → :3.2.0'
  const changes = new Map([[changed.key, change]])
  const lines = (width?: number) =>
    renderPlan({...plan, targets: [changed], changes}, {...terminal, width})
      .split('\n')
      .filter((line) => line.includes('3.1.3') || line.includes('3.2.0') || line.includes('storefront'))
  expect(lines(80)).toEqual([
    '  ap-south/shop/Deployment/storefront',
    '    storefront ghcr.io/acme/storefront:3.1.3 → :3.2.0; migrate',
    '    ghcr.io/acme/storefront:3.1.3 → :3.2.0',
  ])
  expect(lines(200)).toEqual([`  ap-south/shop/Deployment/storefront  ${change}`])
  expect(lines(undefined)).toEqual([`  ap-south/shop/Deployment/storefront  ${change}`])
})

test('a plan of nothing is short', () => {
  const empty = {...plan, clusters: plan.clusters.slice(2), refused: [], excluded: [], notRead: []}
  const text = renderPlan(empty, terminal)
  expect(text).not.toContain('CONTEXT')
  expect(text).toMatch(/Total 0 targets in 0 clusters\.\n$/)
})

test('-o wide shows cluster UIDs, why the source was chosen, and digests in full', () => {
  const text = renderPlan(plan, {...terminal, wide: true})
  expect(text).toMatch(/eu-west .* f3c0 +no image cache in this cluster +https:\/\/10\.20\.0\.1:6443\n/)
  expect(text).toContain(digest)
})

test('a plan says where nothing keeps other runs out, once for each reason', () => {
  const noNamespace = 'the namespace "hubspoke-system" does not exist'
  const contexts = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  const withoutLock = [
    ...contexts.map((context) => ({context, state: 'none' as const, reason: noNamespace, suggestions: []})),
    {context: 'us-east', state: 'none' as const, reason: 'May not create leases', suggestions: ['kubectl x']},
  ]
  const text = renderPlan({...plan, withoutLock}, {...terminal, width: 200})
  expect(text).toContain(
    'No lock in "a", "b", "c", "d", "e" and 2 more: the namespace "hubspoke-system" does not exist. Another run could act there at the same time.\n',
  )
  expect(text).toContain('No lock in "us-east": May not create leases. Another run could act there at the same time.\n')
  expect(renderPlan(plan, terminal)).not.toContain('No lock')
})

test('a plan names what only an image cache knows of: it is too short by that', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  const cachedOnly = names.map((name) => ({...target(`eu-west/pay/Deployment/${name}`), cacheAgeMs: 720_000}))
  const text = renderPlan({...plan, cachedOnly}, terminal)
  expect(text.replace(/\n/g, ' ')).toContain(
    ' Not in the plan, and so not acted on: 7 workloads in the image cache only, not readable with these credentials: ' +
      'eu-west/pay/Deployment/a (12m ago), ',
  )
  expect(text.replace(/\n/g, ' ')).toContain('eu-west/pay/Deployment/e (12m ago) and 2 more. ')
})

const waves: PlanView['waves'] = {
  sizes: [
    {targets: 1, contexts: ['eu-west'], only: target('eu-west/shop/Deployment/web')},
    {targets: 8, contexts: ['eu-west', 'us-east', 'ap-south', 'lab', 'old'], only: undefined},
  ],
  pause: '5m',
  maxFailures: 1,
}

test('a plan shows its waves, what each waits for, and what stops the run', () => {
  expect(renderPlan({...plan, waves}, terminal)).toContain(`
Waves:
  1  1 target: eu-west/shop/Deployment/web
  2  8 targets in eu-west, us-east, ap-south and 2 more
A wave starts when everything before it is healthy, after a pause of 5m; more
than 1 failure stops the run.
`)
})

test.each([
  {
    change: {pause: undefined, maxFailures: 0},
    says: 'everything before it is healthy; the first failure stops the run.',
  },
  {change: {pause: 'ask'}, says: 'everything before it is healthy, and you are asked before it; more than 1'},
  {change: {sizes: waves.sizes.slice(0, 1)}, says: 'One wave contains all targets; more than 1 failure stops the run.'},
])('waves: $says', ({change, says}) => {
  expect(renderPlan({...plan, waves: {...waves, ...change}}, {...terminal, width: undefined})).toContain(says)
})

test('more refusals than the budget allows are shown before consent', () => {
  const text = renderPlan({...plan, waves: {...waves, maxFailures: 0}}, {...terminal, width: undefined})
  expect(text).toContain('1 target will be refused: nothing would start (--max-failures).')
  expect(renderPlan({...plan, waves}, terminal)).not.toContain('nothing would start')
})
