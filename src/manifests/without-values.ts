import {isRecord, type JsonRecord} from './manifest.ts'

/** Shorter values are parts of other words. */
const shortest = 3

/**
 * The text without the values of a Secret: each value of `data` and `stringData` as written, decoded and encoded in base64,
 * and as a quoted text has it, becomes `[redacted]`. The text is unchanged for an object of another kind.
 */
export function withoutSecretValues(text: string, object: JsonRecord): string {
  if (object.kind !== 'Secret') return text
  const forms = new Set([...valuesOf(object.data), ...valuesOf(object.stringData)].flatMap(formsOf))
  // A value may be part of another one.
  const longestFirst = [...forms].filter(({length}) => length >= shortest).sort((a, b) => b.length - a.length)
  return longestFirst.reduce((rest, value) => rest.replaceAll(value, '[redacted]'), text)
}

function valuesOf(fields: unknown): readonly string[] {
  if (!isRecord(fields)) return []
  return Object.values(fields).map((value) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')))
}

/** A message may have one line of a value. */
function formsOf(value: string): readonly string[] {
  const plain = [value, Buffer.from(value, 'base64').toString('utf8')]
  const parts = plain.flatMap((one) => [one, one.trim(), ...one.split(/\r?\n/).map((line) => line.trim())])
  return [
    ...parts,
    ...parts.map((part) => JSON.stringify(part).slice(1, -1)),
    Buffer.from(value).toString('base64'),
    Buffer.from(value).toString('base64url'),
    value.replace(/=+$/, ''),
    Buffer.from(value).toString('base64').replace(/=+$/, ''),
  ]
}
