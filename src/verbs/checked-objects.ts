import type {ClusterObjects} from '../kube/ports/objects.ts'
import type {ClusterCheck, ClusterPlace} from '../lease/cluster-check.ts'

/** The objects of the cluster that was planned: before the first write it is asked whether it is still the same. */
export function checkedObjects(objects: ClusterObjects, place: ClusterPlace, check: ClusterCheck): ClusterObjects {
  return {
    ...objects,
    async apply(kind, at, object, write, signal) {
      await check.once(place, signal)
      return objects.apply(kind, at, object, write, signal)
    },
  }
}
