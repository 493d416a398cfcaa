const pattern = /^(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})-([0-9a-f]{4})$/

/**
 * The id of a run that starts at `date`: `YYYYMMDD-HHMMSS-xxxx`, in UTC. The hexadecimal suffix is the milliseconds, and
 * thousands by chance: so the marks of runs that start one after the other are in their order, also within a second.
 *
 * @param random a number in [0, 1)
 */
export function createRunId(date: Date, random: number): string {
  const digits = date.toISOString().replace(/[-:]/g, '')
  const suffix = date.getUTCMilliseconds() + 1000 * Math.floor(random * 65)
  return `${digits.slice(0, 8)}-${digits.slice(9, 15)}-${suffix.toString(16).padStart(4, '0')}`
}

/** RFC 3339 in UTC with milliseconds, as marks are. */
export function isMark(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text))
}

/**
 * What marks the writes of a run, RFC 3339 with milliseconds: a function of the id alone, so that it is known without the
 * ledger. The suffix of the id gives the milliseconds. Undefined for what is no run id.
 */
export function runMark(runId: string): string | undefined {
  const [, year, month, day, hour, minute, second, suffix] = pattern.exec(runId) ?? []
  if (suffix === undefined) return undefined
  const milliseconds = String(Number.parseInt(suffix, 16) % 1000).padStart(3, '0')
  const stamp = `${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}Z`
  return Number.isNaN(Date.parse(stamp)) ? undefined : stamp
}
