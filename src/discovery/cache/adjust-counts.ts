import type {WorkloadChange} from '../../kube/ports/workloads.ts'
import type {CountsByKind, WorkloadCounts} from './image-cache.ts'
import {noWorkloads} from './split-images.ts'

/** The counts after the changes. Counts by namespace are adjusted only if the cache has them. */
export function adjustCounts(counts: WorkloadCounts, changes: readonly WorkloadChange[]): WorkloadCounts {
  let {kinds} = counts
  const namespaces = counts.namespaces && new Map(counts.namespaces)
  for (const change of changes) {
    const {namespace} = change.workload
    kinds = adjusted(kinds, change)
    namespaces?.set(namespace, adjusted(namespaces.get(namespace) ?? noWorkloads, change))
  }
  return {kinds, ...(namespaces && {namespaces})}
}

/** Never below 0, also with a cache that was edited by hand. */
function adjusted(counts: CountsByKind, {type, wasThere, workload: {kind}}: WorkloadChange): CountsByKind {
  const more = (type === 'changed' ? 1 : 0) - (wasThere ? 1 : 0)
  return {...counts, [kind]: Math.max(0, counts[kind] + more)}
}
