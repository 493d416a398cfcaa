import type {ClusterReading} from '../../model/cluster.ts'
import type {NamedTarget} from './named-target.ts'

/** A context that was asked which cluster it leads to, and has answered. */
export type Reached = ClusterReading & Required<Pick<ClusterReading, 'identity'>>

/**
 * The context through which a target is reached: its own one, else another one that leads to the same cluster. Undefined:
 * there is none, or it could not be asked.
 */
export function wayTo({context, clusterUid}: NamedTarget, readings: readonly ClusterReading[]): Reached | undefined {
  const reached = readings.filter((reading): reading is Reached => reading.identity !== undefined)
  const own = reached.find((reading) => reading.context.name === context)
  if (own !== undefined || clusterUid === undefined) return own
  return reached.find(({identity}) => identity.uid === clusterUid)
}
