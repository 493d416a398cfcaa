import type {ClusterReading} from './cluster.ts'
import type {Failure} from './failure.ts'
import type {Counts, Verdict} from './report.ts'
import type {SpokeResult} from './result.ts'
import type {Plan, Target} from './target.ts'
import type {WavePlace} from './wave.ts'

/** What happens in a run, as it happens. Listeners can be added and removed without changing a result. */
export type HubEvent =
  /** The first event of a run, before it reads anything. */
  | {readonly type: 'hub-started'; readonly runId: string; readonly verb: string; readonly dryRun: boolean}
  /** The last event of a run, whatever its end is. */
  | {
      readonly type: 'hub-ended'
      readonly runId: string
      readonly verb: string
      readonly durationMs: number
      /** Null: the run was refused before it could be summarised, and nothing was written. */
      readonly ended: {readonly verdict: Verdict; readonly counts: Counts} | null
    }
  | {readonly type: 'discovery-started'; readonly contexts: readonly string[]}
  | {readonly type: 'context-read'; readonly reading: ClusterReading}
  /** Where something else than workloads is asked for: permissions, the image cache. */
  | {readonly type: 'context-answered'; readonly context: string; readonly problem: Failure | null}
  | {readonly type: 'distribution-started'; readonly runId: string; readonly plan: Plan}
  /** Targets are only watched; nothing is written. */
  | {readonly type: 'watch-started'; readonly targets: readonly Target[]}
  | {readonly type: 'target-started'; readonly target: Target; readonly attempt: number}
  /** `found`: it had been written before this run. */
  | {readonly type: 'target-written'; readonly target: Target; readonly found?: boolean}
  | {readonly type: 'target-progress'; readonly target: Target; readonly message: string}
  /** What keeps a rollout from getting on, whenever it changes; `reason` is the field's own word. */
  | {readonly type: 'target-trouble'; readonly target: Target; readonly reason: string; readonly message: string}
  | {
      readonly type: 'target-retrying'
      readonly target: Target
      readonly attempt: number
      readonly delayMs: number
      readonly reason: string
    }
  /** Once per target. */
  | {readonly type: 'target-finished'; readonly result: SpokeResult}
  /** It had succeeded, and is not healthy any more: this result takes the place of the one before. */
  | {readonly type: 'target-regressed'; readonly result: SpokeResult}
  /** It has failed, and its write is to be taken back. */
  | {readonly type: 'target-undoing'; readonly target: Target}
  /** The same result, with what became of that. */
  | {readonly type: 'target-undone'; readonly result: SpokeResult}
  | ({readonly type: 'wave-started'; readonly targets: number} & WavePlace)
  /** The wave has ended, and the next one is held back for so long. */
  | ({readonly type: 'wave-paused'; readonly ms: number} & WavePlace)
  /** How long it is still held back, from time to time. */
  | ({readonly type: 'wave-countdown'; readonly leftMs: number} & WavePlace)
  /** What the next wave waits for besides; empty: for nothing any more. */
  | ({readonly type: 'wave-waiting'; readonly message: string} & WavePlace)
  | {readonly type: 'stopping'; readonly reason: string}
  | {readonly type: 'notice'; readonly message: string}
  /** Only for those who want to know every step. */
  | {readonly type: 'detail'; readonly message: string}

export type OnEvent = (event: HubEvent) => void
