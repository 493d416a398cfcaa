import type {Owner} from './owner.ts'

/**
 * What a rollout does to those who use the workload. `recreate`: all pods end before new ones start. `all-at-once`: all may
 * be away at the same time. `single-replica`: its only pod is. `disruption-budget`: more are away than a PodDisruptionBudget
 * allows, which rollouts ignore.
 */
export const disruptionReasons = ['recreate', 'all-at-once', 'single-replica', 'disruption-budget'] as const

export interface Disruption {
  readonly why: (typeof disruptionReasons)[number]
  /** One clause for people. */
  readonly message: string
}

/**
 * Why a rollout may not get on. `being-deleted`: the workload is. `broken-pods`: not all pods of a StatefulSet are ready, and its
 * controller replaces none until they are. `volume`: a new pod may need a volume that the old one holds on another node.
 * `run-elsewhere`: another controller runs the pods of this template, and a change of it begins a release there. `paused`,
 * `on-delete`, `partition`: a changed template replaces no pod.
 */
export const obstacleWhys = [
  'being-deleted',
  'broken-pods',
  'volume',
  'run-elsewhere',
  'paused',
  'on-delete',
  'partition',
] as const

export interface Obstacle {
  readonly why: (typeof obstacleWhys)[number]
  /** One clause for people. */
  readonly message: string
}

/** What is to be known of a target before it is agreed to. */
export interface TargetMarks {
  readonly owner: Owner | null
  /** Beside `owner`; default: none. */
  readonly otherOwners?: readonly Owner[]
  /** Default: none. */
  readonly obstacles?: readonly Obstacle[]
  readonly disruption: readonly Disruption[]
}

/** By key. A target that nothing is known of has none. */
export type Marks = ReadonlyMap<string, TargetMarks>

/** The same in documents, as it was planned. */
export interface MarksEntry {
  /** Null: no known owner. */
  readonly owner: Owner | null
  readonly otherOwners: readonly Owner[]
  /** Null: it was not looked at. */
  readonly obstacles: readonly Obstacle[] | null
  /** Null: it was not looked at. */
  readonly disruption: readonly Disruption[] | null
}
