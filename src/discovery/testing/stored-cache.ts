import type {WorkloadKind} from '../../model/workload.ts'
import {type BuiltImageCache, buildImageCache} from '../cache/image-cache.ts'
import {type FakeCluster, type FakeClusterOptions, fakeCluster, workload} from './fake-cluster.ts'

/** The place of the image cache in a fake cluster. */
export const cachePlace = 'hubspoke-system/deployment-image-cache'

/** The cache of a cluster in which one workload runs, with the versions of Deployments, StatefulSets and DaemonSets. */
export function smallCache(
  versions: readonly [string, string, string],
  more: Partial<BuiltImageCache> = {},
): BuiltImageCache {
  const kinds: readonly WorkloadKind[] = ['Deployment', 'StatefulSet', 'DaemonSet']
  const built = buildImageCache({
    clusterUid: 'uid-east',
    builtAt: new Date('2026-11-24T10:00:00Z'),
    resourceVersions: new Map(kinds.map((kind, i) => [kind, versions[i] ?? ''])),
    workloads: [workload('shop/web', 'web:1')],
  })
  return {...built, ...more}
}

/** A cluster whose image cache has this text, at version `v7`. */
export function clusterHolding(text: string, options: FakeClusterOptions = {}): FakeCluster {
  const cluster = fakeCluster(options)
  cluster.stored.set(cachePlace, {data: {'cache.json': text}, resourceVersion: 'v7'})
  return cluster
}
