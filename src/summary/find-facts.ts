import type {ClusterReading, Scope} from '../model/cluster.ts'
import type {StopReason} from '../model/stop.ts'

/** The facts that the report and the verdict of `find` are computed from. */
export interface FindFacts {
  /** The image as the user typed it. */
  readonly query: string
  readonly scope: Scope
  readonly readings: readonly ClusterReading[]
  readonly allowEmpty: boolean
  readonly stoppedBy?: StopReason | undefined
}
