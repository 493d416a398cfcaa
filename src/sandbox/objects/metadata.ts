import type {ObjectMeta} from '../api-object.ts'

const order: readonly (keyof ObjectMeta)[] = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
]

const maps: ReadonlySet<string> = new Set(['labels', 'annotations'])

/** The known fields in the order in which the API writes them, without empty ones. */
export function orderedMetadata(metadata: ObjectMeta): ObjectMeta {
  const ordered: Record<string, unknown> = {}
  for (const field of order) {
    const value = metadata[field]
    if (!isEmpty(value)) ordered[field] = maps.has(field) ? byKey(value) : value
  }
  return {...ordered, name: metadata.name}
}

function byKey(map: unknown): object {
  return Object.fromEntries(Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** A time as the API writes it: RFC 3339 in UTC, whole seconds. */
export function apiTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}

const nameLetters = 'bcdfghjklmnpqrstvwxz2456789'

/** The random end of a generated name. */
export function randomSuffix(random: () => number): string {
  return Array.from({length: 5}, () => nameLetters[Math.floor(random() * nameLetters.length)]).join('')
}

/** A version 4 UUID from an injected random number. */
export function randomUid(random: () => number): string {
  const hex = (digits: number): string =>
    Array.from({length: digits}, () => Math.floor(random() * 16).toString(16)).join('')
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[Math.floor(random() * 4)]}${hex(3)}-${hex(12)}`
}

const hashes = new WeakMap<object, string>()

/**
 * Hash of a part of a stored object (FNV-1a over its text with sorted keys), in the alphabet of generated names, as the
 * controllers write theirs.
 *
 * @param salt tells the hashes of one controller from those of another; the same for the same object
 */
export function templateHash(template: object, salt = ''): string {
  const known = hashes.get(template)
  if (known !== undefined) return known
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(`${salt}${JSON.stringify(sorted(template))}`)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  }
  const text = [...String(hash)].map((digit) => nameLetters[digit.charCodeAt(0) % nameLetters.length]).join('')
  hashes.set(template, text)
  return text
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(byKey(value)).map(([key, each]) => [key, sorted(each)]))
}
