import {parseDuration} from '../../shared/duration.ts'

/** No pause between two waves is longer. */
const longestPauseMs = 24 * 3_600_000

/** What `--pause` says, in milliseconds; 0 where it says `ask`. Undefined when it is neither. */
export function parsePause(text: string): number | undefined {
  if (text === 'ask') return 0
  const ms = parseDuration(text)
  return ms !== undefined && ms <= longestPauseMs ? ms : undefined
}
