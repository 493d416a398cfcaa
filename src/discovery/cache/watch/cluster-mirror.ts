import type {WorkloadNews} from '../../../kube/ports/workloads.ts'
import {type ContainerImage, type WorkloadImages, type WorkloadKind, workloadKinds} from '../../../model/workload.ts'
import {type BuiltImageCache, buildImageCache, type ImageCache, type KnownOrigin} from '../image-cache.ts'

/** Which images the workloads of a cluster run, as far as is known, and up to which version of each kind. */
export interface ClusterMirror {
  /** Undefined: nothing is known of the kind. */
  versionOf(kind: WorkloadKind): bigint | undefined
  isWhole(): boolean
  /** Grows with each change of what runs where; what else happens to a workload is none. */
  changes(): number
  /** News that is not past the version of its kind is old, and passed over. */
  take(kind: WorkloadKind, news: WorkloadNews): void
  /** The kind as a whole list of it says, unless more is known already. */
  list(kind: WorkloadKind, workloads: readonly WorkloadImages[], version: bigint): void
  /** Takes from a cache the kinds of which it knows more; false: it does not say enough to go on from, and nothing was taken. */
  adopt(cache: ImageCache): boolean
  forget(): void
  /** Everything as the image cache says it. Only when it is whole. */
  toCache(origin: Omit<KnownOrigin, 'resourceVersions' | 'workloads'>): BuiltImageCache
}

interface KindState {
  version: bigint
  /** By `namespace/name`. */
  readonly workloads: Map<string, WorkloadImages>
}

/** @param onNews called after everything that was taken in, a mere bookmark too */
export function createClusterMirror(onNews: () => void): ClusterMirror {
  const kinds = new Map<WorkloadKind, KindState>()
  let changes = 0

  /** Remembers a state, or the end (undefined), and counts it where it says something new. */
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

/** A cache holds no UIDs, so neither does what it is made from. */
function slim({kind, namespace, name, images}: WorkloadImages): WorkloadImages {
  return {kind, namespace, name, uid: '', images}
}

/** What of a workload stands in the cache, in one order. */
function imagesText(workload: WorkloadImages | undefined): string | undefined {
  return workload?.images
    .map(({container, role, image}) => JSON.stringify([container, role, image]))
    .sort()
    .join()
}

/** The workloads that a cache names; undefined where it leaves open in which containers, of which version, or how many. */
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
