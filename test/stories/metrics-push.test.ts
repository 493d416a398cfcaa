import {readdirSync, readFileSync} from 'node:fs'
import type {AddressInfo} from 'node:net'
import {createServer} from 'node:net'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {freePort} from '../support/free-port.ts'
import {lastRunIn} from '../support/metrics-text.ts'
import {type Answer, startRecordingGateway} from '../support/recording-gateway.ts'
import {image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

const restart = ['restart', image, '--all-contexts', '--yes'] as const
const one = [{name: 'eu', workloads: runningWeb('web')}]

test('a run that succeeded replaces the whole group of its name', async () => {
  await using gateway = await startRecordingGateway()
  await using fleet = await openFleet(one)
  const {exitCode, stderr} = await fleet.shell.run(...restart, '--metrics-push', `http://${gateway.host}`)
  expect(exitCode).toBe(0)
  expect(stderr).not.toContain('metrics')
  expect(gateway.pushed).toMatchObject([
    {
      method: 'PUT',
      path: '/metrics/job/hubspoke/name/restart',
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
      authorization: undefined,
    },
  ])
  expect(lastRunIn(gateway.pushed[0]?.body ?? '', 'restart')).toMatchObject({
    'spokes{outcome="succeeded"}': 1,
    timestamp_seconds: fleet.clock.date().getTime() / 1_000,
    success_timestamp_seconds: fleet.clock.date().getTime() / 1_000,
  })
})

test('a run that failed replaces only what it knows: when one succeeded before is kept', async () => {
  const trouble = [{type: 'answer', status: 422, verb: 'patch'}] as const
  await using gateway = await startRecordingGateway()
  await using fleet = await openFleet([{...one[0]!, trouble}])
  const words = [...restart, '--metrics-push', `http://${gateway.host}/prefix/`, '--metrics-name', 'nightly']
  expect((await fleet.shell.run(...words)).exitCode).toBe(1)
  expect(gateway.pushed).toMatchObject([{method: 'POST', path: '/prefix/metrics/job/hubspoke/name/nightly'}])
  const pushed = lastRunIn(gateway.pushed[0]?.body ?? '', 'nightly')
  expect(pushed).toMatchObject({exit_code: 1, 'spoke_failures{class="rejected"}': 1})
  expect(pushed).not.toHaveProperty('success_timestamp_seconds')
})

test('a run that was refused before it began is pushed, too; a dry run is not', async () => {
  await using gateway = await startRecordingGateway()
  await using fleet = await openFleet(one)
  const push = ['--metrics-push', `http://${gateway.host}`]
  expect((await fleet.shell.run(...restart, ...push, '--dry-run', 'server')).exitCode).toBe(0)
  expect(gateway.pushed).toEqual([])
  expect((await fleet.shell.run(...restart, ...push, '--targets', '/absent')).exitCode).toBe(2)
  expect(gateway.pushed).toHaveLength(1)
  expect(lastRunIn(gateway.pushed[0]?.body ?? '', 'restart')).toMatchObject({exit_code: 2})
})

test('to a file and to a gateway: both have the same run', async () => {
  await using gateway = await startRecordingGateway()
  await using fleet = await openFleet(one)
  const file = join(fleet.shell.home, 'hubspoke.prom')
  await fleet.shell.run(...restart, '--metrics-push', `http://${gateway.host}`, '--metrics-file', file)
  expect(readFileSync(file, 'utf8')).toBe(gateway.pushed[0]?.body)
})

describe('a push that fails is a warning, and the run ends as it would', () => {
  const refused = 'pushed metrics are invalid or inconsistent with existing metrics: collected a type clash'
  test.each<{because: string; answer: Answer; says: string}>([
    {because: 'it refuses them', answer: {status: 400, body: refused}, says: `it answered HTTP 400: ${refused}.`},
    {because: 'it fails', answer: {status: 503}, says: 'it answered HTTP 503.'},
    {
      because: 'it refers to another place, which is not asked',
      answer: {status: 307, location: 'http://127.0.0.1:1/'},
      says: 'it answered HTTP 307.',
    },
    {
      because: 'it answers with terminal sequences',
      answer: {status: 400, body: '\u001b[31mno\u001b]0;x\u0007\nsecond line'},
      says: 'it answered HTTP 400: no second line.',
    },
  ])('$because', async ({answer, says}) => {
    await using gateway = await startRecordingGateway(answer)
    await using fleet = await openFleet(one)
    const words = [...restart, '--metrics-push', `http://${gateway.host}`, '-q', '-o', 'json']
    const {exitCode, stderr, document} = await fleet.shell.run(...words)
    expect(exitCode).toBe(0)
    expect(document()).toMatchObject({verdict: {code: 0}, counts: {succeeded: 1}})
    expect(stderr).toContain(`The metrics were not pushed to http://${gateway.host}: ${says}\n`)
    expect(gateway.pushed).toHaveLength(1)
  })

  test.each<{answer: Answer}>([{answer: 'silent'}, {answer: 'endless'}])(
    'it takes longer than 5 seconds ($answer): it is not waited for',
    async ({answer}) => {
      await using gateway = await startRecordingGateway(answer)
      await using fleet = await openFleet(one)
      const {exitCode, stderr} = await fleet.shell.run(...restart, '--metrics-push', `http://${gateway.host}`)
      expect(exitCode).toBe(0)
      expect(stderr).toContain(`The metrics were not pushed to http://${gateway.host} within 5.0s.\n`)
      expect(gateway.pushed).toHaveLength(1)
      expect(fleet.clock.slept.filter((ms) => ms === 5_000)).not.toEqual([])
    },
  )

  test('nothing listens there', async () => {
    await using fleet = await openFleet(one)
    const port = await freePort()
    const closed = await fleet.shell.run(...restart, '--metrics-push', `http://127.0.0.1:${port}`)
    expect(closed.exitCode).toBe(0)
    expect(closed.stderr).toContain(
      `The metrics were not pushed to http://127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}.\n`,
    )
  })

  test('what answers there is no HTTP, or no TLS', async () => {
    await using fleet = await openFleet(one)
    for (const scheme of ['http', 'https']) {
      const server = createServer(
        (socket) =>
          void socket
            .on('error', () => undefined)
            .resume()
            .end('220 mail ESMTP\r\n'),
      )
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const {port} = server.address() as AddressInfo
      const {exitCode, stderr} = await fleet.shell.run(...restart, '--metrics-push', `${scheme}://127.0.0.1:${port}`)
      await new Promise((resolve) => server.close(resolve))
      expect(exitCode).toBe(0)
      expect(stderr).toMatch(new RegExp(`The metrics were not pushed to ${scheme}://127.0.0.1:${port}: .+\\.\\n`))
      expect(stderr).not.toContain('bug')
    }
  })
})

describe('credentials in the URL', () => {
  const password = 'hunter2 & co'
  const withCredentials = (host: string) => `http://ada:${encodeURIComponent(password)}@${host}`
  const forms = [password, encodeURIComponent(password), Buffer.from(`ada:${password}`).toString('base64')]

  test.each<{answer: Answer}>([
    {answer: {status: 200}},
    {answer: {status: 401, body: 'Unauthorized'}},
    {answer: 'silent'},
  ])('are sent as a header and written nowhere ($answer)', async ({answer}) => {
    await using gateway = await startRecordingGateway(answer)
    await using fleet = await openFleet(one, {env: {HUBSPOKE_METRICS_PUSH: withCredentials(gateway.host)}})
    const {shell} = fleet
    expect((await shell.run(...restart, '-v')).exitCode).toBe(0)
    for (const words of [
      ['runs', 'show', 'last', '-o', 'json'],
      ['runs', 'list', '-o', 'json'],
      ['runs', 'retry', 'last', '-y'],
    ]) {
      await shell.run(...words)
    }
    expect(gateway.pushed[0]).toMatchObject({authorization: `Basic ${forms[2]}`})
    expect(gateway.pushed.map(({path}) => path)).not.toContain('hunter2')
    for (const form of forms) {
      expect(shell.everythingPrinted()).not.toContain(form)
      for (const path of await shell.ledgers()) expect(readFileSync(path, 'utf8')).not.toContain(form)
    }
    expect(readdirSync(shell.home).sort()).toEqual(['.local', 'kubeconfig'])
  })

  test.each([
    {url: 'http://ada:hunter2@'},
    {url: 'ftp://ada:hunter2@host'},
    {url: 'http://ada:hunter2@host:port'},
    {url: 'ada:hunter2@host:9091'},
    {url: 'http://ada:hunter2@host:9091/?hunter2'},
    {url: 'http://host:9091/#hunter2'},
  ])('are not repeated where the URL is refused ($url): 2, nothing written', async ({url}) => {
    await using fleet = await openFleet(one)
    const {exitCode, stderr} = await fleet.shell.run(...restart, '--metrics-push', url)
    expect(exitCode).toBe(2)
    expect(stderr).toContain('is not the URL of a Pushgateway')
    expect(fleet.writes()).toEqual([])
    await using configured = await openFleet(one, {config: `defaults:\n  metrics-push: ${JSON.stringify(url)}\n`})
    expect((await configured.shell.run(...restart)).exitCode).toBe(2)
    for (const {shell} of [fleet, configured]) expect(shell.everythingPrinted()).not.toContain('hunter2')
  })

  test('are not repeated where the system-wide file requires another URL', async () => {
    const systemConfig = 'required:\n  metrics-push: http://ada:hunter2@gateway:9091\n'
    await using fleet = await openFleet(one, {systemConfig})
    const {exitCode} = await fleet.shell.run(...restart, '--metrics-push', 'http://eve:swordfish@other:9091')
    expect(exitCode).toBe(2)
    expect(fleet.shell.everythingPrinted()).not.toMatch(/hunter2|swordfish/)
  })
})
