import type {ClusterReading, Scope} from '../model/cluster.ts'
import type {StopReason} from '../model/stop.ts'

/** What `find` learned; its report and its verdict are functions of it. */
export interface FindFacts {
  /** The image as the user typed it. */
  readonly query: string
  readonly scope: Scope
  readonly readings: readonly ClusterReading[]
  readonly allowEmpty: boolean
  readonly stoppedBy?: StopReason | undefined
}
