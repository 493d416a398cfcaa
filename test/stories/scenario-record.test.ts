import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {expect, test, vi} from 'vitest'
import type {FindReport} from '../../src/model/report.ts'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

const secret = 'hunter2-s3cr3t'

/** What a real cluster has beside what is recorded: a value in it must not be in the file. */
const full = {
  kind: 'Deployment',
  metadata: {
    namespace: 'pay',
    name: 'ledger',
    annotations: {
      note: `annotation-${secret}`,
      'kubectl.kubernetes.io/last-applied-configuration': `{"a":"${secret}"}`,
    },
    labels: {team: `label-${secret}`},
  },
  spec: {
    replicas: 3,
    selector: {matchLabels: {app: 'ledger'}},
    template: {
      metadata: {labels: {app: 'ledger', tier: `pod-${secret}`}, annotations: {note: secret}},
      spec: {
        serviceAccountName: `account-${secret}`,
        initContainers: [
          {name: 'migrate', image: `${image}:1.0`, env: [{name: 'PASSWORD', value: secret}]},
          {name: 'mesh', image: 'docker.io/envoyproxy/envoy:v1.36.2', restartPolicy: 'Always'},
        ],
        containers: [
          {name: 'app', image: `${image}:1.0@sha256:${'a'.repeat(64)}`, command: ['sh', '-c', secret]},
          {name: 'log', image: 'ghcr.io/acme/log:2', args: [`--token=${secret}`]},
        ],
        volumes: [{name: 'keys', secret: {secretName: `volume-${secret}`}}],
      },
    },
  },
}

const clusters: readonly ClusterSpec[] = [
  {
    name: 'arn:aws:eks:eu-west-1:123456789012:cluster/Prod_EU',
    contexts: [{name: 'eu again'}],
    namespaces: ['hubspoke-system', 'pay', `namespace-${secret}`],
    workloads: [
      ...runningWeb('web', 'cart'),
      {namespace: 'kube-system', name: 'agent', kind: 'DaemonSet', image: `${image}:1.1`},
      {namespace: 'shop', name: 'db', kind: 'StatefulSet', image: `${image}:1.2`, replicas: 0},
    ],
  },
  {name: 'us', workloads: runningWeb('web')},
]

async function openFull(more: readonly ClusterSpec[] = []): Promise<Fleet> {
  const fleet = await openFleet([...clusters, ...more])
  fleet.cluster('arn:aws:eks:eu-west-1:123456789012:cluster/Prod_EU').create(full)
  fleet.cluster('us').create({kind: 'ConfigMap', metadata: {namespace: 'shop', name: 'c'}, data: {password: secret}})
  return fleet
}

/** What a find report says of workloads, without what differs between two clusters that run the same. */
const found = (document: unknown) => (document as FindReport).workloads.map(({clusterUid: _, uid: __, ...rest}) => rest)

test('a recorded file holds no more than names, kinds, images and replicas, and gives the same answers', async () => {
  await using fleet = await openFull()
  const {stdout, stderr, exitCode} = await fleet.shell.run('sandbox', '--record')
  expect(exitCode).toBe(0)
  expect(stderr).toContain('Recorded 8 workloads of 2 clusters, from 3 of 3 contexts.')
  expect(stdout).not.toContain(secret)
  expect(stdout).toContain('{namespace: shop, name: web, replicas: 1, image: ghcr.io/acme/web:1.0}')
  expect(fleet.writes()).toEqual([])
  const file = join(fleet.shell.home, 'recorded.yaml')
  await writeFile(file, stdout)

  const kubeconfig = join(fleet.shell.home, 'sandbox.kubeconfig')
  const ended = fleet.shell.run('sandbox', '--scenario', file, '--write-kubeconfig', kubeconfig)
  await vi.waitFor(() => expect(fleet.shell.everythingPrinted()).toContain('are up, until Ctrl-C'), 20_000)
  const find = ['find', image, '-o', 'json']
  const there = (await fleet.shell.run(...find)).document()
  const here = (await fleet.shell.run(...find, '--kubeconfig', kubeconfig)).document()
  expect(found(there)).toHaveLength(6)
  expect(found(here)).toEqual(found(there))
  fleet.shell.signal('SIGINT')
  expect((await ended).exitCode).toBe(0)
})

test('a context that cannot be read is named, and the code is 4', async () => {
  await using fleet = await openFull([{name: 'dead', trouble: [{type: 'unreachable', how: 'refused'}]}])
  const {stdout, stderr, exitCode} = await fleet.shell.run('sandbox', '--record', '-c', 'us', '-c', 'dead')
  expect(exitCode).toBe(4)
  expect(stderr).toContain('Context "dead" was not recorded: ')
  expect(stdout).toContain('# Context "dead" is not in it: unreachable.')
  expect(stdout).toContain('- name: us\n')
  expect(stdout).not.toContain('127.0.0.1')
})

test('with no context that can be read there is no file', async () => {
  await using fleet = await openFleet([{name: 'eu', trouble: [{type: 'forbidden', resource: 'deployments'}]}])
  const {stdout, stderr, exitCode} = await fleet.shell.run('sandbox', '--record')
  expect([stdout, exitCode]).toEqual(['', 4])
  expect(stderr).toContain('Recorded 0 workloads of 0 clusters, from 0 of 1 context.')
})

test('contexts are for --record alone', async () => {
  await using fleet = await openFleet([{name: 'eu'}])
  const {stderr, exitCode} = await fleet.shell.run('sandbox', '-c', 'eu')
  expect(stderr).toContain('--context is for --record')
  expect(exitCode).toBe(2)
})
