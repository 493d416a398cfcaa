import {readFileSync, writeFileSync} from 'node:fs'
import type {ServerResponse} from 'node:http'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import {type Gateway, openGateway} from '../support/gateway.ts'
import {openProcessShell, type ProcessShell} from '../support/spawn-command.ts'
import {strangeAnswers} from '../support/strange-answers.ts'
import type {RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {namespace, replicaSetCounts, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const image = 'registry.example/shop/web'
const page = strangeAnswers['404 page']!
const target = /\/deployments\/web(\?|$)/

/** As a proxy does that collects an answer before it passes it on. */
const heldAfterHead = (response: ServerResponse) => {
  response.flushHeaders()
  return heldFromTheStart(response)
}
const heldFromTheStart = (response: ServerResponse) => new Promise<void>((end) => response.on('close', () => end()))

describe.skipIf(!binaries)('a gateway before a real API server', () => {
  let cluster: RealCluster
  let gateway: Gateway
  let shell: ProcessShell
  beforeAll(async () => {
    cluster = await startRealCluster({name: 'gateway', nodes: 2})
    const web = workload({namespace: 'shop', name: 'web', image: `${image}:1.0`})
    await cluster.apply([namespace('shop'), namespace('hubspoke-system'), web])
    await untilRolledOut(cluster)
  }, 180_000)
  afterAll(() => cluster?.delete())
  beforeEach(async () => {
    gateway = await openGateway(readFileSync(cluster.kubeconfigPath, 'utf8'))
    shell = openProcessShell({})
    writeFileSync(join(shell.home, 'kubeconfig'), gateway.kubeconfig)
  })
  afterEach(async () => {
    shell[Symbol.dispose]()
    await gateway[Symbol.asyncDispose]()
  })

  const kubeconfig = () => ['--kubeconfig', join(shell.home, 'kubeconfig')]
  const restart = async () => {
    const words = ['restart', image, '--all-contexts', '--yes', '-o', 'json', '--retries', '1', '--backoff', '1s']
    const {stdout, exitCode} = await shell.run(...words, ...kubeconfig())
    const {results}: RunReport = JSON.parse(stdout)
    return {exitCode, outcome: results[0]?.outcome, revision: (await replicaSetCounts(cluster))['shop/web']?.revision}
  }

  test('every response that it forwards is accepted', async () => {
    expect((await shell.run('cache', 'refresh', '--all-contexts', '--yes', ...kubeconfig())).exitCode).toBe(0)
    expect((await shell.run('find', image, '--small-cluster', '0', ...kubeconfig())).exitCode).toBe(0)
    expect((await shell.run('check', ...kubeconfig())).exitCode).toBe(0)
    expect(await restart()).toEqual({exitCode: 0, outcome: 'succeeded', revision: 2})
  })

  test('its 404 page for a target does not mean that it is gone', async () => {
    gateway.answer({method: 'GET', path: target}, page, {carriedOut: false})
    expect(await restart()).toEqual({exitCode: 1, outcome: 'failed', revision: 2})
  })

  test('its 404 page for a write that arrived is checked: the write is found, and is not repeated', async () => {
    gateway.answer({method: 'PATCH', path: target}, page, {carriedOut: true})
    expect(await restart()).toEqual({exitCode: 0, outcome: 'succeeded', revision: 3})
    expect(gateway.met).toBe(1)
  })

  test('its 404 page for a write that did not arrive: unverified', async () => {
    gateway.answer({method: 'PATCH', path: target}, page, {carriedOut: false})
    expect(await restart()).toEqual({exitCode: 1, outcome: 'unverified', revision: 3})
  })

  test('its 404 page for a list does not count as an empty list', async () => {
    gateway.answer({method: 'GET', path: /\/deployments\?limit=500/}, page, {carriedOut: false})
    expect((await shell.run('find', image, '--fresh', 'scan', ...kubeconfig())).exitCode).toBe(4)
  })

  test.each([
    {what: 'whose head comes at once and whose events never do', pour: heldAfterHead},
    {what: 'of which nothing comes', pour: heldFromTheStart},
  ])('watches that it delays, $what: the rollout is evaluated correctly', {timeout: 120_000}, async ({pour}) => {
    const before = (await replicaSetCounts(cluster))['shop/web']?.revision ?? 0
    gateway.answer({method: 'GET', path: /[?&]watch=/}, {status: 200, body: '', pour}, {carriedOut: false})
    expect(await restart()).toEqual({exitCode: 0, outcome: 'succeeded', revision: before + 1})
    expect(gateway.met).toBeGreaterThan(0)
  })
})
