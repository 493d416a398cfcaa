import {isObject, type Json, type JsonObject, sameJson} from './json.ts'

/** A patch that cannot be applied to this object: a path that does not exist, or a test that fails. */
export class JsonPatchFailure extends Error {
  override readonly name = 'JsonPatchFailure'
}

/**
 * JSON patch, RFC 6902: `add`, `remove`, `replace`, `move`, `copy` and `test`, all or nothing.
 *
 * @throws JsonPatchFailure
 */
export function jsonPatch(target: Json, operations: readonly Json[]): Json {
  let document = structuredClone(target)
  for (const operation of operations) {
    if (!isObject(operation)) throw new JsonPatchFailure('an operation is not an object')
    document = apply(document, operation)
  }
  return document
}

function apply(document: Json, operation: JsonObject): Json {
  const path = pointer(operation.path)
  switch (operation.op) {
    case 'add':
      return write(document, path, operation.value ?? null, 'add')
    case 'replace':
      read(document, path)
      return write(document, path, operation.value ?? null, 'replace')
    case 'remove':
      return remove(document, path)
    case 'copy':
      return write(document, path, structuredClone(read(document, pointer(operation.from))), 'add')
    case 'move': {
      const from = pointer(operation.from)
      const moved = read(document, from)
      return write(remove(document, from), path, moved, 'add')
    }
    case 'test':
      if (!sameJson(read(document, path), operation.value ?? null)) throw new JsonPatchFailure('test failed')
      return document
    default:
      throw new JsonPatchFailure(`unknown operation ${String(operation.op)}`)
  }
}

function pointer(path: Json | undefined): string[] {
  if (typeof path !== 'string' || (path !== '' && !path.startsWith('/'))) throw new JsonPatchFailure('not a path')
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function read(document: Json, path: readonly string[]): Json {
  let value: Json = document
  for (const part of path) value = member(value, part)
  return value
}

function member(container: Json, part: string): Json {
  const value = Array.isArray(container)
    ? container[indexOf(part, container.length - 1)]
    : isObject(container) && Object.hasOwn(container, part)
      ? container[part]
      : undefined
  if (value === undefined) throw new JsonPatchFailure(`nothing at ${part}`)
  return value
}

function indexOf(part: string, last: number): number {
  const index = /^(0|[1-9]\d*)$/.test(part) ? Number(part) : Number.NaN
  if (!(index <= last)) throw new JsonPatchFailure(`no index ${part}`)
  return index
}

function write(document: Json, path: readonly string[], value: Json, how: 'add' | 'replace'): Json {
  const last = path.at(-1)
  if (last === undefined) return value
  const container = read(document, path.slice(0, -1))
  if (Array.isArray(container)) {
    const index = last === '-' ? container.length : indexOf(last, container.length)
    container.splice(index, how === 'add' ? 0 : 1, value)
  } else if (isObject(container)) {
    container[last] = value
  } else {
    throw new JsonPatchFailure(`nothing can be put at ${last}`)
  }
  return document
}

function remove(document: Json, path: readonly string[]): Json {
  read(document, path)
  const last = path.at(-1) ?? ''
  const container = read(document, path.slice(0, -1))
  if (Array.isArray(container)) container.splice(Number(last), 1)
  else if (isObject(container)) delete container[last]
  return document
}
