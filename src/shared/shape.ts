/** Says of parsed JSON whether it is what a type says. */
export type Guard<T> = (value: unknown) => value is T

type Holds = (value: unknown) => boolean

export const isText: Guard<string> = (value) => typeof value === 'string'

export const isNumber: Guard<number> = (value) => typeof value === 'number'

export const isFlag: Guard<boolean> = (value) => typeof value === 'boolean'

export function isOneOf<T extends string>(words: readonly T[]): Guard<T> {
  return (value): value is T => words.some((word) => word === value)
}

/** An array whose elements all hold. */
export function eachIs(holds: Holds): Holds {
  return (value) => Array.isArray(value) && value.every(holds)
}

/** Absent, or it holds. */
export function maybe(holds: Holds): Holds {
  return (value) => value === undefined || holds(value)
}

export function orNull(holds: Holds): Holds {
  return (value) => value === null || holds(value)
}

/** Any object; its fields are for people and are not looked at. */
export const isObject: Holds = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** An object of which every field holds. Fields that are not named may be there, too: a later version may have put them. */
export function isShape<T extends object>(shape: {readonly [K in keyof T]-?: Holds}): Guard<T> {
  const fields = Object.entries<Holds>(shape)
  return (value): value is T =>
    typeof value === 'object' && value !== null && fields.every(([key, holds]) => holds(Reflect.get(value, key)))
}
