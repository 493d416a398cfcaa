import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import {formatDuration, parseDuration} from '../../shared/duration.ts'

/** What is looked at of a flag's definition. */
export interface FlagFacts {
  readonly type?: string | undefined
  readonly char?: string | undefined
  readonly default?: unknown
  readonly helpValue?: string | readonly string[] | undefined
  readonly allowNo?: boolean | undefined
}

/** The words that say this value of a flag; none where that is its default. */
export function flagWords(name: string, flag: FlagFacts, value: ArgumentsEntry[string] | undefined): readonly string[] {
  if (value === undefined || value === null || value === flag.default) return []
  if (value === true) return [`--${name}`]
  if (value === false) return flag.allowNo ? [`--no-${name}`] : []
  const said = flag.char === undefined ? `--${name}` : `-${flag.char}`
  if (typeof value === 'string') return [said, value]
  if (typeof value === 'number') return [said, flag.helpValue === 'DURATION' ? durationWord(value) : `${value}`]
  return value.flatMap((each) => [said, each])
}

/** As people write it, where that loses nothing. */
function durationWord(ms: number): string {
  const text = formatDuration(ms).replace('.0s', 's')
  return parseDuration(text) === ms ? text : `${ms}ms`
}
