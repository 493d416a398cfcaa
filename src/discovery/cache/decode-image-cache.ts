import {type WorkloadKind, workloadKinds} from '../../model/workload.ts'
import {isProblem, type Problem, quoted} from '../../shared/problem.ts'
import type {CachedImages, CachedWorkload, CacheOrigin, ImageCache, ListCost} from './image-cache.ts'
import {areNames, isCount, isName, isRecord, parseJson} from './json-shape.ts'
import {decodeShardIndex, type ShardedCache} from './shard-index.ts'
import {withRoles} from './with-roles.ts'

/** Why stored content cannot be used as an image cache. */
export type CacheProblem = Problem

/**
 * Reads the document of an image cache: its present form, entries without `kind` (a Deployment) or `containers`, the
 * two older forms (`"namespace/name"` for an entry; a bare map of images without `images` around it), and the head of one
 * whose images are in shards. Unknown keys and kinds are ignored. Any broken part makes the whole unreadable, since half a cache would give an incomplete answer. Never throws.
 */
export function decodeImageCache(text: string): ImageCache | ShardedCache | CacheProblem {
  const content = parseJson(text)
  if (!isRecord(content)) return {problem: 'The image cache is not a JSON object.'}
  const version = content.schemaVersion
  if (version !== undefined && version !== 1) {
    return {
      problem: `The image cache has schema version ${quoted(JSON.stringify(version))}, which this hubspoke cannot read.`,
    }
  }
  if (content.images === undefined && isRecord(content.shards)) return decodeShardedHead(content, content.shards)
  const listed = content.images
  const isWrapped = isRecord(listed)
  if (!isWrapped && (version !== undefined || !isFlatMap(content))) return {problem: 'The image cache has no "images".'}
  const images = decodeImages(isWrapped ? listed : content)
  if (isProblem(images)) return images
  const origin = isWrapped ? decodeOrigin(content) : {resourceVersions: new Map<WorkloadKind, string>()}
  return isProblem(origin) ? origin : {images, ...origin}
}

/** Of a sharded cache, the origin and the counts must be in the head. */
function decodeShardedHead(
  content: Readonly<Record<string, unknown>>,
  shards: Readonly<Record<string, unknown>>,
): ShardedCache | CacheProblem {
  const origin = decodeOrigin(content)
  if (isProblem(origin)) return origin
  const index = decodeShardIndex(shards)
  if (isProblem(index)) return index
  const {clusterUid, builtAt, resourceVersions, workloads, ...more} = origin
  if (clusterUid === undefined || builtAt === undefined || workloads === undefined || resourceVersions.size === 0) {
    return {problem: 'The image cache is sharded and its head is incomplete.'}
  }
  return {clusterUid, builtAt, resourceVersions, workloads, ...more, index}
}

/** Reads the document of a shard. Never throws. */
export function decodeShard(text: string): CachedImages | CacheProblem {
  const content = parseJson(text)
  if (!isRecord(content) || !isRecord(content.images)) return {problem: 'A shard of the image cache has no "images".'}
  return decodeImages(content.images)
}

/** A bare map of images: at least one, and a list under each. An empty object could be any document. */
function isFlatMap(content: Readonly<Record<string, unknown>>): boolean {
  const lists = Object.values(content)
  return lists.length > 0 && lists.every(Array.isArray)
}

function decodeImages(listed: Readonly<Record<string, unknown>>): CachedImages | CacheProblem {
  const images = new Map<string, CachedWorkload[]>()
  for (const [image, entries] of Object.entries(listed)) {
    if (!Array.isArray(entries)) return {problem: `The image cache has no list under ${quoted(image)}.`}
    const decoded: CachedWorkload[] = []
    for (const entry of entries) {
      const workload = typeof entry === 'string' ? decodeName(entry) : decodeEntry(entry)
      if (workload === undefined) return {problem: `The image cache has a broken entry under ${quoted(image)}.`}
      if (workload !== 'of another kind') decoded.push(workload)
    }
    images.set(image, decoded)
  }
  return images
}

function decodeName(text: string): CachedWorkload | undefined {
  const [namespace, name, ...rest] = text.split('/', 3)
  if (!namespace || !name || rest.length > 0) return undefined
  return {kind: 'Deployment', namespace, name, containers: []}
}

function decodeEntry(entry: unknown): CachedWorkload | 'of another kind' | undefined {
  if (!isRecord(entry)) return undefined
  const {namespace, name, kind = 'Deployment', containers = [], init = [], sidecars = []} = entry
  if (!isName(namespace) || !isName(name) || typeof kind !== 'string') return undefined
  if (!areNames(containers) || !areNames(init) || !areNames(sidecars)) return undefined
  if (!isWorkloadKind(kind)) return 'of another kind'
  return {kind, namespace, name, containers: withRoles({containers, init, sidecars})}
}

function decodeOrigin(content: Readonly<Record<string, unknown>>): CacheOrigin | CacheProblem {
  const {clusterUid, builtAt, resourceVersions = {}, workloads, provenAt} = content
  const lastList = decodeListCost(content.lastList)
  if (clusterUid !== undefined && !isName(clusterUid)) return {problem: 'The image cache has a broken "clusterUid".'}
  const built = typeof builtAt === 'string' ? new Date(builtAt) : undefined
  if (builtAt !== undefined && (built === undefined || Number.isNaN(built.getTime()))) {
    return {problem: 'The image cache has a broken "builtAt".'}
  }
  if (workloads !== undefined && !isCount(workloads)) return {problem: 'The image cache has broken "workloads".'}
  const versions = decodeVersions(resourceVersions)
  if (isProblem(versions)) return versions
  return {
    resourceVersions: versions,
    ...(clusterUid !== undefined && {clusterUid}),
    ...(built !== undefined && {builtAt: built}),
    ...(workloads !== undefined && {workloads}),
    ...(isTime(provenAt) && {provenAt: new Date(provenAt)}),
    ...(lastList && {lastList}),
  }
}

/** Only an estimate depends on it: a broken value counts as unknown. */
function decodeListCost(listed: unknown): ListCost | undefined {
  if (!isRecord(listed)) return undefined
  const {workloads, pages, bytes} = listed
  return isCount(workloads) && isCount(pages) && isCount(bytes) ? {workloads, pages, bytes} : undefined
}

/** RFC 3339 with a time zone. Anything else proves nothing, and does not make the cache unreadable. */
function isTime(value: unknown): value is string {
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/
  return typeof value === 'string' && form.test(value) && !Number.isNaN(Date.parse(value))
}

function decodeVersions(listed: unknown): ReadonlyMap<WorkloadKind, string> | CacheProblem {
  const broken = {problem: 'The image cache has broken "resourceVersions".'}
  if (!isRecord(listed)) return broken
  const versions = new Map<WorkloadKind, string>()
  for (const [kind, version] of Object.entries(listed)) {
    // Decimal, so that they can be compared; 20 digits are enough for every unsigned 64-bit number.
    if (typeof version !== 'string' || !/^\d{1,20}$/.test(version)) return broken
    if (isWorkloadKind(kind)) versions.set(kind, version)
  }
  return versions
}

function isWorkloadKind(kind: string): kind is WorkloadKind {
  return workloadKinds.some((known) => known === kind)
}
