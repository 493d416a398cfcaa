import {genuineStatus} from '../answers/genuine-status.ts'
import {kindProblem, memberProblem} from '../answers/object-problem.ts'
import {Unexpected} from '../answers/question.ts'
import type {Resource} from '../answers/resource.ts'
import {type JsonObject, numberAt, objectAt, objectOf, textAt} from '../json-fields.ts'
import {readLines} from './json-lines.ts'

/** What a watch tells of. */
export interface Watched {
  readonly resource: Resource
  /** Undefined: all of them. */
  readonly namespace: string | undefined
}

/** One line of a watch. `version` is the resource version that the watch has come to. */
export type WatchEvent =
  | {readonly type: 'added' | 'changed' | 'deleted'; readonly object: JsonObject; readonly version: string}
  | {readonly type: 'bookmark'; readonly version: string}
  /** The version that the watch started from is older than what the server remembers. */
  | {readonly type: 'expired'}
  /** The server ends the watch for another reason, which the `Status` says. */
  | {readonly type: 'error'; readonly status: number; readonly body: JsonObject}

/**
 * The events of a watch's body, as far as they are of what is watched; after something else, which comes last, nothing is
 * trusted. A body that was cut ends in the middle of a line: what was told before it counts.
 */
export async function* readWatchEvents(
  body: AsyncIterable<Uint8Array>,
  watched: Watched,
): AsyncIterable<WatchEvent | Unexpected> {
  let told = false
  for await (const line of readLines(body)) {
    const event = parseWatchEvent(line, watched)
    if (event === 'cut' && told) return
    yield event === 'cut' ? new Unexpected('it is not JSON') : event
    if (event === 'cut' || event instanceof Unexpected) return
    told = true
  }
}

/** `cut`: it is no JSON. */
export function parseWatchEvent(line: string, watched: Watched): WatchEvent | Unexpected | 'cut' {
  let event: unknown
  try {
    event = JSON.parse(line)
  } catch {
    return 'cut'
  }
  const type = textAt(event, 'type')
  const {object} = objectOf(event)
  if (type === 'ERROR') return toError(object, watched)
  const {resource, namespace} = watched
  const problem = type === 'BOOKMARK' ? bookmarkProblem(object, resource) : changeProblem(object, resource, namespace)
  return problem === undefined ? toEvent(type, objectOf(object)) : new Unexpected(problem)
}

function bookmarkProblem(object: unknown, resource: Resource): string | undefined {
  const problem = kindProblem(object, resource, resource.kind)
  if (problem !== undefined) return problem
  return textAt(objectAt(object, 'metadata'), 'resourceVersion') === ''
    ? 'a bookmark has no resourceVersion'
    : undefined
}

/** Unlike the elements of a list, the object of an event always says what kind it is. */
function changeProblem(object: unknown, resource: Resource, namespace: string | undefined): string | undefined {
  return kindProblem(object, resource, resource.kind) ?? memberProblem(object, resource, namespace)
}

function toError(object: unknown, {resource, namespace}: Watched): WatchEvent | Unexpected {
  const status = numberAt(object, 'code', 500)
  const body = genuineStatus(object, status, {resource, namespace, mayMiss: []})
  if (body === undefined) return new Unexpected('an error in it is not a Status')
  return status === 410 ? {type: 'expired'} : {type: 'error', status, body}
}

function toEvent(type: string, object: JsonObject): WatchEvent | Unexpected {
  const version = textAt(objectAt(object, 'metadata'), 'resourceVersion')
  switch (type) {
    case 'ADDED':
      return {type: 'added', object, version}
    case 'MODIFIED':
      return {type: 'changed', object, version}
    case 'DELETED':
      return {type: 'deleted', object, version}
    case 'BOOKMARK':
      return {type: 'bookmark', version}
    default:
      return new Unexpected('an event in it has no type that a watch has')
  }
}
