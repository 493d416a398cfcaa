import type {Pace} from '../../hub/contract.ts'
import type {RunFacts} from '../../model/run-facts.ts'

/** What the plan and the question of a run depend on. */
export interface ConsentSettings {
  /** Undefined: no reason was given. */
  readonly reason: string | undefined
  readonly dryRun: RunFacts['dryRun']
  readonly pace: Pace
  /** The user is asked after each wave. */
  readonly asksBetweenWaves: boolean
  readonly consent: {
    /** Given on the command line. */
    readonly yes: boolean
    /** Names of protected contexts that were confirmed in advance. */
    readonly confirmed: readonly string[]
    /** Flags that were given on the command line and confirm what `--yes` does not cover: `--confirm-zero`. */
    readonly additional: readonly string[]
  }
  /** No progress, and no plan where no question follows. */
  readonly quiet: boolean
  readonly wide: boolean
}
