import {expect, onTestFinished, test} from 'vitest'
import type {CheckReport} from '../../src/model/check-report.ts'
import {startSandbox} from '../../src/sandbox/start-sandbox.ts'
import {openShell} from '../support/run-command.ts'
import {openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import {createVirtualClock} from '../support/virtual-clock.ts'

const start = new Date('2026-11-24T20:00:00Z')
const hourMs = 3_600_000

/** A token that says when it ends, as those of service accounts and identity providers do. */
function tokenUntil(end: Date): string {
  const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url')
  return `${part({alg: 'RS256'})}.${part({exp: end.getTime() / 1000})}.c2ln`
}

test('a machine whose clock is wrong is told so, and when credentials end by the right one', async () => {
  const clock = createVirtualClock({autoAdvance: true, start})
  const token = tokenUntil(new Date(start.getTime() + 2 * hourMs))
  const sandbox = await startSandbox({clusters: [{name: 'eu', token}]}, {clock, random: () => 0.5})
  onTestFinished(() => sandbox.close())
  const ours = createVirtualClock({autoAdvance: true, start: new Date(start.getTime() + hourMs)})
  await using shell = await openShell({kubeconfig: sandbox.kubeconfig, clock: ours})
  const {stdout, exitCode} = await shell.run('check')
  expect(stdout).toContain('The clock of this machine is 1h ahead of that of eu.')
  expect(stdout).toContain('The credentials of eu end in 2h, by the clock of the server.')
  expect(exitCode).toBe(0)
  const report = (await shell.run('check', '--json')).document() as CheckReport
  expect(report.contexts).toMatchObject([
    {clockSkewMs: hourMs, credentials: {expiresAt: '2026-11-24T22:00:00.000Z', leftMs: 2 * hourMs, renewed: false}},
  ])
})

test('a clock that is right and credentials that do not tell their end are no news', async () => {
  await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('web')}])
  const {stdout} = await fleet.shell.run('check')
  expect(stdout).not.toContain('Worth knowing')
  expect((await fleet.shell.run('check', '-o', 'wide')).stdout).toMatch(/^eu .* - +none +https:/m)
})

test('contexts of one cluster are named as such, in the document too', async () => {
  await using fleet = await openFleet([{name: 'eu', contexts: [{name: 'eu-admin'}]}, {name: 'us'}])
  const {stdout} = await fleet.shell.run('check')
  expect(stdout).toContain('eu and eu-admin point at the same cluster.')
  const {contexts} = (await fleet.shell.run('check', '--json')).document() as CheckReport
  const others = contexts.map(({context, sameClusterAs, uid}) => ({context, sameClusterAs, uid}))
  const uid = fleet.cluster('eu').uid
  expect(others).toEqual([
    {context: 'eu', sameClusterAs: ['eu-admin'], uid},
    {context: 'eu-admin', sameClusterAs: ['eu'], uid},
    {context: 'us', sameClusterAs: [], uid: fleet.cluster('us').uid},
  ])
})

test('without permission to read the UID of a cluster, the output shows the fallback identity', async () => {
  const trouble = [{type: 'forbidden', verb: 'get', resource: 'namespaces'}] as const
  await using fleet = await openFleet([{name: 'eu', trouble}])
  const {contexts} = (await fleet.shell.run('check', '--json')).document() as CheckReport
  expect(contexts).toMatchObject([{uidIsFallback: true, uid: expect.stringMatching(/^sha256:/)}])
  const {stdout} = await fleet.shell.run('check')
  expect(stdout).toContain('cache refresh and cache watch: may not get namespaces "kube-system" (eu)')
})
