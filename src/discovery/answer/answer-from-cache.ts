import {type ImageQuery, matches} from '../../image/image-query.ts'
import {countNear, createNearImages} from '../../image/near-images.ts'
import type {Unread, WorkloadMatch} from '../../model/cluster.ts'
import type {NearImage} from '../../model/near-image.ts'
import {type ContainerImage, type WorkloadKind, workloadName} from '../../model/workload.ts'
import type {CachedWorkload, CountsByKind, ImageCache, WorkloadCounts} from '../cache/image-cache.ts'
import {filterNamespaces, type NamespaceChoice, type NamespaceFilter} from '../select/select-namespaces.ts'

/** The answer of a cache to a query. */
export interface CacheAnswer {
  /** Without UIDs, which a cache does not contain. */
  readonly matches: readonly WorkloadMatch[]
  /** Workloads of the selected kinds and namespaces. */
  readonly workloadsRead: number
  readonly patternsSeen: ReadonlySet<string>
  /** Requested kinds that the cache does not contain. */
  readonly unread: readonly Unread[]
  /** If nothing matched: similar images, of those that were read. */
  readonly near: readonly NearImage[]
}

/** The scope of a query. */
export interface CacheQuestion {
  readonly query: ImageQuery
  readonly kinds: readonly WorkloadKind[]
  readonly namespaces: NamespaceChoice
}

/**
 * The answer of the image cache, without a request to the cluster. Containers without a name in the cache have an empty name.
 * For a cache that was read in part, `images` are those that were read: all matches are among them.
 */
export function answerFromCache(cache: ImageCache, question: CacheQuestion): CacheAnswer {
  const {query, kinds, namespaces} = question
  const filter = filterNamespaces(namespaces)
  const found = new Map<string, {workload: CachedWorkload; images: ContainerImage[]; matched: ContainerImage[]}>()
  for (const [image, entries] of cache.images) {
    const isMatch = matches(query, image)
    for (const workload of entries) {
      if (!kinds.includes(workload.kind) || !filter.admits(workload.namespace)) continue
      const name = workloadName(workload)
      const known = found.get(name) ?? {workload, images: [], matched: []}
      found.set(name, known)
      const containers = containersOf(workload, image)
      addAll(known.images, containers)
      if (isMatch) addAll(known.matched, containers)
    }
  }
  const answers = [...found.values()].filter(({matched}) => matched.length > 0)
  return {
    matches: answers.map(({workload: {kind, namespace, name}, images, matched}) => {
      return {kind, namespace, name, uid: '', images, matched}
    }),
    workloadsRead: (cache.wholeCounts && countChosen(cache.wholeCounts, question, filter)) ?? found.size,
    patternsSeen: filter.patternsSeen,
    near: answers.length === 0 ? nearestOf([...found.values()], query) : [],
    unread: kinds.filter((kind) => !knowsKind(cache, kind)).map(notInCache),
  }
}

/** One by one: a broken cache may name more containers than a call can have arguments. */
function addAll<T>(to: T[], more: readonly T[]): void {
  for (const one of more) to.push(one)
}

function nearestOf(found: readonly {readonly images: readonly ContainerImage[]}[], query: ImageQuery) {
  const nearTo = createNearImages(query)
  return countNear(found.map(({images}) => nearTo(images.map(({image}) => image))))
}

/** The scope of the answer, where only the part of the cache was read that can match. Undefined: unknown. */
function countChosen(
  {kinds: all, namespaces}: WorkloadCounts,
  {kinds, namespaces: chosen}: CacheQuestion,
  filter: NamespaceFilter,
): number | undefined {
  const count = (byKind: CountsByKind) => kinds.reduce((total, kind) => total + byKind[kind], 0)
  if (chosen.patterns.length === 0) return count(all)
  return namespaces?.entries().reduce((sum, [namespace, byKind]) => {
    const workloads = count(byKind)
    return workloads > 0 && filter.admits(namespace) ? sum + workloads : sum
  }, 0)
}

/** How many workloads of a kind a namespace has; undefined: unknown. */
export function countIn({images, wholeCounts}: ImageCache, kind: WorkloadKind, namespace: string): number | undefined {
  if (wholeCounts) return wholeCounts.namespaces?.get(namespace)?.[kind]
  const names = new Set<string>()
  for (const entries of images.values()) {
    for (const entry of entries) if (entry.kind === kind && entry.namespace === namespace) names.add(entry.name)
  }
  return names.size
}

function containersOf({containers}: CachedWorkload, image: string): ContainerImage[] {
  if (containers.length === 0) return [{container: '', image, role: 'container'}]
  return containers.map((container) => ({...container, image}))
}

/** A cache lists the kinds that it contains; the older forms do not, and contain Deployments. */
function knowsKind({resourceVersions, images}: ImageCache, kind: WorkloadKind): boolean {
  if (resourceVersions.size > 0) return resourceVersions.has(kind)
  return kind === 'Deployment' || images.values().some((entries) => entries.some((entry) => entry.kind === kind))
}

function notInCache(kind: WorkloadKind): Unread {
  const message = `The image cache does not list workloads of kind ${kind}.`
  return {kind, failure: {class: 'not-found', message, suggestions: ['--fresh exact', 'hubspoke cache refresh']}}
}
