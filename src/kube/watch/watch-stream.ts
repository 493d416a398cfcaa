import {type JsonObject, numberAt, objectAt, textAt} from '../json-fields.ts'
import {readLines} from './json-lines.ts'

/** One line of a watch. `version` is the resource version that the watch has come to. */
export type WatchEvent =
  | {readonly type: 'added' | 'changed' | 'deleted'; readonly object: JsonObject; readonly version: string}
  | {readonly type: 'bookmark'; readonly version: string}
  /** The version that the watch started from is older than what the server remembers. */
  | {readonly type: 'expired'}
  /** The server ends the watch for another reason. */
  | {readonly type: 'error'; readonly status: number}

/** The events of a watch's body. A line that is no event ends it: what follows could not be trusted to be complete. */
export async function* readWatchEvents(body: AsyncIterable<Uint8Array>): AsyncIterable<WatchEvent> {
  for await (const line of readLines(body)) {
    const event = parseWatchEvent(line)
    if (event === undefined) return
    yield event
  }
}

/** Undefined for a line that is no event: a body that was cut ends in the middle of one. */
export function parseWatchEvent(line: string): WatchEvent | undefined {
  let event: unknown
  try {
    event = JSON.parse(line)
  } catch {
    return undefined
  }
  const object = objectAt(event, 'object')
  const version = textAt(objectAt(object, 'metadata'), 'resourceVersion')
  switch (textAt(event, 'type')) {
    case 'ADDED':
      return {type: 'added', object, version}
    case 'MODIFIED':
      return {type: 'changed', object, version}
    case 'DELETED':
      return {type: 'deleted', object, version}
    case 'BOOKMARK':
      return {type: 'bookmark', version}
    case 'ERROR': {
      const status = numberAt(object, 'code', 500)
      return status === 410 ? {type: 'expired'} : {type: 'error', status}
    }
    default:
      return undefined
  }
}
