import type {Failure} from './failure.ts'

export interface CacheEntry {
  readonly context: string
  readonly server: string
  readonly uid: string | null
  /**
   * `saved` and `not-saved` are answers of `cache refresh`, `present` and `missing` of `cache show`, `watched` and
   * `standing-by` (another client watches) of `cache watch`.
   */
  readonly state: 'saved' | 'not-saved' | 'present' | 'missing' | 'watched' | 'standing-by' | 'not-read'
  readonly reason: string
  readonly builtAt: string | null
  readonly ageMs: number | null
  readonly workloads: number | null
  readonly images: number | null
  /** ConfigMaps beside the one that leads to them; 0: it is in one. */
  readonly shards: number | null
  readonly bytes: number | null
  /** When it was last proved complete, by the clock of the server. */
  readonly provenAt: string | null
  /** What `cache watch` did; null for who did not watch. */
  readonly watch: WatchCounts | null
  readonly problem: Failure | null
}

export interface WatchCounts {
  /** Changes of what runs where that were written. */
  readonly changes: number
  readonly writes: number
  /** How often it had to begin again. */
  readonly reconnects: number
}
