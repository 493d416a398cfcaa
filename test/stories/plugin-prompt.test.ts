import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {setImmediate as nextTurn} from 'node:timers/promises'
import {expect, test} from 'vitest'
import {parse, stringify} from 'yaml'
import {systemClock} from '../../src/shared/clock.ts'
import {openShell} from '../support/run-command.ts'
import {image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

/** Where a plugin waits for what the user does in a browser: it prompts, and goes on when `answer` is called. */
async function openLogin() {
  const prompted = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  const server = createServer(async (_, response) => {
    prompted.resolve()
    await answered.promise
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    prompted: prompted.promise,
    answer: () => answered.resolve(),
    async [Symbol.asyncDispose]() {
      answered.resolve()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Entries {
  readonly contexts: readonly {readonly name: string; readonly context: {readonly user: string}}[]
  readonly users: readonly {readonly name: string; user: {readonly token?: string; readonly exec?: object}}[]
}

/** The same kubeconfig, in which the user of a context has a plugin that always prompts. */
function withPlugin(kubeconfig: string, context: string, url: string): string {
  const entries = parse(kubeconfig) as Entries
  const name = entries.contexts.find((one) => one.name === context)?.context.user
  const entry = entries.users.find((one) => one.name === name)
  if (entry === undefined) throw new Error(`no user of ${context}`)
  const apiVersion = 'client.authentication.k8s.io/v1'
  const credential = JSON.stringify({apiVersion, kind: 'ExecCredential', status: {token: entry.user.token ?? 'any'}})
  const code = `fetch(${JSON.stringify(url)}).then(() => console.log(${JSON.stringify(credential)}))`
  const exec = {apiVersion, command: process.execPath, args: ['-e', code], interactiveMode: 'Always'}
  return stringify({
    ...entries,
    users: entries.users.map((one) => (one === entry ? {name: one.name, user: {exec}} : one)),
  })
}

test('while a plugin prompts, progress shows nothing; what happened meanwhile is shown afterwards', async () => {
  await using fleet = await openFleet([
    {name: 'eu', workloads: runningWeb('web')},
    {name: 'us', workloads: runningWeb('web')},
  ])
  await using login = await openLogin()
  await using shell = await openShell({
    kubeconfig: withPlugin(fleet.sandbox.kubeconfig, 'eu', login.url),
    clock: systemClock,
    screen: {columns: 80, rows: 24},
    answers: [],
  })
  const ending = shell.run('find', image, '-v')
  await login.prompted
  // The other context is read in full.
  await expect
    .poll(
      () =>
        fleet
          .cluster('us')
          .requests()
          .filter(({path}) => path.includes('/apps/v1/')).length,
    )
    .toBe(3)
  for (let turns = 0; turns < 50; turns++) await nextTurn()
  expect(shell.everythingPrinted()).not.toContain('  us  ')
  login.answer()
  const {stderr, exitCode} = await ending
  expect(exitCode).toBe(0)
  expect(stderr).toMatch(/ {2}us {2}.*\n.* {2}eu {2}/)
})
