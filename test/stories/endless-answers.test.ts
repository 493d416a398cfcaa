import {once} from 'node:events'
import type {ServerResponse} from 'node:http'
import {gzipSync} from 'node:zlib'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {startSandbox} from '../../src/sandbox/start-sandbox.ts'
import {openGateway, type StrangeAnswer} from '../support/gateway.ts'
import {openShell} from '../support/run-command.ts'
import {image, restartedIn, runningWeb} from '../support/sandbox-fleet.ts'
import {createVirtualClock, type VirtualClock} from '../support/virtual-clock.ts'

const mib = 1024 * 1024
const spaces = Buffer.alloc(mib, ' ')

/** Takes no more than a client reads. */
async function pourSpaces(response: ServerResponse, megabytes: number): Promise<void> {
  for (let sent = 0; sent < megabytes && !response.destroyed; sent += 1) {
    if (!response.write(spaces)) await Promise.race([once(response, 'drain'), once(response, 'close')])
  }
  response.end()
}

async function trickle(response: ServerResponse, clock: VirtualClock): Promise<void> {
  while (!response.destroyed) {
    response.write(' ')
    await clock.sleep(3_000)
  }
}

let bomb: Buffer
beforeAll(() => {
  bomb = gzipSync(Buffer.alloc(64 * mib, ' '))
})
afterAll(() => {
  bomb = Buffer.alloc(0)
})

/** Bodies that do not end, or not within any limit. */
const bodies: Readonly<Record<string, (clock: VirtualClock) => StrangeAnswer>> = {
  trickling: (clock) => ({status: 200, body: '', pour: (response) => trickle(response, clock)}),
  endless: () => ({status: 200, body: '', pour: (response) => pourSpaces(response, Number.POSITIVE_INFINITY)}),
  'of 64 MiB': () => ({status: 200, body: '', pour: (response) => pourSpaces(response, 64)}),
  'a gzip bomb': () => ({
    status: 200,
    body: '',
    headers: {'content-encoding': 'gzip'},
    pour: async (response) => void response.end(bomb),
  }),
  'cut in the middle': () => ({
    status: 200,
    body: '',
    headers: {'content-length': '1000'},
    pour: async (response) => void response.write('{"kind":', () => response.destroy()),
  }),
  'an error that trickles': (clock) => ({status: 500, body: '', pour: (response) => trickle(response, clock)}),
  'an endless error': () => ({
    status: 500,
    body: '',
    pour: (response) => pourSpaces(response, Number.POSITIVE_INFINITY),
  }),
}

interface Asked {
  readonly request: string
  readonly method: string
  readonly path: RegExp
  /** How the command ends. */
  readonly code: number
  /** The same where the answer is a refusal; default: in the same way. */
  readonly refusedCode?: number
}

const restart = ['restart', image, '--all-contexts', '--yes', '--retries', '0', '--fresh', 'scan'] as const

const commands: readonly {readonly words: readonly string[]; readonly asked: readonly Asked[]}[] = [
  {
    words: restart,
    asked: [
      {request: 'the identity', method: 'GET', path: /\/namespaces\/kube-system/, code: 4},
      {request: 'a list', method: 'GET', path: /\/deployments\?limit=500/, code: 4},
      {request: 'a target', method: 'GET', path: /\/deployments\/web/, code: 1},
      {request: 'a write', method: 'PATCH', path: /\/deployments\/web/, code: 1},
      {request: 'a watch', method: 'GET', path: /\/deployments\?watch/, code: 0, refusedCode: 1},
      {request: 'a permission', method: 'POST', path: /\/selfsubjectaccessreviews/, code: 0},
      {request: 'the lock', method: 'GET', path: /\/leases\//, code: 0},
      {request: 'a new lock', method: 'POST', path: /\/leases/, code: 1},
      {request: 'an Event', method: 'POST', path: /\/events/, code: 0},
    ],
  },
  {
    words: ['find', image],
    asked: [
      {request: 'the identity', method: 'GET', path: /\/namespaces\/kube-system/, code: 4},
      {request: 'the image cache', method: 'GET', path: /\/configmaps\//, code: 0},
      {request: 'a list', method: 'GET', path: /\/deployments\?limit=500/, code: 4},
      {request: 'the version', method: 'GET', path: /\/version/, code: 0},
    ],
  },
  {
    words: ['check'],
    asked: [
      {request: 'the identity', method: 'GET', path: /\/namespaces\/kube-system/, code: 4},
      {request: 'the version', method: 'GET', path: /\/version/, code: 4},
      {request: 'a permission', method: 'POST', path: /\/selfsubjectaccessreviews/, code: 4},
      {request: 'the image cache', method: 'GET', path: /\/configmaps\//, code: 4},
    ],
  },
  {
    words: ['cache', 'refresh', '--all-contexts', '--yes'],
    asked: [
      {request: 'the identity', method: 'GET', path: /\/namespaces\/kube-system/, code: 4},
      {request: 'a list', method: 'GET', path: /\/deployments\?limit=500/, code: 1},
      {request: 'the image cache', method: 'GET', path: /\/configmaps\//, code: 4},
      {request: 'a new image cache', method: 'POST', path: /\/configmaps/, code: 4},
    ],
  },
]

const cells = commands.flatMap(({words, asked}) =>
  asked.flatMap((one) => Object.entries(bodies).map(([body, answer]) => ({words, ...one, body, answer}))),
)

/** Of all that the gateway sent, whatever was taken by the client has to be bounded: three tries of 32 MiB, and a little. */
const mostBytes = 3 * 33 * mib

/** Longest of all: three tries of a body, each with its time, and what the command waits for besides. */
const mostMs = 10 * 60_000

describe('the answer to one request is', () => {
  test.each(cells)('$body: $words, $request', async ({words, method, path, code, refusedCode = code, answer}) => {
    const clock = createVirtualClock({autoAdvance: true})
    await using sandbox = await startSandbox(
      {clusters: [{name: 'eu', workloads: runningWeb('web', 'api')}]},
      {clock, random: () => 0.5},
    ).then((started) => Object.assign(started, {[Symbol.asyncDispose]: () => started.close()}))
    await using gateway = await openGateway(sandbox.kubeconfig)
    await using shell = await openShell({kubeconfig: gateway.kubeconfig, clock})
    const strange = answer(clock)
    gateway.answer({method, path}, strange, {carriedOut: method === 'PATCH'})
    const run = await shell.run(...words, '-o', 'json')
    const document = run.document() as {results?: readonly {outcome: string; name: string}[]}
    expect(gateway.met).toBeGreaterThan(0)
    expect(run.exitCode, run.stderr).toBe(strange.status === 200 ? code : refusedCode)
    for (const {outcome, name} of document.results ?? []) {
      if (outcome === 'succeeded') expect(restartedIn(sandbox)).toContain(`eu/shop/Deployment/${name}`)
    }
    expect(clock.now()).toBeLessThan(mostMs)
    for (const [, bytes] of JSON.stringify(document).matchAll(/"bytesRead":(\d+)/g)) {
      expect(Number(bytes)).toBeLessThan(mostBytes)
    }
  })
})
