import {externalText, ownText} from '../shared/external-text.ts'
import {countOf} from '../shared/words.ts'
import {type FieldChange, fieldChanges} from './field-changes.ts'
import {isRecord, type JsonRecord} from './manifest.ts'

const mostLines = 40

/**
 * What differs between two versions of an object, one field per line: `~ spec.replicas: 2 → 3`, `+ metadata.labels.team: "shop"`,
 * `- spec.paused: true`. Fields that a server sets, and `status`, are not compared. At most 40 lines, then
 * `… and 12 more fields`; values are cut at about 80 characters. The lines are safe to print.
 *
 * Of a Secret no value is shown but those of its metadata without annotations, and its type: `~ data.password: changed (value
 * not shown)`. In other objects a value with a name like that of a secret is not shown either.
 *
 * @param before undefined: the object does not exist, and `+ created` and its top-level fields are the result
 */
export function objectDiff(before: JsonRecord | undefined, after: JsonRecord): readonly string[] {
  if (before === undefined) return limited(createdLines(after))
  const isSecret = [before.kind, after.kind].includes('Secret')
  return limited(fieldChanges(before, after).map((change) => lineOf(change, isSecret)))
}

function limited(lines: readonly string[]): readonly string[] {
  if (lines.length <= mostLines) return lines
  return [...lines.slice(0, mostLines), `… and ${countOf(lines.length - mostLines, 'more field', 'more fields')}`]
}

const notListed: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status'])

function createdLines(object: JsonRecord): readonly string[] {
  const fields = Object.entries(object)
    .filter(([key]) => !notListed.has(key))
    .map(([key, value]) => {
      const change = {path: [{key}], before: undefined, after: value}
      if (isRecord(value)) return ownText(`+ ${key}: ${countOf(Object.keys(value).length, 'field')}`)
      if (Array.isArray(value)) return ownText(`+ ${key}: ${countOf(value.length, 'entry', 'entries')}`)
      return lineOf(change, object.kind === 'Secret')
    })
  return ['+ created', ...fields]
}

const signs = {added: '+', removed: '-', changed: '~'} as const

function lineOf({path, before, after}: FieldChange, isSecret: boolean): string {
  const change = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed'
  const start = `${signs[change]} ${pathText(path)}: `
  if (isSecret && !isShownOfSecret(path)) return ownText(`${start}${change} (value not shown)`)
  const values = [before, after].filter((value) => value !== undefined)
  if (values.some((value) => namesSecret(path, value))) return ownText(`${start}${change} (value not shown)`)
  return ownText(`${start}${shownPair(values.map((value) => JSON.stringify(value))).join(' → ')}`, {maxLength: 600})
}

/** Characters of a value that are shown, and before the first difference of two long ones. */
const shownLength = {all: 80, before: 20}

/** Of long values the part where they differ: their beginnings may be the same. */
function shownPair(texts: readonly string[]): readonly string[] {
  const [one = '', other] = texts
  const start = other === undefined ? 0 : Math.max(0, firstDifference(one, other) - shownLength.before)
  const isLong = texts.some((text) => text.length > shownLength.all)
  if (!isLong || start === 0) return texts.map((text) => externalText(text, {maxLength: shownLength.all}))
  return texts.map((text) => `…${externalText(text.slice(start), {maxLength: shownLength.all})}`)
}

function firstDifference(one: string, other: string): number {
  let at = 0
  while (at < one.length && one[at] === other[at]) at += 1
  return at
}

function isShownOfSecret([top, field]: FieldChange['path']): boolean {
  if (top?.key === 'metadata') return field !== undefined && field.key !== 'annotations'
  return top?.key === 'type' || top?.key === 'immutable' || top?.key === 'apiVersion' || top?.key === 'kind'
}

/** The name that belongs to the value: of the field, of the list item whose `value` it is, or of the option before it. */
function namesSecret(path: FieldChange['path'], value: unknown): boolean {
  const [item, last] = [path.at(-2), path.at(-1)]
  const name = last?.key === 'value' && item !== undefined ? (item.item ?? item.key) : last?.key || last?.item
  return typeof value === 'string' && externalText(`${name ?? ''}=${JSON.stringify(value)}`).includes('[redacted]')
}

function pathText(path: FieldChange['path']): string {
  const parts = path.map(({key, item}) => {
    if (item !== undefined) return `[${externalText(item, {maxLength: 80})}]`
    return /^[\w-]+$/.test(key) ? `.${key}` : `["${externalText(key, {maxLength: 120})}"]`
  })
  return parts.join('').replace(/^\./, '')
}
