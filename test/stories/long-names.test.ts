import {expect, test} from 'vitest'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import {image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

const arn = (name: string) => `arn:aws:eks:eu-west-1:123456789012:cluster/${name}`
const cluster = (name: string, context: string): ClusterSpec => ({
  name,
  workloads: runningWeb('web'),
  contexts: [{name: context}],
})
const clusters = [cluster('a', arn('prod-eu')), cluster('b', arn('prod-us')), cluster('c', 'x/prod-us')]
const config = `protected: [{context: '*prod-eu'}, {context: '${arn('prod-us')}'}]\n`
const words = ['--reason', 'leak', '--no-wait']

test.each([
  {confirm: [arn('prod-eu')], restarts: arn('prod-eu'), because: 'its whole name'},
  {confirm: ['prod-eu'], restarts: arn('prod-eu'), because: 'the end that only it has'},
  {confirm: ['cluster/prod-eu'], restarts: arn('prod-eu'), because: 'more of it'},
])('a protected context is confirmed by $because', async ({confirm, restarts}) => {
  await using fleet = await openFleet(clusters, {config})
  const named = confirm.flatMap((name) => ['--confirm', name])
  const ended = await fleet.shell.run('restart', image, '-c', restarts, '--yes', ...named, ...words)
  expect(ended.exitCode).toBe(0)
  expect(fleet.restarted()).toHaveLength(1)
})

test.each([
  {confirm: 'prod-us', says: 'names several contexts', because: 'two contexts end so'},
  {confirm: 'eu', says: 'names no context of the kubeconfig', because: 'half a part is no name'},
  {confirm: 'prod-eu', says: 'Protected and not confirmed', because: 'it is another context'},
])('--confirm $confirm does not confirm …/prod-us: $because', async ({confirm, says}) => {
  await using fleet = await openFleet(clusters, {config})
  const ended = await fleet.shell.run('restart', image, '-c', arn('prod-us'), '--yes', '--confirm', confirm, ...words)
  expect(ended).toMatchObject({exitCode: 2, stderr: expect.stringContaining(says)})
  expect(fleet.writes()).toEqual([])
})

test.each([
  {typed: 'prod-eu', exitCode: 0},
  {typed: arn('prod-eu'), exitCode: 0},
  {typed: 'eu', exitCode: 7},
  {typed: 'y', exitCode: 7},
  {typed: '', exitCode: 7},
])('at the prompt "$typed" ends with $exitCode', async ({typed, exitCode}) => {
  await using fleet = await openFleet(clusters, {config, answers: [typed, 'y']})
  const ended = await fleet.shell.run('restart', image, '-c', arn('prod-eu'), ...words)
  expect(ended.stderr).toContain('Type its name, or "prod-eu", to go on: ')
  expect(ended.exitCode).toBe(exitCode)
  expect(fleet.restarted()).toHaveLength(exitCode === 0 ? 1 : 0)
})

test('tables on a terminal shorten them; documents, values and names have them whole', async () => {
  await using fleet = await openFleet(clusters)
  for (const format of ['wide', 'json', 'yaml', 'name', 'tsv']) {
    const {stdout} = await fleet.shell.run('find', image, '-c', '*prod*', '-o', format)
    expect(stdout, format).toContain(arn('prod-eu'))
  }
})
