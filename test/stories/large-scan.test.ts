import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {stringify} from 'yaml'
import {startServer} from '../../src/kube/testing/tls-server.ts'
import type {FindReport} from '../../src/model/report.ts'
import {openProcessShell} from '../support/spawn-command.ts'

const pageSize = 500
const pages = 40

/** What a real object carries beside its containers: notes of managers, annotations, and the last manifest once more. */
const ballast = {
  annotations: {'kubectl.kubernetes.io/last-applied-configuration': 'x'.repeat(4_000)},
  managedFields: [{manager: 'kubectl', operation: 'Update', fieldsV1: {'f:spec': {'f:template': 'x'.repeat(4_000)}}}],
}

/** One page of a list of 20,000 Deployments, every hundredth of which runs the image. */
function pageOf(number: number): string {
  const items = Array.from({length: pageSize}, (_, index) => {
    const name = `app-${number * pageSize + index}`
    const image = index % 100 === 0 ? 'ghcr.io/acme/web:1' : `ghcr.io/acme/other-${index}:1`
    const template = {spec: {containers: [{name: 'app', image}]}}
    return {metadata: {namespace: 'shop', name, uid: `uid-${name}`, resourceVersion: '7', ...ballast}, spec: {template}}
  })
  const more = number + 1 < pages ? {continue: `${number + 1}`} : {}
  return JSON.stringify({
    kind: 'DeploymentList',
    apiVersion: 'apps/v1',
    metadata: {resourceVersion: '9', ...more},
    items,
  })
}

test('20,000 workloads, 160 MB of them, are listed in a heap of 64 MiB', async () => {
  let sent = 0
  const server = await startServer(({url = ''}, response) => {
    const {pathname, searchParams} = new URL(url, 'https://test')
    if (pathname.startsWith('/api/v1/namespaces/kube-system')) {
      return response.end(JSON.stringify({kind: 'Namespace', metadata: {name: 'kube-system', uid: 'uid-large'}}))
    }
    if (pathname === '/version') return response.end(JSON.stringify({gitVersion: 'v1.36.3', major: '1', minor: '36'}))
    if (pathname.endsWith('/deployments')) {
      const page = pageOf(Number(searchParams.get('continue') ?? 0))
      sent += page.length
      return response.end(page)
    }
    const kind = pathname.endsWith('/statefulsets') ? 'StatefulSetList' : 'DaemonSetList'
    return response.end(JSON.stringify({kind, metadata: {resourceVersion: '9'}, items: []}))
  })
  using shell = openProcessShell({})
  const kubeconfig = join(shell.home, 'large.yaml')
  const cluster = {server: server.url, 'certificate-authority-data': Buffer.from(server.ca).toString('base64')}
  writeFileSync(
    kubeconfig,
    stringify({
      clusters: [{name: 'large', cluster}],
      users: [{name: 'jane', user: {token: 't'}}],
      contexts: [{name: 'large', context: {cluster: 'large', user: 'jane'}}],
    }),
  )
  const words = ['find', 'ghcr.io/acme/web', '--fresh', 'scan', '--kubeconfig', kubeconfig, '-o', 'json']
  const {stdout, stderr, exitCode} = await shell.runUnder({env: {NODE_OPTIONS: '--max-old-space-size=64'}}, ...words)
  await server.close()
  expect({exitCode, stderr}).toMatchObject({exitCode: 0})
  const report: FindReport = JSON.parse(stdout)
  expect(report.workloads).toHaveLength((pages * pageSize) / 100)
  expect(report.clusters[0]?.workloadsRead).toBe(pages * pageSize)
  expect(sent).toBeGreaterThan(160_000_000)
}, 120_000)
