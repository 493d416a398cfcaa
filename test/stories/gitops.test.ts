import {expect, test} from 'vitest'
import {type Fleet, image, openFleet} from '../support/sandbox-fleet.ts'
import type {RunReport} from '../support/workload-documents.ts'

const restart = ['restart', image, '--all-contexts', '--yes', '-o', 'json'] as const
const web = {namespace: 'shop', name: 'web', image: `${image}:1.0`, replicas: 1}
const api = {...web, name: 'api'}
const byArgo = {'argocd.argoproj.io/tracking-id': 'shop-prod:apps/Deployment:shop/web'}

/** What a controller does that takes everything out of the pod template that is not in git. */
async function putBack({cluster, clock, restarted}: Fleet, afterMs: number): Promise<void> {
  while (!restarted().includes('eu/shop/Deployment/web')) await clock.sleep(100)
  await clock.sleep(afterMs)
  const annotations = {'kubectl.kubernetes.io/restartedAt': null}
  cluster('eu').patch('Deployment', 'shop', 'web', {spec: {template: {metadata: {annotations}}}})
}

const results = (document: unknown) => (document as RunReport).results

test('a template that its owner changes back after the rollout has failed, by whom, and stops no other target', async () => {
  await using fleet = await openFleet([{name: 'eu', workloads: [{...web, annotations: byArgo}, api]}])
  void putBack(fleet, 5_000)
  const {document, exitCode} = await fleet.shell.run(...restart)
  const message = expect.stringMatching(/^its pod template was changed back by .*Argo CD Application shop-prod/)
  expect(results(document())).toMatchObject([
    {name: 'api', outcome: 'succeeded'},
    {name: 'web', outcome: 'failed', failure: {class: 'reverted', message}},
  ])
  expect(exitCode).toBe(1)
})

test('without a known owner, it is changed back during the rollout: failed at once', async () => {
  await using fleet = await openFleet([{name: 'eu', workloads: [web], rolloutStepMs: 60_000}])
  void putBack(fleet, 5_000)
  const {document, exitCode} = await fleet.shell.run(...restart)
  expect(results(document())).toMatchObject([{outcome: 'failed', failure: {class: 'reverted'}}])
  expect(results(document())[0]?.durationMs).toBeLessThan(60_000)
  expect(exitCode).toBe(1)
})

test('an owner that keeps the restart costs ten seconds and no slot', async () => {
  const owned = ['a', 'b', 'c'].map((name) => ({...web, name, labels: {'kustomize.toolkit.fluxcd.io/name': 'apps'}}))
  await using fleet = await openFleet([{name: 'eu', workloads: owned}])
  const {document, exitCode} = await fleet.shell.run(...restart, '--concurrency', '1')
  const report = document() as RunReport
  expect(report.counts).toMatchObject({succeeded: 3})
  expect(report.run.durationMs).toBeGreaterThanOrEqual(10_000)
  expect(report.run.durationMs).toBeLessThan(15_000)
  expect(exitCode).toBe(0)
})

test('--no-wait watches no owner', async () => {
  await using fleet = await openFleet([{name: 'eu', workloads: [{...web, annotations: byArgo}]}])
  const {document, exitCode} = await fleet.shell.run(...restart, '--no-wait')
  expect((document() as RunReport).run.durationMs).toBeLessThan(10_000)
  expect(exitCode).toBe(0)
})

const down = {...web, name: 'cart', replicas: 3, strategy: 'Recreate', labels: {tier: 'shop'}} as const
const half = {...web, replicas: 4, maxUnavailable: 2, annotations: byArgo}
const budget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: {namespace: 'shop', name: 'web-budget'},
  spec: {minAvailable: '75%', selector: {matchLabels: {'app.kubernetes.io/name': 'web'}}},
}

test('the plan and the report show disruption, broken budgets and owners; surge is not mentioned', async () => {
  await using fleet = await openFleet([{name: 'eu', workloads: [down, half, api]}])
  fleet.cluster('eu').create(budget)
  const {stderr, document} = await fleet.shell.run(...restart)
  expect(stderr).toContain('1 workload is unavailable during its rollout: eu/shop/Deployment/cart (Recreate).')
  expect(stderr).toContain('1 workload breaks a disruption budget')
  expect(stderr).toContain('eu/shop/Deployment/web (2 of 4 away at once, budget web-budget allows 1)')
  expect(stderr).toContain('Argo CD Application: shop-prod (1)')
  expect(results(document())).toMatchObject([
    {name: 'api', owner: null, disruption: []},
    {name: 'cart', owner: null, disruption: [{why: 'recreate'}]},
    {name: 'web', owner: {tool: 'argo-cd', name: 'shop-prod'}, disruption: [{why: 'disruption-budget'}]},
  ])
})

test('budgets are one more request per cluster, and none if new pods start first', async () => {
  const elsewhere = {...half, namespace: 'pay'}
  await using fleet = await openFleet([
    {name: 'eu', workloads: [half, elsewhere]},
    {name: 'us', workloads: [api]},
  ])
  await fleet.shell.run(...restart)
  const asked = (name: string) =>
    fleet
      .cluster(name)
      .requests()
      .map(({path}) => path)
      .filter((path) => path.includes('poddisruptionbudgets'))
  expect(asked('eu')).toEqual(['/apis/policy/v1/poddisruptionbudgets'])
  expect(asked('us')).toEqual([])
})

test('budgets that may not be listed are reported, and stop nothing', async () => {
  const denied = {type: 'forbidden', verb: 'list', resource: 'poddisruptionbudgets'} as const
  await using fleet = await openFleet([{name: 'eu', workloads: [half], trouble: [denied]}])
  const {stderr, document, exitCode} = await fleet.shell.run(...restart)
  expect(stderr).toContain('Disruption budgets not read in eu/shop (forbidden).')
  expect((document() as RunReport).counts).toMatchObject({succeeded: 1})
  expect(exitCode).toBe(0)
})
