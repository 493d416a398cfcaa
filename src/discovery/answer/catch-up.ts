import type {Unproven, WorkloadChange} from '../../kube/ports/workloads.ts'
import {type WorkloadKind, workloadName} from '../../model/workload.ts'
import {countOf, listOf} from '../../shared/words.ts'
import {adjustCounts} from '../cache/adjust-counts.ts'
import {addWorkload, type CachedWorkload, type ImageCache} from '../cache/image-cache.ts'

/** Why a kind is scanned although the others are answered by the cache with changes; the cache may not contain the kind. */
export type NotCaughtUp = Unproven | 'not-cached'

/** A kind that was scanned, and why. */
export interface ScannedKind {
  readonly kind: WorkloadKind
  readonly why: NotCaughtUp
}

/**
 * The cache as it would be if it were built now: of a workload that changed it contains only the new state, under each image
 * that it runs now, and the new counts. A cache has names and no UIDs, so a change applies to the workload of that name.
 */
export function applyChanges(cache: ImageCache, changes: readonly WorkloadChange[]): ImageCache {
  const changed = new Set(changes.map(({workload}) => workloadName(workload)))
  const images = new Map<string, CachedWorkload[]>()
  for (const [image, entries] of cache.images) {
    const same = entries.filter((entry) => !changed.has(workloadName(entry)))
    if (same.length > 0) images.set(image, same)
  }
  for (const change of changes) if (change.type === 'changed') addWorkload(images, change.workload)
  return {...cache, images, ...(cache.wholeCounts && {wholeCounts: adjustCounts(cache.wholeCounts, changes)})}
}

const whys: Readonly<Record<NotCaughtUp, string>> = {
  expired: 'the server no longer has changes that old',
  ahead: 'the image cache is ahead of the cluster',
  incomparable: 'its version is not one to start from',
  forbidden: 'changes may not be watched',
  silent: 'the server sent no proof in time',
  failed: 'the changes could not be read',
  'not-cached': 'the image cache does not list them',
}

/** The clause that names the source of the answer: the cache and the number of changes, and which kinds were scanned and why. */
export function whyCaughtUp(changes: number, scanned: readonly ScannedKind[]): string {
  return [`the image cache with ${changesWords(changes)}`, ...scannedWords(scanned)].join('; ')
}

/** The same without any kind whose changes were proved. */
export function whyNotCaughtUp(scanned: readonly ScannedKind[]): string {
  const reasons = new Set(scanned.map(({why}) => why))
  const [only] = reasons
  const said = reasons.size === 1 && only !== undefined ? whys[only] : scannedWords(scanned).join('; ')
  return `the image cache could not be brought up to date: ${said}`
}

function changesWords(count: number): string {
  return count === 0 ? 'no changes' : countOf(count, 'change')
}

/** `Deployments and StatefulSets scanned: changes may not be watched`, once per reason. */
function scannedWords(scanned: readonly ScannedKind[]): readonly string[] {
  return [...Map.groupBy(scanned, ({why}) => why)].map(([why, kinds]) => {
    return `${listOf(kinds.map(({kind}) => `${kind}s`))} scanned: ${whys[why]}`
  })
}
