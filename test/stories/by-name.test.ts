import {expect, test} from 'vitest'
import type {CheckReport} from '../../src/model/check-report.ts'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import {image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {RunReport} from '../support/workload-documents.ts'

/** The smallest role of a job that restarts certain Deployments: to list and to watch cannot be limited by name. */
const byName: ClusterSpec = {
  name: 'eu',
  workloads: runningWeb('api', 'web', 'secret'),
  may: [
    {verbs: ['list', 'watch'], resources: ['deployments'], namespaces: ['shop']},
    {verbs: ['get', 'patch'], resources: ['deployments'], namespaces: ['shop'], names: ['web', 'api']},
  ],
}
const onlyShop = ['-n', 'shop', '--kind', 'deploy', '--all-contexts', '--lock', 'off'] as const
const reviews = 'selfsubjectaccessreviews'

test('what a role allows by name is restarted, and what it does not is refused without a try', async () => {
  await using fleet = await openFleet([byName])
  const {stdout, exitCode} = await fleet.shell.run('restart', image, ...onlyShop, '--yes', '-o', 'json')
  const {results}: RunReport = JSON.parse(stdout)
  expect(results.map(({name, outcome, failure}) => [name, outcome, failure?.class])).toEqual([
    ['api', 'succeeded', undefined],
    ['secret', 'failed', 'forbidden'],
    ['web', 'succeeded', undefined],
  ])
  expect(fleet.restarted()).toEqual(['eu/shop/Deployment/api', 'eu/shop/Deployment/web'])
  expect(exitCode).toBe(1)
})

test('no target is asked about where the namespace is allowed', async () => {
  await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('api', 'web', 'secret')}])
  await fleet.shell.run('restart', image, '--all-contexts', '--yes')
  const asked = fleet.cluster('eu').requests()
  expect(asked.filter(({path}) => path.includes(reviews))).toHaveLength(2)
})

test('check does not call the restart impossible', async () => {
  await using fleet = await openFleet([byName])
  const {stdout} = await fleet.shell.run('check', '-n', 'shop', '-o', 'json')
  const {contexts}: CheckReport = JSON.parse(stdout)
  const patches = contexts[0]?.permissions.filter(
    ({verb, resource}) => verb === 'patch' && resource === 'deployments.apps',
  )
  expect(patches?.map(({purpose}) => purpose)).toEqual(['restart', 'set-image', 'undo'])
  for (const patch of patches ?? []) expect(patch).toMatchObject({allowed: false, mayBeByName: true})
  const table = (await fleet.shell.run('check', '-n', 'shop')).stdout
  expect(table).toContain('A role may still allow get and patch of single workloads by name')
})
