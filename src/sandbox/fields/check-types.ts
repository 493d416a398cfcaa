import type {ApiObject} from '../api-object.ts'
import {isObject, type Json} from '../patches/json.ts'
import {ApiError} from '../status.ts'
import {pathsOf} from './field-set.ts'
import {type FieldType, partsOf} from './field-type.ts'

/** What an applied object is called in a refusal: its place, version and kind. */
export interface Applied {
  readonly configuration: ApiObject
  readonly apiVersion: string
  readonly kind: string
}

/**
 * Refuses a configuration that names an element of a list twice, or has a text where a number belongs.
 *
 * @throws ApiError 500, as the API words it
 */
export function checkTypes({configuration, apiVersion, kind}: Applied, type: FieldType): void {
  const wrong = mistake(configuration as unknown as Json, type, '')
  if (wrong === undefined) return
  const {namespace = '', name} = configuration.metadata
  const which = `(${namespace}/${name}; ${apiVersion}, Kind=${kind})`
  throw new ApiError({code: 500, message: `failed to create typed patch object ${which}: ${wrong}`})
}

function mistake(value: Json, type: FieldType, path: string): string | undefined {
  if (type.as === 'number' && typeof value !== 'number') {
    return `${path}: expected numeric (int or float), got ${typeof value}`
  }
  const parts = partsOf(value, type) ?? []
  const steps = parts.map(({step}) => step)
  const again = isObject(value) ? undefined : steps.find((step, index) => steps.indexOf(step) !== index)
  if (again !== undefined) return `${path}: duplicate entries for key ${pathsOf({[again]: {}})[0]}`
  for (const part of parts) {
    const found = mistake(part.value, part.type, `${path}${pathsOf({[part.step]: {}})[0]}`)
    if (found !== undefined) return found
  }
  return undefined
}
