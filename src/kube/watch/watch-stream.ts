import {genuineStatus} from '../answers/genuine-status.ts'
import {kindProblem, memberProblem} from '../answers/object-problem.ts'
import {Unexpected} from '../answers/question.ts'
import type {Resource} from '../answers/resource.ts'
import {type JsonObject, numberAt, objectAt, objectOf, textAt} from '../json-fields.ts'
import {readLines} from './json-lines.ts'

/** The resource of a watch. */
export interface Watched {
  readonly resource: Resource
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined
}

/** One line of a watch. `version` is the resource version that the watch has reached. */
export type WatchEvent =
  | {readonly type: 'added' | 'changed' | 'deleted'; readonly object: JsonObject; readonly version: string}
  | {readonly type: 'bookmark'; readonly version: string}
  /** The server no longer has the history since the version that the watch started from. */
  | {readonly type: 'expired'}
  /** The server ends the watch for another reason, given in the `Status`. */
  | {readonly type: 'error'; readonly status: number; readonly body: JsonObject}

/**
 * The events in a watch's body, up to the first line that is not an event of the watched resource; that one is the last, as
 * nothing after it can be trusted. A body that was cut ends in the middle of a line: the events before it count.
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

/** `cut`: not JSON. */
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

/** Unlike the elements of a list, the object of an event always has its kind. */
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
