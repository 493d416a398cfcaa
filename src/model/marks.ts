import type {Owner} from './owner.ts'

/**
 * What a rollout does to those who use the workload. `recreate`: all pods end before new ones start. `all-at-once`: all may
 * be away at the same time. `single-replica`: its only pod is. `disruption-budget`: more are away than a PodDisruptionBudget
 * allows, which rollouts do not heed.
 */
export const takesDownWhys = ['recreate', 'all-at-once', 'single-replica', 'disruption-budget'] as const

export interface TakesDown {
  readonly why: (typeof takesDownWhys)[number]
  /** One clause for people. */
  readonly message: string
}

/** What is to be known of a target before it is agreed to. */
export interface TargetMarks {
  readonly owner: Owner | null
  readonly takesDown: readonly TakesDown[]
}

/** By `targetKey`. A target that nothing is known of has none. */
export type Marks = ReadonlyMap<string, TargetMarks>

/** The same in documents, as it was planned. */
export interface MarksEntry {
  /** Null: nobody that is known. */
  readonly owner: Owner | null
  /** Null: it was not looked at. */
  readonly takesDown: readonly TakesDown[] | null
}
