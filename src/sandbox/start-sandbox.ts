import {randomInt} from 'node:crypto'
import type {Clock} from '../shared/clock.ts'
import {kubeconfigText} from './kubeconfig-text.ts'
import type {Sandbox} from './sandbox.ts'
import {SimulatedCluster} from './simulated-cluster.ts'
import type {SandboxSpec} from './spec.ts'

export interface SandboxDeps {
  /** Everything that takes time in a simulated cluster takes it from here. */
  readonly clock: Clock
  /** Numbers in [0, 1), for names, UIDs and the rhythm of the servers; default: those of the system. */
  readonly random?: () => number
}

/** Starts the clusters; each listens on a port of its own on the loopback interface. */
export async function startSandbox(spec: SandboxSpec, {clock, random = systemRandom}: SandboxDeps): Promise<Sandbox> {
  const clusters = await Promise.all(spec.clusters.map((each) => SimulatedCluster.start(each, {clock, random})))
  const contexts = spec.clusters.flatMap(({name: cluster, contexts: further = []}, index) =>
    [{name: cluster}, ...further].map((context, nth) => ({
      ...context,
      cluster,
      token: clusters[index]?.users[nth]?.token ?? '',
    })),
  )
  return {
    kubeconfig: kubeconfigText(clusters, contexts),
    clusters,
    cluster: (name) => {
      const found = clusters.find((each) => each.name === name)
      if (found === undefined) throw new RangeError(`the sandbox has no cluster "${name}"`)
      return found
    },
    close: async () => {
      await Promise.all(clusters.map((cluster) => cluster.close()))
    },
  }
}

function systemRandom(): number {
  return randomInt(2 ** 32) / 2 ** 32
}
