import type {TagEvent} from './records.ts'

/** What the rules make of some events. */
export interface RuleRun {
  /** The words of the command that does the same. */
  readonly words: readonly string[]
  readonly tags: readonly string[]
  /** It leaves nothing to do for an earlier run of the same rule, whatever its tags are. */
  readonly coversRule: boolean
  /** How long it is tried again for clusters that could not be reached, in milliseconds. */
  readonly retryForMs: number
}

/** What the rules say about events. */
export interface Rulebook {
  /** The rule of an event, and how long further events of its repository are waited for; or why there is none, as a sentence. */
  ruleFor(event: TagEvent): {readonly rule: string; readonly coalesceMs: number} | {readonly ignored: string}
  /**
   * The run of events of one repository that have the same rule, each of another tag, in the order of their arrival; or why there
   * is nothing to run.
   */
  runOf(rule: string, events: readonly TagEvent[], run: string): RuleRun | {readonly ignored: string}
}
