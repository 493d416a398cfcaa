import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {ErrorReport} from '../../src/model/error-report.ts'
import {systemClock} from '../../src/shared/clock.ts'
import {openShell, type Shell} from '../support/run-command.ts'
import type {FindReport, RunReport} from '../support/workload-documents.ts'
import {controlPlaneOrSkip} from './control-plane-or-skip.ts'
import {writeKubeconfig} from './kubeconfig-files.ts'
import {type RealCluster, startRealCluster} from './real-cluster.ts'
import {namespace, untilRolledOut, workload} from './workloads.ts'

const binaries = await controlPlaneOrSkip()
const image = 'registry.example/shop/web'
const names = ['web', 'cart', 'recreated'] as const

interface Found {
  readonly spec: {readonly template: {readonly metadata: {readonly annotations?: Readonly<Record<string, string>>}}}
}

describe.skipIf(!binaries)('targets that a file names, on real clusters', () => {
  let one: RealCluster
  let two: RealCluster

  const pathOf = (name: string) => `/apis/apps/v1/namespaces/shop/deployments/${name}`
  const webOf = (name: string) => workload({namespace: 'shop', name, image: `${image}:1.0`, replicas: 1})
  const stamped = async (cluster: RealCluster) => {
    const stamps = await Promise.all(
      names.map(async (name) => {
        const {annotations = {}} = (await cluster.get<Found>(pathOf(name))).spec.template.metadata
        return 'kubectl.kubernetes.io/restartedAt' in annotations ? [name] : []
      }),
    )
    return stamps.flat()
  }
  /** A shell whose contexts lead to these clusters. */
  async function shellWith(contexts: Readonly<Record<string, RealCluster>>): Promise<Shell> {
    const path = join(one.place.folder, 'contexts.yaml')
    writeKubeconfig(
      path,
      Object.entries(contexts).map(([name, {client}]) => ({name, credentials: client.credentials})),
    )
    return openShell({kubeconfig: readFileSync(path, 'utf8'), clock: systemClock})
  }
  const restart = (shell: Shell, path: string) => shell.run('restart', image, '--targets', path, '--yes', '-o', 'json')

  beforeAll(async () => {
    ;[one, two] = await Promise.all([
      startRealCluster({name: 'one', nodes: 1}),
      startRealCluster({name: 'two', nodes: 1}),
    ])
    for (const cluster of [one, two]) {
      await cluster.apply([namespace('shop'), namespace('hubspoke-system'), ...names.map(webOf)])
      await untilRolledOut(cluster)
    }
  }, 180_000)
  afterAll(async () => {
    await one?.delete()
    await two?.delete()
  })

  test('find, filter, restart: refused through a swapped context, then exactly these are restarted', async () => {
    await using shell = await shellWith({one, two})
    const path = join(shell.home, 'targets.json')
    const found = (await shell.run('find', image, '-o', 'json')).document() as FindReport
    const workloads = found.workloads.filter(({context, name}) => context === 'two' || name === 'web')
    writeFileSync(path, JSON.stringify({...found, workloads}))
    await two.client.delete(pathOf('recreated'))
    await two.apply([webOf('recreated')])

    await using swapped = await shellWith({one: two, two: one})
    const refused = await restart(swapped, path)
    expect((JSON.parse(refused.stdout) as ErrorReport).error.message).toContain('does not lead to the cluster of')
    expect(refused.exitCode).toBe(2)
    expect([await stamped(one), await stamped(two)]).toEqual([[], []])

    const ended = await restart(shell, path)
    const {results} = ended.document() as RunReport
    expect(results.map(({context, name, outcome}) => `${context}/${name} ${outcome}`).sort()).toEqual([
      'one/web succeeded',
      'two/cart succeeded',
      'two/recreated skipped',
      'two/web succeeded',
    ])
    expect([await stamped(one), await stamped(two)]).toEqual([['web'], ['web', 'cart']])
    expect(ended.exitCode).toBe(1)
  })
})
