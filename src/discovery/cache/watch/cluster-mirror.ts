import type {WorkloadNews} from '../../../kube/ports/workloads.ts'
import {type ContainerImage, type WorkloadImages, type WorkloadKind, workloadKinds} from '../../../model/workload.ts'
import {type BuiltImageCache, buildImageCache, type ImageCache, type KnownOrigin} from '../image-cache.ts'

/** The images of the workloads of a cluster, as far as known, and the version of each kind. */
export interface ClusterMirror {
  /** Undefined: nothing is known of the kind. */
  versionOf(kind: WorkloadKind): bigint | undefined
  isWhole(): boolean
  /** Increases with each change of which workload runs which image; other changes do not count. */
  changes(): number
  /** Ignores an event that is not past the version of its kind. */
  take(kind: WorkloadKind, news: WorkloadNews): void
  /** Replaces the kind by a whole list, unless a newer version is known already. */
  list(kind: WorkloadKind, workloads: readonly WorkloadImages[], version: bigint): void
  /** Replaces the kinds of which a cache is newer; false: the cache is incomplete, and nothing was replaced. */
  adopt(cache: ImageCache): boolean
  forget(): void
  /** Everything as an image cache. Only when it is complete. */
  toCache(origin: Omit<KnownOrigin, 'resourceVersions' | 'workloads'>): BuiltImageCache
}

interface KindState {
  version: bigint
  /** By `namespace/name`. */
  readonly workloads: Map<string, WorkloadImages>
}

/** @param onNews called after every accepted event, including bookmarks */
export function createClusterMirror(onNews: () => void): ClusterMirror {
  const kinds = new Map<WorkloadKind, KindState>()
  let changes = 0

  /** Stores a state, or a deletion (undefined), and counts it if it is a change. */
  function put({workloads}: KindState, place: string, now: WorkloadImages | undefined): void {
    const before = workloads.get(place)
    if (now === undefined) workloads.delete(place)
    else workloads.set(place, now)
    if (imagesText(before) !== imagesText(now)) changes++
  }

  function replace(kind: WorkloadKind, found: readonly WorkloadImages[], version: bigint): void {
    const state = kinds.get(kind) ?? {version, workloads: new Map()}
    const now = new Map(found.map((workload) => [placeOf(workload), workload]))
    for (const place of [...state.workloads.keys()]) if (!now.has(place)) put(state, place, undefined)
    for (const [place, workload] of now) put(state, place, workload)
    state.version = version
    kinds.set(kind, state)
  }

  return {
    versionOf: (kind) => kinds.get(kind)?.version,
    isWhole: () => workloadKinds.every((kind) => kinds.has(kind)),
    changes: () => changes,
    take(kind, news) {
      const state = kinds.get(kind)
      if (state === undefined || news.version <= state.version) return
      if (news.type === 'changed') put(state, placeOf(news.workload), slim(news.workload))
      if (news.type === 'deleted') put(state, placeOf(news.workload), undefined)
      state.version = news.version
      onNews()
    },
    list(kind, workloads, version) {
      if (version < (kinds.get(kind)?.version ?? 0n)) return
      replace(kind, workloads.map(slim), version)
      onNews()
    },
    adopt(cache) {
      const byKind = workloadsOf(cache)
      if (byKind === undefined) return false
      for (const kind of workloadKinds) {
        const version = BigInt(cache.resourceVersions.get(kind) ?? 0)
        if (version > (kinds.get(kind)?.version ?? 0n)) replace(kind, byKind.get(kind) ?? [], version)
      }
      onNews()
      return true
    },
    forget() {
      kinds.clear()
      changes++
    },
    toCache(origin) {
      return buildImageCache({
        ...origin,
        resourceVersions: new Map([...kinds].map(([kind, {version}]) => [kind, `${version}`])),
        workloads: [...kinds.values()].flatMap(({workloads}) => [...workloads.values()]),
      })
    },
  }
}

function placeOf({namespace, name}: Pick<WorkloadImages, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`
}

/** A cache has no UIDs, so neither does its input. */
function slim({kind, namespace, name, images}: WorkloadImages): WorkloadImages {
  return {kind, namespace, name, uid: '', images}
}

/** The fields of a workload that are in the cache, in one order. */
function imagesText(workload: WorkloadImages | undefined): string | undefined {
  return workload?.images
    .map(({container, role, image}) => JSON.stringify([container, role, image]))
    .sort()
    .join()
}

/** The workloads of a cache; undefined where it lacks containers, versions, or counts. */
function workloadsOf({images, resourceVersions, workloads}: ImageCache) {
  const found = new Map<string, WorkloadImages & {readonly images: ContainerImage[]}>()
  for (const [image, entries] of images) {
    for (const {kind, namespace, name, containers} of entries) {
      if (containers.length === 0) return undefined
      const key = `${kind}/${namespace}/${name}`
      const workload = found.get(key) ?? {kind, namespace, name, uid: '', images: []}
      found.set(key, workload)
      for (const container of containers) workload.images.push({...container, image})
    }
  }
  const isWhole = workloadKinds.every((kind) => resourceVersions.has(kind)) && found.size === workloads
  return isWhole ? Map.groupBy(found.values(), ({kind}) => kind) : undefined
}
