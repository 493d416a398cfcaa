/**
 * What reads the values of flags. For a value that a flag would refuse it returns undefined, or throws a HubspokeError of
 * class `usage`.
 */
export interface RuleParsers {
  waves(text: string): unknown
  pause(text: string): unknown
  maxFailures(text: string): unknown
  fresh(text: string): unknown
  /** On one line. */
  reason(text: string): string
  namespace(pattern: string): unknown
}
