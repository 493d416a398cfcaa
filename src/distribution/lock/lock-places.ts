import type {ClusterPlace} from '../../lease/cluster-check.ts'
import type {Plan} from '../../model/target.ts'

/** The clusters of a plan, each once, in the order in which every run acquires their locks. */
export function placesOf(plan: Plan): readonly ClusterPlace[] {
  const contexts = new Map<string, string>()
  for (const {place, via} of plan) if (!contexts.has(place)) contexts.set(place, via)
  return [...contexts]
    .map(([clusterUid, context]) => ({clusterUid, context}))
    .sort((a, b) => (a.clusterUid < b.clusterUid ? -1 : 1))
}
