import type {Plan} from '../../model/target.ts'

/** A cluster of the plan, and the context through which it is written. */
export interface Place {
  readonly clusterUid: string
  readonly context: string
}

/** The clusters of a plan, each once, in the order in which every run takes their locks. */
export function placesOf(plan: Plan): readonly Place[] {
  const places = new Map<string, Place>()
  for (const {clusterUid, context} of plan) if (!places.has(clusterUid)) places.set(clusterUid, {clusterUid, context})
  return [...places.values()].sort((a, b) => (a.clusterUid < b.clusterUid ? -1 : 1))
}
