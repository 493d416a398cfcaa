import type {ClusterAccess} from '../../kube/ports/cluster-access.ts'
import type {ListRequest} from '../../kube/ports/workloads.ts'
import type {Unread} from '../../model/cluster.ts'
import {type Failure, HubspokeError} from '../../model/failure.ts'
import {type ListedWorkload, type WorkloadKind, workloadKinds} from '../../model/workload.ts'
import type {ListCost} from '../cache/image-cache.ts'
import {type ReadingDeps, retryRead} from '../retry-read.ts'
import {filterNamespaces, isChosen, type NamespaceChoice, type NamespaceFilter} from '../select/select-namespaces.ts'

/** The scope of the lists. */
export interface ScanRequest {
  readonly kinds: readonly WorkloadKind[]
  readonly namespaces: NamespaceChoice
  readonly selector?: string
  /** For a verb that writes: its plan needs the traits of each workload. */
  readonly writes?: boolean
}

/** The result of a scan. */
export interface Scan<T> {
  readonly kept: readonly T[]
  /** Workloads of the selected namespaces, whether kept or not. */
  readonly workloadsRead: number
  /** The patterns of `-n` that matched a namespace with a workload. */
  readonly patternsSeen: ReadonlySet<string>
  readonly unread: readonly Unread[]
  /** Of the kinds that were listed over the whole cluster. */
  readonly resourceVersions: ReadonlyMap<WorkloadKind, string>
  /** All kinds, all namespaces, no selector, no refusal: only then it is complete, and may be saved. */
  readonly isWhole: boolean
  readonly cost: ListCost
  /** Set when no list was answered at all. */
  readonly problem?: Failure
}

interface ListPart<T> {
  readonly kept: readonly T[]
  readonly workloadsRead: number
  readonly pages: number
  readonly resourceVersion?: string
}

interface Scanner<T> {
  readonly cluster: ClusterAccess
  readonly request: ScanRequest
  readonly filter: NamespaceFilter
  readonly keep: (workload: ListedWorkload) => T | undefined
  readonly deps: ReadingDeps
}

type KindPart<T> = {
  readonly parts: readonly ListPart<T>[]
  readonly unread: readonly Unread[]
  readonly version?: string
}

/**
 * Lists the workloads of a cluster, all kinds at once, and keeps of each page what `keep` returns. A kind that fails is
 * unread, the others continue. Without permission to list the whole cluster, the namespaces named with `-n` are listed,
 * or that of the context; the rest is unread.
 *
 * Rejects only when something is wrong in hubspoke itself.
 */
export async function scanWorkloads<T>(
  cluster: ClusterAccess,
  request: ScanRequest,
  keep: (workload: ListedWorkload) => T | undefined,
  deps: ReadingDeps,
): Promise<Scan<T>> {
  const filter = filterNamespaces(request.namespaces)
  const scanner = {cluster, request, filter, keep, deps}
  const before = cluster.cost().bytesRead
  const kinds = await Promise.all(request.kinds.map((kind) => scanKind(scanner, kind)))
  const parts = kinds.flatMap((kind) => kind.parts)
  const unread = kinds.flatMap((kind) => kind.unread)
  const workloadsRead = sumOf(parts, (part) => part.workloadsRead)
  const problem = parts.length === 0 ? unread[0]?.failure : undefined
  return {
    kept: parts.flatMap(({kept}) => kept),
    workloadsRead,
    patternsSeen: filter.patternsSeen,
    cost: {
      workloads: workloadsRead,
      pages: Math.max(0, ...kinds.map((kind) => sumOf(kind.parts, ({pages}) => pages))),
      bytes: cluster.cost().bytesRead - before,
    },
    unread: problem ? [] : unread,
    resourceVersions: new Map(
      kinds.flatMap(({version}, i) => {
        const kind = request.kinds[i]
        return kind && version !== undefined ? [[kind, version] as const] : []
      }),
    ),
    isWhole: unread.length === 0 && asksForEverything(request),
    ...(problem && {problem}),
  }
}

function sumOf<Item>(items: readonly Item[], numberOf: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + numberOf(item), 0)
}

function asksForEverything({kinds, namespaces, selector}: ScanRequest): boolean {
  return (
    workloadKinds.every((kind) => kinds.includes(kind)) && namespaces.patterns.length === 0 && selector === undefined
  )
}

async function scanKind<T>(scanner: Scanner<T>, kind: WorkloadKind): Promise<KindPart<T>> {
  const {namespaces} = scanner.request
  if (namespaces.names.length > 0 && namespaces.globs.length === 0)
    return scanNamespaces(scanner, kind, namespaces.names)
  const wide = await tryList(scanner, kind, undefined)
  if (!('unread' in wide)) {
    return {parts: [wide], unread: [], ...(wide.resourceVersion !== undefined && {version: wide.resourceVersion})}
  }
  if (wide.unread.failure.class !== 'forbidden') return {parts: [], unread: [wide.unread]}
  const own = scanner.cluster.context.namespace
  const readable = namespaces.names.length > 0 ? namespaces.names : [own].filter((name) => isChosen(namespaces, name))
  const narrow = await scanNamespaces(scanner, kind, readable)
  const readInstead = readable.filter((name) => !narrow.unread.some(({namespace}) => namespace === name))
  return {parts: narrow.parts, unread: [{...wide.unread, readInstead}, ...narrow.unread]}
}

async function scanNamespaces<T>(
  scanner: Scanner<T>,
  kind: WorkloadKind,
  namespaces: readonly string[],
): Promise<KindPart<T>> {
  const lists = await Promise.all(namespaces.map((namespace) => tryList(scanner, kind, namespace)))
  return {
    parts: lists.flatMap((list) => ('unread' in list ? [] : [list])),
    unread: lists.flatMap((list) => ('unread' in list ? [list.unread] : [])),
  }
}

async function tryList<T>(
  scanner: Scanner<T>,
  kind: WorkloadKind,
  namespace: string | undefined,
): Promise<ListPart<T> | {readonly unread: Unread}> {
  try {
    return await retryRead(() => readPages(scanner, kind, namespace), scanner.deps)
  } catch (error) {
    if (!(error instanceof HubspokeError)) throw error
    return {unread: {kind, ...(namespace !== undefined && {namespace}), failure: error.toFailure()}}
  }
}

/** One list from its first page to its last. Every try starts empty: the pages of a failed one are void. */
async function readPages<T>(
  scanner: Scanner<T>,
  kind: WorkloadKind,
  namespace: string | undefined,
): Promise<ListPart<T>> {
  const {cluster, request, filter, keep, deps} = scanner
  const {selector, writes} = request
  const list: ListRequest = {
    ...(namespace !== undefined && {namespace}),
    ...(selector !== undefined && {selector}),
    ...(writes && {traits: true}),
  }
  let kept: T[] = []
  let workloadsRead = 0
  let pages = 0
  let resourceVersion: string | undefined
  for await (const page of cluster.workloads.list(kind, list, deps.signal)) {
    if (page.restarted) {
      kept = []
      workloadsRead = 0
    }
    pages++
    resourceVersion = page.resourceVersion
    for (const workload of page.workloads) {
      if (!filter.admits(workload.namespace)) continue
      workloadsRead++
      const keeping = keep(workload)
      if (keeping !== undefined) kept.push(keeping)
    }
  }
  return {kept, workloadsRead, pages, ...(resourceVersion !== undefined && {resourceVersion})}
}
