import type {FieldsV1} from '../api-object.ts'

/**
 * A set of field paths as the API writes it: `{}` is a member, `.` marks a member that has members inside. Undefined is
 * the empty set, which has no other form.
 */
export type FieldSet = FieldsV1 | undefined

export function isMember(fields: FieldsV1): boolean {
  if (fields['.'] !== undefined) return true
  for (const _step in fields) return false
  return true
}

/** A node with the paths inside it. */
export function nodeOf(options: {readonly isMember: boolean}, inside: FieldsV1): FieldSet {
  if (Object.keys(inside).length === 0) return options.isMember ? {} : undefined
  return options.isMember ? {'.': {}, ...inside} : inside
}

function insideOf(fields: FieldSet): [string, FieldsV1][] {
  return Object.entries(fields ?? {}).filter(([step]) => step !== '.')
}

/** Returns `a` itself when `b` adds nothing. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === undefined || b === undefined) return a ?? b
  let both = a
  const put = (step: string, inside: FieldsV1): void => {
    if (both === a) both = Object.keys(a).length === 0 ? {'.': {}} : {...a}
    both[step] = inside
  }
  for (const step in b) {
    if (step === '.') continue
    const before = a[step]
    const inside = union(before, b[step])
    if (inside !== undefined && inside !== before) put(step, inside)
  }
  if (isMember(b) && !isMember(a)) put('.', {})
  return both
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (a === undefined || b === undefined) return undefined
  const common = insideOf(a).flatMap(([step, inside]): [string, FieldsV1][] => {
    const found = intersection(inside, b[step])
    return found === undefined ? [] : [[step, found]]
  })
  return nodeOf({isMember: isMember(a) && isMember(b)}, Object.fromEntries(common))
}

/** The paths of `a` that are not in `b`; `a` itself when they have nothing in common. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (a === undefined || b === undefined) return a
  const wasMember = isMember(a)
  const isLess = wasMember && isMember(b)
  const rest = withoutInside(a, b)
  if (rest === a && !isLess) return a
  const {'.': _self, ...inside} = rest
  return nodeOf({isMember: wasMember && !isLess}, inside)
}

/** Without what is in `b` below `a`; `a` itself when there is nothing. */
function withoutInside(a: FieldsV1, b: FieldsV1): FieldsV1 {
  let rest = a
  for (const step in b) {
    const before = a[step]
    if (step === '.' || before === undefined) continue
    const left = difference(before, b[step])
    if (left === before) continue
    if (rest === a) rest = {...a}
    if (left === undefined) delete rest[step]
    else rest[step] = left
  }
  return rest
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
