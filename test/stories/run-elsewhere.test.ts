import {describe, expect, test} from 'vitest'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import {type Fleet, image, openFleet} from '../support/sandbox-fleet.ts'
import type {RunReport} from '../support/workload-documents.ts'

const restart = ['restart', image, '--all-contexts', '--yes'] as const
const idle = {namespace: 'shop', name: 'api', image: `${image}:1.0`, replicas: 0} as const
const cluster: ClusterSpec = {name: 'eu', workloads: [idle]}

/** What Flagger makes of a Deployment `api`: its copy, which serves. */
function addPrimary(fleet: Fleet): void {
  const labels = {app: 'api-primary'}
  fleet.cluster('eu').create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      ...{namespace: 'shop', name: 'api-primary'},
      ownerReferences: [
        {apiVersion: 'flagger.app/v1beta1', kind: 'Canary', name: 'api', uid: '0f0f', controller: true},
      ],
    },
    spec: {
      replicas: 2,
      selector: {matchLabels: labels},
      template: {metadata: {labels}, spec: {containers: [{name: 'app', image: `${image}:1.0`}]}},
    },
  })
}

async function reportOf(fleet: Fleet) {
  const {stdout, exitCode} = await fleet.shell.run(...restart, '-o', 'json')
  const report: RunReport = JSON.parse(stdout)
  const of = (name: string) => report.results.find((result) => result.name === name)
  return {of, exitCode}
}

describe('a Deployment without pods', () => {
  test('that Flagger runs elsewhere is left alone, named in the plan and in its outcome: 1', async () => {
    await using fleet = await openFleet([cluster])
    addPrimary(fleet)
    const {of, exitCode} = await reportOf(fleet)
    expect(of('api')).toMatchObject({
      outcome: 'skipped',
      failure: {class: 'owned', suggestions: ['kubectl --context eu -n shop get canary/api']},
      obstacles: [{why: 'run-elsewhere', message: 'Flagger Canary shop/api runs its pods'}],
    })
    expect(of('api-primary')).toMatchObject({outcome: 'succeeded', owner: {tool: 'controller', kind: 'Canary'}})
    expect(fleet.restarted()).toEqual(['eu/shop/Deployment/api-primary'])
    expect(exitCode).toBe(1)
    const {stderr} = await fleet.shell.run(...restart, '--dry-run', 'client')
    expect(stderr).toContain(
      '1 workload may not roll out: eu/shop/Deployment/api (Flagger Canary shop/api runs its pods)',
    )
  })

  test('that nothing runs elsewhere succeeds with nothing to restart: 0', async () => {
    await using fleet = await openFleet([cluster])
    const {of, exitCode} = await reportOf(fleet)
    expect(of('api')).toMatchObject({outcome: 'succeeded', reason: 'no pods to replace', obstacles: []})
    expect(exitCode).toBe(0)
  })

  test('for which that could not be read says so', async () => {
    const trouble = [{type: 'forbidden', verb: 'get', resource: 'deployments', name: 'api-primary'}] as const
    await using fleet = await openFleet([{...cluster, trouble}])
    const {of, exitCode} = await reportOf(fleet)
    expect(of('api')?.reason).toMatch(
      /^no pods to replace; it has 0 replicas; if Argo Rollouts or Flagger runs its pods elsewhere, this begins a release/,
    )
    expect(exitCode).toBe(0)
  })
})

test('a workload that is being deleted is not restarted, and named: 1', async () => {
  await using fleet = await openFleet([{name: 'eu', workloads: [{...idle, replicas: 1}]}])
  fleet.cluster('eu').patch('Deployment', 'shop', 'api', {metadata: {finalizers: ['acme.test/keep']}})
  fleet.cluster('eu').remove('Deployment', 'shop', 'api')
  const {of, exitCode} = await reportOf(fleet)
  expect(of('api')).toMatchObject({outcome: 'skipped', failure: {class: 'not-restartable'}})
  expect(of('api')?.reason).toMatch(/^it has been terminating since .* \(finalizers acme\.test\/keep\)/)
  expect(of('api')?.obstacles).toMatchObject([{why: 'being-deleted'}])
  expect(fleet.restarted()).toEqual([])
  expect(exitCode).toBe(1)
})
