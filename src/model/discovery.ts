import type {ClusterReading, Scope} from './cluster.ts'

/** What was found, and what was searched. */
export interface Discovery {
  readonly scope: Scope
  /** One per context, in their order. */
  readonly readings: readonly ClusterReading[]
}
