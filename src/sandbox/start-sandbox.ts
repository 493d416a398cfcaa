import {randomInt} from 'node:crypto'
import type {Clock} from '../shared/clock.ts'
import {kubeconfigText} from './kubeconfig-text.ts'
import type {Sandbox} from './sandbox.ts'
import {SimulatedCluster} from './simulated-cluster.ts'
import type {SandboxSpec} from './spec.ts'

export interface SandboxDeps {
  /** The clock for everything that takes time in a simulated cluster. */
  readonly clock: Clock
  /**
   * A number in [0, 1) as a seed: names, UIDs and the rhythm of the servers follow from it. Called once per cluster, and
   * may always return the same. Default: a random one of the system.
   */
  readonly random?: () => number
}

/** Starts the clusters; each listens on a port of its own on the loopback interface. */
export async function startSandbox(spec: SandboxSpec, {clock, random = systemRandom}: SandboxDeps): Promise<Sandbox> {
  const clusters = await Promise.all(
    spec.clusters.map((each, index) => SimulatedCluster.start(each, {clock, random: sequence(random(), index)})),
  )
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

/**
 * Numbers in [0, 1) from a seed, another sequence for every cluster (mulberry32).
 */
function sequence(first: number, index: number): () => number {
  let state = Math.floor(first * 2 ** 32) + Math.imul(index + 1, 0x9e3779b9)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function systemRandom(): number {
  return randomInt(2 ** 32) / 2 ** 32
}
