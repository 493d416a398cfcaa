import {describe, expect, test} from 'vitest'
import type {Trouble} from '../../src/sandbox/trouble.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

/** What a proxy between hubspoke and the API server does to watches. */
const proxies: readonly {readonly how: string; readonly trouble: Trouble}[] = [
  {how: 'the head comes at once, the events never', trouble: {type: 'silent-watch', verb: 'watch'}},
  {how: 'the head never comes', trouble: {type: 'latency', ms: 24 * 3_600_000, verb: 'watch'}},
  {how: 'the proxy gives the watch up (HTTP 504)', trouble: {type: 'answer', status: 504, plain: true, verb: 'watch'}},
  {how: 'the connection breaks before the first event', trouble: {type: 'cut', afterBytes: 0, verb: 'watch'}},
]

const restart = ['restart', image, '--all-contexts', '--yes', '-o', 'json'] as const

function openBehind(trouble: readonly Trouble[]): Promise<Fleet> {
  return openFleet([{name: 'eu', workloads: runningWeb('web', 'api', 'db'), trouble}])
}

function patches(fleet: Fleet): number {
  return fleet.writes().filter((write) => write.includes(' PATCH ')).length
}

describe.each(proxies)('behind a proxy where $how', ({trouble}) => {
  test.each([
    {because: 'with the default timeout', words: []},
    {because: 'with a timeout that is shorter than a silence', words: ['--timeout', '60s']},
    {because: 'with an undo of what fails', words: ['--undo-failed']},
  ])('a rollout that ends well is seen to end well, $because', async ({words}) => {
    await using fleet = await openBehind([trouble])
    const {exitCode, document} = await fleet.shell.run(...restart, ...words)
    expect(document()).toMatchObject({counts: {succeeded: 3, failed: 0, unverified: 0}})
    expect({exitCode, patches: patches(fleet), restarted: fleet.restarted().length}).toEqual({
      exitCode: 0,
      patches: 3,
      restarted: 3,
    })
  })

  test('a rollout that fails is seen to fail', async () => {
    await using fleet = await openBehind([trouble, {type: 'crash-loop', namespace: 'shop', name: 'web'}])
    const {exitCode, document} = await fleet.shell.run(...restart, '--fail-fast')
    expect(document()).toMatchObject({counts: {succeeded: 2, failed: 1, unverified: 0}})
    expect(exitCode).toBe(1)
  })

  test('where pods may not be read either, the rollout is still judged', async () => {
    await using fleet = await openBehind([trouble, {type: 'forbidden', verb: 'list', resource: 'pods'}])
    const {exitCode, document} = await fleet.shell.run(...restart)
    expect(document()).toMatchObject({counts: {succeeded: 3, failed: 0, unverified: 0}})
    expect(exitCode).toBe(0)
  })

  test('an exact answer is one', async () => {
    await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('web'), trouble: [trouble]}], {
      env: {HUBSPOKE_SMALL_CLUSTER: '0'},
    })
    expect(await fleet.shell.run('cache', 'refresh', '--all-contexts', '--yes')).toMatchObject({exitCode: 0})
    const {exitCode, document} = await fleet.shell.run('find', image, '-o', 'json')
    expect(document()).toMatchObject({workloads: [{name: 'web'}]})
    expect(exitCode).toBe(0)
  })
})
