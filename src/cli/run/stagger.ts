import type {Stagger} from '../../distribution/pace/stagger.ts'
import {isImageReference, parseImageReference} from '../../image/image-ref.ts'
import type {Target} from '../../model/target.ts'
import {isWorkloadTarget} from '../../model/workload-target.ts'

export interface StaggerFlags {
  readonly stagger?: number | undefined
  readonly 'stagger-by': 'registry' | 'namespace'
}

/** What the flags keep apart; undefined where they keep nothing apart. */
export function staggerOf({stagger: gapMs, 'stagger-by': by}: StaggerFlags): Stagger | undefined {
  if (gapMs === undefined || gapMs === 0) return undefined
  return {gapMs, keyOf: by === 'registry' ? registryOf : namespaceOf}
}

/** The registry that the first of its matching containers pulls from, over all clusters. */
function registryOf(target: Target): string {
  if (!isWorkloadTarget(target)) return target.place
  const [first] = target.matched
  const parsed = parseImageReference(first?.image ?? '')
  return isImageReference(parsed) ? parsed.domain : ''
}

/** The namespace of one cluster: the same name elsewhere is another one. */
function namespaceOf(target: Target): string {
  return isWorkloadTarget(target) ? `${target.clusterUid}/${target.namespace}` : target.place
}
