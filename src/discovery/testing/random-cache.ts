import type {ContainerImage, WorkloadImages, WorkloadKind} from '../../model/workload.ts'
import {type BuiltImageCache, buildImageCache} from '../cache/image-cache.ts'

/** Numbers in [0, 1), the same ones for the same seed (a linear congruential generator, Numerical Recipes). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

export function digestOf(number: number): string {
  const random = randomFrom(number)
  return `sha256:${Array.from({length: 64}, () => Math.floor(random() * 16).toString(16)).join('')}`
}

export interface CacheShape {
  readonly workloads: number
  readonly repositories: number
  readonly namespaces?: number
  readonly version?: string
  /** In another generation, this part of the repositories has other images. */
  readonly generation?: number
  readonly changing?: number
}

const kinds: readonly WorkloadKind[] = ['Deployment', 'Deployment', 'Deployment', 'StatefulSet', 'DaemonSet']
const hosts = ['ghcr.io/acme', 'registry.internal.example.com:5000', 'EU.registry.example/shop', 'docker.io', 'library']
/** Values in pod templates that are not image references, or that JSON or JavaScript would treat specially. */
const odd = [
  '__proto__',
  'constructor',
  'UPPER/Case',
  'web:1.*',
  'a b',
  'x@sha256:short',
  'sha256:abc',
  '::',
  '1',
  'ünï',
]

/** The cache of a cluster generated from a seed: with tags, digests, both, neither, and invalid references. */
export function randomCache(seed: number, shape: CacheShape): BuiltImageCache {
  const {workloads, repositories, namespaces = 7, version = '100', generation = 0, changing = 1} = shape
  const random = randomFrom(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const image = (): string => {
    if (random() < 0.02) return odd[below(odd.length)] ?? ''
    const repository = Math.floor(random() ** 2 * repositories)
    const name = `${hosts[repository % hosts.length]}/team-${repository % 11}/service-${repository}`
    const build = below(4) + (repository < changing * repositories ? 100 * generation : 0)
    const form = below(4)
    const tag = form === 0 ? '' : `:1.${build}`
    return form < 2 ? `${name}${tag}` : `${name}${tag}@${digestOf(repository * 1000 + build)}`
  }
  const role = (): ContainerImage['role'] =>
    (['container', 'container', 'init', 'sidecar'] as const)[below(4)] ?? 'init'
  return buildImageCache({
    clusterUid: 'uid-east',
    builtAt: new Date('2026-11-24T10:00:00Z'),
    resourceVersions: new Map(kinds.map((kind) => [kind, version])),
    workloads: Array.from({length: workloads}, (_, i): WorkloadImages => {
      const images = Array.from({length: 1 + below(3)}, (_, at) => ({
        container: `c${at}`,
        image: image(),
        role: role(),
      }))
      const kind = kinds[below(kinds.length)] ?? 'Deployment'
      return {kind, namespace: `team-${below(namespaces)}`, name: `service-${i}`, uid: `uid-${i}`, images}
    }),
  })
}
