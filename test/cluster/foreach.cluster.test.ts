import {readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {openProcessShell} from '../support/spawn-command.ts'
import type {RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {writeKubeconfig} from './kubeconfig-files.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {runFolder} from './run-folder.ts'
import {namespace, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const image = 'registry.example/shop/web'
const names = ['east', 'west', 'north'] as const

describe.skipIf(!binaries)('foreach, and a loop of kubectl over three genuine control planes', () => {
  let clusters: readonly RealCluster[] = []

  beforeAll(async () => {
    clusters = await Promise.all(names.map((name) => startRealCluster({name, nodes: 1})))
    await Promise.all(
      clusters.map(async (cluster, index) => {
        const web = {namespace: 'shop', image: `${image}:1`, replicas: index + 1}
        const only = index === 0 ? [] : [workload({...web, name: `only-${names[index]}`, replicas: 1})]
        await cluster.apply([namespace('shop'), workload({...web, name: 'web'}), ...only])
        await untilRolledOut(cluster)
      }),
    )
    const contexts = clusters.map(({name, client}) => ({name, credentials: client.credentials}))
    writeKubeconfig(join(runFolder(), 'foreach.yaml'), contexts)
  }, 180_000)
  afterAll(() => Promise.all(clusters.map((cluster) => cluster.delete())))

  const openShell = () => {
    const PATH = `${dirname(clusters[0]?.place.binaries.kubectl ?? '')}:${process.env.PATH}`
    return openProcessShell({KUBECONFIG: join(runFolder(), 'foreach.yaml'), PATH})
  }
  /** What kubectl prints for each cluster, and its exit status. */
  const loop = (words: readonly string[]) =>
    Promise.all(
      clusters.map(async (cluster) => {
        const {stdout, exitCode} = await cluster.kubectl(words)
        return {stdout, exitCode}
      }),
    )
  const deployments = ['-n', 'shop', 'get', 'deployments', '-o', 'name']

  test('every context has the output of its own kubectl', async () => {
    using shell = openShell()
    const folder = join(shell.home, 'out')
    const words = ['foreach', '--all-contexts', '--yes', '-o', 'json', '--output-dir', folder, '--', 'kubectl']
    const {exitCode} = await shell.run(...words, ...deployments)
    expect(exitCode).toBe(0)
    const outputs = names.map((name) => ({stdout: readFileSync(join(folder, `${name}.stdout`), 'utf8'), exitCode: 0}))
    expect(outputs).toEqual(await loop(deployments))
    const lists = outputs.map(({stdout}) => stdout.replaceAll('deployment.apps/', '').trim().split('\n'))
    expect(lists).toEqual([['web'], ['only-west', 'web'], ['only-north', 'web']])
  })

  test('where kubectl fails the target fails, and the others are done', async () => {
    using shell = openShell()
    const words = ['-n', 'shop', 'get', 'deployment', 'only-west']
    const {stdout, exitCode} = await shell.run(
      'foreach',
      '--all-contexts',
      '--yes',
      '-o',
      'json',
      '--',
      'kubectl',
      ...words,
    )
    const statuses = (JSON.parse(stdout) as RunReport).results.map(({outcome}) => (outcome === 'succeeded' ? 0 : 1))
    expect(statuses).toEqual((await loop(words)).map((one) => one.exitCode))
    expect(statuses).toEqual([1, 0, 1])
    expect(exitCode).toBe(1)
  })

  test('what it writes is in the clusters, once per workload', async () => {
    using shell = openShell()
    const annotate = ['kubectl', 'annotate', '{kind}/{name}', '-n', '{namespace}', 'test/from={context}']
    const words = ['foreach', image, '--all-contexts', '--yes', '-o', 'json', '--', ...annotate]
    const {stdout, exitCode, stderr} = await shell.run(...words)
    expect((JSON.parse(stdout) as RunReport).counts).toMatchObject({total: 5, succeeded: 5})
    expect(exitCode, stderr).toBe(0)
    const from = ['-n', 'shop', 'get', 'deployments', '-o', 'jsonpath={.items[*].metadata.annotations.test/from}']
    expect((await loop(from)).map((one) => one.stdout)).toEqual(['east', 'west west', 'north north'])
  })
})
