import {type ContainerImage, type WorkloadImages, type WorkloadKind, workloadKinds} from '../../model/workload.ts'

/** A workload under one image of the cache. No UIDs: a verb that writes reads the workload first. */
export interface CachedWorkload {
  readonly kind: WorkloadKind
  readonly namespace: string
  readonly name: string
  /** Empty in a cache without container names. */
  readonly containers: readonly Omit<ContainerImage, 'image'>[]
}

/** The workloads by image, as spelled in the pod templates. */
export type CachedImages = ReadonlyMap<string, readonly CachedWorkload[]>

/** The cost of a list of the whole cluster: the next one is estimated by it. */
export interface ListCost {
  readonly workloads: number
  /** Of the kind with the most: kinds are listed at the same time. */
  readonly pages: number
  /** As received. */
  readonly bytes: number
}

/** The origin of an image cache. */
export interface CacheOrigin {
  /** Undefined, as everything below it, in the older forms of the cache. */
  readonly clusterUid?: string
  readonly builtAt?: Date
  /** The version of the list of each kind; empty in the older forms. */
  readonly resourceVersions: ReadonlyMap<WorkloadKind, string>
  readonly workloads?: number
  /** When it was last proved complete, by the clock of the server; only a watch of the cluster proves it. */
  readonly provenAt?: Date
  /** Undefined: it was not measured. */
  readonly lastList?: ListCost
}

export type CountsByKind = Readonly<Record<WorkloadKind, number>>

/** How many workloads a cache lists. */
export interface WorkloadCounts {
  readonly kinds: CountsByKind
  /** Undefined: there are too many namespaces for counts. */
  readonly namespaces?: ReadonlyMap<string, CountsByKind>
}

/** The content of the image cache of a cluster. */
export interface ImageCache extends CacheOrigin {
  readonly images: CachedImages
  /** Of the whole cache, also where `images` are only the requested part. */
  readonly wholeCounts?: WorkloadCounts
}

/** A complete origin; only whether the cluster is watched, and the cost of its last list, may be missing. */
export type KnownOrigin = Required<Omit<CacheOrigin, 'provenAt' | 'lastList'>> &
  Pick<CacheOrigin, 'provenAt' | 'lastList'>

/** A cache that this version built, with a complete origin. */
export type BuiltImageCache = KnownOrigin & Pick<ImageCache, 'images'>

/** The input of a cache: a whole list of every kind. */
export interface WholeCluster {
  readonly clusterUid: string
  readonly builtAt: Date
  readonly resourceVersions: ReadonlyMap<WorkloadKind, string>
  readonly workloads: readonly WorkloadImages[]
  readonly lastList?: ListCost | undefined
}

/** The image cache for the listed workloads of a cluster. */
export function buildImageCache({workloads, lastList, ...origin}: WholeCluster): BuiltImageCache {
  const images = new Map<string, CachedWorkload[]>()
  for (const workload of workloads) addWorkload(images, workload)
  return {...origin, images, workloads: workloads.length, ...(lastList && {lastList})}
}

/** Puts a workload under each image that it runs. */
export function addWorkload(images: Map<string, CachedWorkload[]>, workload: WorkloadImages): void {
  const {kind, namespace, name} = workload
  for (const [image, group] of Map.groupBy(workload.images, (container) => container.image)) {
    const entry = {kind, namespace, name, containers: group.map(({container, role}) => ({container, role}))}
    const entries = images.get(image)
    if (entries) entries.push(entry)
    else images.set(image, [entry])
  }
}

/**
 * The document of the cache. `images` alone is its published form, so that older readers keep working; init containers and
 * sidecars are named again under `init` and `sidecars`. Everything is sorted, so that the same cluster gives the same
 * bytes.
 */
export function encodeImageCache(cache: BuiltImageCache): string {
  return JSON.stringify({images: encodeImages(cache.images), ...encodeOrigin(cache)})
}

/** Each image with its workloads, sorted. */
export function encodeImages(cached: CachedImages): object {
  // An object without a prototype: an image may be called `__proto__`.
  const images: Record<string, unknown> = Object.create(null)
  for (const image of [...cached.keys()].sort()) {
    images[image] = (cached.get(image) ?? []).toSorted(byPlace).map(encodeEntry)
  }
  return images
}

/** The origin of a cache, in every form of its document. */
export function encodeOrigin(cache: KnownOrigin): object {
  const versions = workloadKinds.flatMap((kind) => {
    const version = cache.resourceVersions.get(kind)
    return version === undefined ? [] : [[kind, version]]
  })
  return {
    schemaVersion: 1,
    clusterUid: cache.clusterUid,
    builtAt: cache.builtAt.toISOString(),
    resourceVersions: Object.fromEntries(versions),
    workloads: cache.workloads,
    ...(cache.provenAt && {provenAt: cache.provenAt.toISOString()}),
    ...(cache.lastList && {lastList: cache.lastList}),
  }
}

function encodeEntry({namespace, name, kind, containers}: CachedWorkload): object {
  const named = (role: ContainerImage['role']): string[] =>
    containers.filter((container) => container.role === role).map(({container}) => container)
  const init = named('init').sort()
  const sidecars = named('sidecar').sort()
  return {
    namespace,
    name,
    kind,
    containers: containers.map(({container}) => container).sort(),
    ...(init.length > 0 && {init}),
    ...(sidecars.length > 0 && {sidecars}),
  }
}

/** The order of workloads everywhere: by kind, then by namespace and name. */
export function byPlace(a: PlacedWorkload, b: PlacedWorkload): number {
  return (
    workloadKinds.indexOf(a.kind) - workloadKinds.indexOf(b.kind) ||
    compare(a.namespace, b.namespace) ||
    compare(a.name, b.name)
  )
}

type PlacedWorkload = Pick<WorkloadImages, 'kind' | 'namespace' | 'name'>

/** By code unit, as `sort` does: the same in every locale. */
function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
