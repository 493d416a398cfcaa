import {readFileSync} from 'node:fs'
import {createServer, type Server} from 'node:net'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {parse, stringify} from 'yaml'
import {createCertificate, startServer, type TestServer} from '../../src/kube/testing/tls-server.ts'
import type {CheckReport} from '../../src/model/check-report.ts'
import type {Failure} from '../../src/model/failure.ts'
import type {FindReport} from '../../src/model/report.ts'
import {systemClock} from '../../src/shared/clock.ts'
import {openShell, type Shell} from '../support/run-command.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {createServiceAccount} from './service-account.ts'
import {namespace, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const image = 'registry.example/shop/web'
const dayMs = 86_400_000

/** Accepts connections, and never responds. */
async function openBlackHole(): Promise<{readonly server: Server; readonly port: number}> {
  const server = createServer((socket) => socket.on('error', () => undefined))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it has no port')
  return {server, port: address.port}
}

describe.skipIf(!binaries)('five unusable contexts, beside a cluster that answers', () => {
  let cluster: RealCluster
  let expired: TestServer
  let blackHole: Server
  let blackHolePort: number
  let closedPort: number
  let shell: Shell

  beforeAll(async () => {
    cluster = await startRealCluster({name: 'good', nodes: 1})
    await cluster.apply([...['ops', 'shop'].map(namespace), workload({namespace: 'shop', name: 'web', image})])
    const unprivileged = await createServiceAccount(cluster, 'ops', 'no-permission')
    const [from, until] = [new Date(Date.now() - 20 * dayMs), new Date(Date.now() - 10 * dayMs)]
    expired = await startServer((_, response) => response.end('{}'), {
      certificate: await createCertificate({from, until}),
    })
    ;({server: blackHole, port: blackHolePort} = await openBlackHole())
    const closing = await openBlackHole()
    await new Promise((resolve) => closing.server.close(resolve))
    closedPort = closing.port
    shell = await openShell({kubeconfig: kubeconfig(unprivileged.client.credentials.token ?? ''), clock: systemClock})
    await unprivileged.client.close()
  })
  afterAll(async () => {
    await shell?.[Symbol.asyncDispose]()
    blackHole?.close()
    await expired?.close()
    await cluster?.delete()
  })

  function kubeconfig(unprivilegedToken: string): string {
    const {server, ca = ''} = cluster.client.credentials
    const entry = (name: string, url: string, token: string, authority = ca) => ({
      cluster: {
        name,
        cluster: {server: url, 'certificate-authority-data': Buffer.from(authority).toString('base64')},
      },
      user: {name, user: {token}},
      context: {name, context: {cluster: name, user: name}},
    })
    const entries = [
      entry('black-hole', `https://127.0.0.1:${blackHolePort}`, 'any'),
      entry('closed-port', `https://127.0.0.1:${closedPort}`, 'any'),
      entry('expired', expired.url, 'any', expired.ca),
      entry('wrong-token', server, 'an-unknown-token'),
      entry('no-permission', server, unprivilegedToken),
    ]
    const good = parse(readFileSync(cluster.kubeconfigPath, 'utf8'))
    return stringify({
      ...good,
      clusters: [...good.clusters, ...entries.map((each) => each.cluster)],
      users: [...good.users, ...entries.map((each) => each.user)],
      contexts: [...good.contexts, ...entries.map((each) => each.context)],
    })
  }

  const expected = () => ({
    'black-hole': {
      class: 'unreachable',
      says: `Cannot reach context "black-hole": no answer from https://127.0.0.1:${blackHolePort} within 5 s; a VPN that is down or a firewall looks like this.`,
      next: 'kubectl --context black-hole get --raw /readyz --request-timeout 10s',
    },
    'closed-port': {
      class: 'unreachable',
      says: `Cannot reach context "closed-port": nothing accepts connections at https://127.0.0.1:${closedPort}; the API server is down or has another address.`,
      next: 'kubectl config view --minify --context closed-port  to see where it points',
    },
    expired: {
      class: 'unreachable',
      says: `The certificate of ${expired.url} (context "expired") cannot be trusted: it has expired, if the clock of this machine is right.`,
      next: `openssl s_client -connect 127.0.0.1:${expired.port} </dev/null | openssl x509 -noout -dates  to see its dates`,
    },
    'wrong-token': {
      class: 'unauthenticated',
      says: 'The cluster of context "wrong-token" did not accept the credentials (HTTP 401).',
      next: 'kubectl --context wrong-token auth whoami',
    },
    'no-permission': {
      class: 'forbidden',
      says:
        'Context "no-permission" does not permit this (HTTP 403): deployments.apps is forbidden: User ' +
        '"system:serviceaccount:ops:no-permission" cannot list resource "deployments" in API group "apps" at the cluster scope.',
      next: 'kubectl --context no-permission auth can-i --list',
    },
  })
  /** Of every context that has one: the class of its problem, its sentence, and the first step. */
  const problemsOf = (entries: readonly {readonly context: string; readonly problem: Failure | null}[]) =>
    Object.fromEntries(
      entries.flatMap(({context, problem}) =>
        problem ? [[context, {class: problem.class, says: problem.message, next: problem.suggestions[0]}]] : [],
      ),
    )

  test('find: five sentences, five next steps, what the sixth runs, and 4', async () => {
    const {stdout, stderr, exitCode} = await shell.run('find', image)
    const flat = stdout.replace(/\s+/g, ' ')
    const next = stdout.slice(stdout.indexOf('Next:'))
    for (const [context, {class: failureClass, says, next: step}] of Object.entries(expected())) {
      expect(stdout).toContain(`NOT READ  ${context}  (${failureClass})`)
      expect(flat).toContain(says)
      expect(next).toContain(`  ${step}\n`)
    }
    expect(stdout).toMatch(/^good +shop +Deployment\/web /m)
    expect(stdout).toContain('Exit 4: Cannot read 5 of 6 contexts; found 1 workload in 1 cluster.')
    expect(exitCode).toBe(4)
    // Each is named when its own time is over: those that answer, those that refuse, the one that is silent.
    const [first, last] = [stderr.indexOf('good  1 of'), stderr.indexOf('black-hole  NOT READ')]
    for (const context of ['closed-port', 'expired', 'wrong-token', 'no-permission']) {
      expect(stderr.indexOf(`${context}  NOT READ`)).toBeGreaterThan(0)
      expect(stderr.indexOf(`${context}  NOT READ`)).toBeLessThan(last)
    }
    expect(first).toBeGreaterThan(0)
    expect(first).toBeLessThan(last)
  })

  test('the same in the document', async () => {
    const ended = await shell.run('find', image, '--json')
    const {clusters, workloads} = ended.document() as FindReport
    expect(problemsOf(clusters)).toEqual(expected())
    expect(workloads).toMatchObject([{context: 'good', name: 'web'}])
    expect(ended.exitCode).toBe(4)
  })

  test('check: four cannot be used; for the fifth it shows the missing permissions and the command for them', async () => {
    const ended = await shell.run('check', '--json')
    const {contexts} = ended.document() as CheckReport
    const {'no-permission': _, ...others} = expected()
    expect(problemsOf(contexts)).toEqual(others)
    const unprivileged = contexts.find(({context}) => context === 'no-permission')
    expect(unprivileged?.permissions.filter(({essential, allowed}) => essential && allowed)).toEqual([])
    expect(ended.exitCode).toBe(4)
    const {stdout} = await shell.run('check')
    const next = stdout.slice(stdout.indexOf('Next:'))
    for (const {next: step} of Object.values(others)) expect(next).toContain(`  ${step}\n`)
    expect(next).toContain('  hubspoke rbac find status restart cache-refresh  to print the missing roles\n')
    expect(stdout).toContain('Exit 4: 4 of 6 contexts cannot be used.')
  })
})
