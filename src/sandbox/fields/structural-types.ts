import {isObject, type Json, type JsonObject, objectAt} from '../patches/json.ts'
import {metadataType} from './built-in-types.ts'
import {atomic, type FieldType, list, map, number, plain, set, struct, untyped} from './field-type.ts'

/**
 * How the fields of a custom resource are owned and merged, by the schema of its definition.
 * Rules: https://kubernetes.io/docs/reference/using-api/server-side-apply/#custom-resources-and-server-side-apply
 */
export function structuralType(schema: Json | undefined): FieldType {
  const root = typeOf(schema)
  const fields = root.as === 'struct' ? root.fields : {}
  if (root.as === 'struct') return struct({...fields, metadata: metadataType})
  return struct({metadata: metadataType, spec: untyped, status: untyped})
}

function typeOf(schema: Json | undefined): FieldType {
  if (!isObject(schema)) return untyped
  if (schema.type === 'array') return listOf(schema)
  if (schema.type === 'integer' || schema.type === 'number') return number
  if (schema.type !== 'object') return schema['x-kubernetes-preserve-unknown-fields'] === true ? untyped : plain
  if (schema['x-kubernetes-map-type'] === 'atomic') return atomic
  const {properties, additionalProperties} = schema
  if (isObject(properties)) {
    return struct(Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, typeOf(each)])))
  }
  return isObject(additionalProperties) ? map(typeOf(additionalProperties)) : untyped
}

function listOf(schema: JsonObject): FieldType {
  const kind = schema['x-kubernetes-list-type']
  if (kind === 'set') return set
  if (kind !== 'map') return atomic
  const names = schema['x-kubernetes-list-map-keys']
  const keys = Array.isArray(names) ? names.map(String) : []
  const properties = objectAt(schema, 'items', 'properties')
  const defaults = keys.flatMap((key): [string, Json][] => {
    const value = objectAt(properties, key).default
    return value === undefined ? [] : [[key, value]]
  })
  return list(keys, typeOf(schema.items), Object.fromEntries(defaults))
}
