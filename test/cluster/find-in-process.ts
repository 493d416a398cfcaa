import {type RefreshedCache, refreshCache} from '../../src/discovery/cache/refresh-cache.ts'
import {type DiscoveryRequest, discover} from '../../src/discovery/discover.ts'
import {parseImageQuery} from '../../src/image/image-query.ts'
import {loadKubeconfig} from '../../src/kube/kubeconfig.ts'
import type {ClusterAccess} from '../../src/kube/ports/cluster-access.ts'
import type {ClusterReading} from '../../src/model/cluster.ts'
import {workloadKinds} from '../../src/model/workload.ts'
import {type Clock, systemClock} from '../../src/shared/clock.ts'
import {isProblem} from '../../src/shared/problem.ts'
import type {RealCluster} from './real-cluster.ts'

const namespace = 'hubspoke-system'

/** `cache refresh` and `find` without a process for each: one separate connection, and readings instead of tables. */
export interface InProcess {
  readonly access: ClusterAccess
  /** Rejects when the cache was not saved. */
  refresh(): Promise<RefreshedCache>
  find(image: string, more?: Partial<DiscoveryRequest>): Promise<ClusterReading>
}

/**
 * @param defaults of every `find`
 * @param clock of the machine that asks, which may be wrong
 */
export async function findInProcess(
  cluster: Pick<RealCluster, 'kubeconfigPath' | 'place' | 'context'>,
  defaults: Partial<DiscoveryRequest> = {},
  clock: Clock = systemClock,
): Promise<InProcess> {
  const {kubeconfigPath: path, place, context} = cluster
  const kubeconfig = await loadKubeconfig({path, env: {}, homeDir: place.folder, clock})
  const access = kubeconfig.open(context)
  const deps = {clock, signal: new AbortController().signal}
  return {
    access,
    async refresh() {
      await access.configMaps.createNamespace(namespace, deps.signal)
      const refreshed = await refreshCache(access, namespace, deps)
      if (!refreshed.saved.isSaved) throw new Error(refreshed.saved.reason)
      return refreshed
    },
    async find(image, more = {}) {
      const query = parseImageQuery(image)
      if (isProblem(query)) throw new Error(query.problem)
      const request: DiscoveryRequest = {
        query,
        contexts: kubeconfig.contexts,
        contextsLeftOut: [],
        kinds: workloadKinds,
        namespaces: [],
        fresh: 'exact',
        writes: false,
        cacheNamespace: namespace,
        ...defaults,
        ...more,
      }
      const {readings} = await discover(request, {
        ...deps,
        open: kubeconfig.open,
        endpointOf: kubeconfig.endpointOf,
        onEvent: () => undefined,
      })
      const [reading] = readings
      if (reading === undefined || reading.problem) throw new Error(reading?.problem?.message ?? 'no reading')
      return reading
    },
  }
}

/** `Kind namespace/name container=image` of everything that was found, sorted. */
export function foundIn({matches}: ClusterReading): string[] {
  return matches
    .flatMap(({kind, namespace, name, matched}) =>
      matched.map(({container, image}) => `${kind} ${namespace}/${name} ${container}=${image}`),
    )
    .sort()
}
