const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** The longest duration, in milliseconds: ten years. */
const longestMs = 87_600 * 3_600_000

const longestText = 60

/** The accepted form, for messages. */
export const durationUnits = 'ms, s, m, h, d or w'

/** Does the text have the form of a duration, of any length? */
export function readsAsDuration(text: string): boolean {
  return text === '0' || /^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/.test(text)
}

/**
 * Milliseconds of a duration (`300ms`, `30s`, `1h30m`, `30d`, `2w`), or undefined when it is invalid, or longer than ten
 * years. A bare number has no unit and is refused; `0` is allowed.
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (text.length > longestText || !readsAsDuration(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)) {
    total += Number(amount) * (unitMs[unit ?? ''] ?? 0)
  }
  return total <= longestMs ? total : undefined
}

/** A duration for display: the largest unit and at most the one below it (`850ms`, `4.2s`, `3m12s`, `2h5m`, `3d4h`). */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)}s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return pair(minutes, 'm', Math.floor((ms % 60_000) / 1000), 's')
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return pair(hours, 'h', minutes % 60, 'm')
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`
}
