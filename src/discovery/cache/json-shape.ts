/** The value of a JSON text; undefined for invalid JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text that is not empty. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

export function areNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isName)
}

/** A whole number from 0 on. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

export function areCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(isCount)
}
