import {expect, test} from 'vitest'
import {parse, stringify} from 'yaml'
import type {FindReport} from '../../src/model/report.ts'
import {openShell} from '../support/run-command.ts'
import {image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

test('contexts that are broken are read as such: exit 4, and the others answer', async () => {
  await using fleet = await openFleet([{name: 'east', workloads: runningWeb('web')}])
  const kubeconfig = parse(fleet.sandbox.kubeconfig)
  kubeconfig.clusters.push({name: 'nowhere', cluster: {server: ''}})
  kubeconfig.clusters.push({name: 'odd-proxy', cluster: {...kubeconfig.clusters[0].cluster, 'proxy-url': 'ftp://p'}})
  kubeconfig.contexts.push(
    {name: 'no-cluster', context: {cluster: 'gone', user: ''}},
    {name: 'no-user', context: {cluster: 'east', user: 'gone'}},
    {name: 'no-server', context: {cluster: 'nowhere', user: ''}},
    {name: 'no-proxy', context: {cluster: 'odd-proxy', user: ''}},
  )
  await using shell = await openShell({kubeconfig: stringify(kubeconfig), clock: fleet.clock})
  for (const words of [
    ['find', image],
    ['restart', image, '--all-contexts', '-y'],
  ]) {
    const {exitCode, document} = await shell.run(...words, '--json')
    const {clusters} = document() as FindReport
    expect(exitCode).toBe(4)
    expect(clusters.map(({context, problem}) => [context, problem?.class])).toEqual([
      ['east', undefined],
      ['no-cluster', 'unreachable'],
      ['no-user', 'unauthenticated'],
      ['no-server', 'unreachable'],
      ['no-proxy', 'unreachable'],
    ])
  }
  // Nothing was asked that may answer a second later.
  expect(fleet.clock.slept).not.toContain(1000)
  expect(fleet.restarted()).toEqual(['east/shop/Deployment/web'])
})
