import type {FieldsV1} from '../api-object.ts'

/**
 * A set of field paths as the API writes it: `{}` is a member, `.` marks a member that has members inside. Undefined is
 * the empty set, which has no other form.
 */
export type FieldSet = FieldsV1 | undefined

export function isMember(fields: FieldsV1): boolean {
  return Object.hasOwn(fields, '.') || Object.keys(fields).length === 0
}

/** A node with the paths inside it. */
export function nodeOf(options: {readonly isMember: boolean}, inside: FieldsV1): FieldSet {
  if (Object.keys(inside).length === 0) return options.isMember ? {} : undefined
  return options.isMember ? {'.': {}, ...inside} : inside
}

export function insideOf(fields: FieldSet): [string, FieldsV1][] {
  return Object.entries(fields ?? {}).filter(([step]) => step !== '.')
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === undefined || b === undefined) return a ?? b
  const both: FieldsV1 = Object.fromEntries(insideOf(a))
  for (const [step, inside] of insideOf(b)) both[step] = union(both[step], inside) ?? inside
  return nodeOf({isMember: isMember(a) || isMember(b)}, both)
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (a === undefined || b === undefined) return undefined
  const common = insideOf(a).flatMap(([step, inside]): [string, FieldsV1][] => {
    const found = intersection(inside, b[step])
    return found === undefined ? [] : [[step, found]]
  })
  return nodeOf({isMember: isMember(a) && isMember(b)}, Object.fromEntries(common))
}

/** The paths of `a` that are not in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (a === undefined || b === undefined) return a
  const rest = insideOf(a).flatMap(([step, inside]): [string, FieldsV1][] => {
    const left = difference(inside, b[step])
    return left === undefined ? [] : [[step, left]]
  })
  return nodeOf({isMember: isMember(a) && !isMember(b)}, Object.fromEntries(rest))
}

/** The same paths, and every field on the way to them. */
export function withNamedFields(fields: FieldSet): FieldSet {
  if (fields === undefined) return undefined
  const inside = insideOf(fields).map(([step, each]): [string, FieldsV1] => {
    const below = withNamedFields(each) ?? {}
    return [step, step.startsWith('f:') && !isMember(below) ? {'.': {}, ...below} : below]
  })
  return nodeOf({isMember: isMember(fields)}, Object.fromEntries(inside))
}

/** Every path, members of one level before what is inside, as the API writes them in messages: `.spec.template.spec.containers[name="app"].image`. */
export function pathsOf(fields: FieldSet, above = ''): readonly string[] {
  const inside = insideOf(fields)
  const members = inside.filter(([, each]) => isMember(each)).map(([step]) => `${above}${stepText(step)}`)
  return [...members, ...inside.flatMap(([step, each]) => pathsOf(each, `${above}${stepText(step)}`))]
}

function stepText(step: string): string {
  const rest = step.slice(2)
  if (step.startsWith('f:')) return `.${rest}`
  if (step.startsWith('v:')) return `[=${rest}]`
  const key = Object.entries(JSON.parse(rest) as object)
  return `[${key.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`
}

/** With the steps in the order in which the API writes them. */
export function sorted(fields: FieldsV1): FieldsV1 {
  const steps = Object.keys(fields).sort()
  return Object.fromEntries(steps.map((step) => [step, sorted(fields[step] ?? {})]))
}
