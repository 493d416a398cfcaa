import type {Leases} from '../kube/ports/leases.ts'
import type {ClusterCheck, ClusterPlace} from './cluster-check.ts'

/**
 * The Leases of the cluster of a plan: none is looked at or taken in another one. After the first write the version that
 * is replaced is the proof, for no other cluster has it.
 */
export function checkedLeases(leases: Leases, place: ClusterPlace, check: ClusterCheck): Leases {
  let isOurs = false
  return {
    async read(namespace, name, signal) {
      if (!isOurs) await check.now(place, signal)
      return leases.read(namespace, name, signal)
    },
    async write(namespace, name, content, signal) {
      if (!isOurs) await check.now(place, signal)
      const written = await leases.write(namespace, name, content, signal)
      isOurs = true
      return written
    },
  }
}
