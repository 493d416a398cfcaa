import {HubspokeError} from '../../model/failure.ts'
import {events} from '../answers/resource.ts'
import {someObjects} from '../answers/some-objects.ts'
import type {Api} from '../api.ts'
import {type JsonObject, numberAt, objectAt, sentenceAt, textAt} from '../json-fields.ts'

/** The object of a Warning. */
export interface EventSubject {
  readonly namespace: string
  readonly uid: string
}

/** The newest Warning of an object, safe to print. */
export interface Warning {
  readonly reason: string
  readonly message: string
  /** RFC 3339; empty: none. */
  readonly at: string
}

/** Events are kept for an hour, and repetitions are counted: an object has few of one type. */
const limit = '100'

/**
 * The newest Warning of an object, in one bounded request. Undefined: there is none, or Events may not be read: they only
 * supplement the status. After a refusal in a namespace, they are not requested there again.
 */
export function createWarnings(
  api: Api,
): (subject: EventSubject, concerns: (reason: string) => boolean, signal: AbortSignal) => Promise<Warning | undefined> {
  const refused = new Set<string>()
  return async ({namespace, uid}, concerns, signal) => {
    if (refused.has(namespace)) return undefined
    const query = {fieldSelector: `involvedObject.uid=${uid},type=Warning`, limit}
    try {
      const {items} = await api.get(someObjects(events, {namespace, query}), signal)
      const [newest] = items
        .filter((event) => isAbout(event, uid) && concerns(sentenceAt(event, 'reason')))
        .sort((a, b) => timeOf(b).localeCompare(timeOf(a)))
      return newest && toWarning(newest)
    } catch (error) {
      if (!(error instanceof HubspokeError)) throw error
      if (error.failureClass === 'forbidden') refused.add(namespace)
      return undefined
    }
  }
}

/** The server has selected them; an Event about another object is left out all the same. */
function isAbout(event: JsonObject, uid: string): boolean {
  const about = textAt(objectAt(event, 'involvedObject'), 'uid')
  return textAt(event, 'type') === 'Warning' && (about === uid || about === '')
}

/** The last time that it happened: a series is counted in either of two ways, and an event of the newer API has one time. */
function timeOf(event: JsonObject): string {
  const series = textAt(objectAt(event, 'series'), 'lastObservedTime')
  return [series, textAt(event, 'lastTimestamp'), textAt(event, 'eventTime')].find((time) => time !== '') ?? ''
}

function toWarning(event: JsonObject): Warning {
  const count = Math.max(numberAt(event, 'count'), numberAt(objectAt(event, 'series'), 'count'))
  const times = count > 1 ? ` (${count} times)` : ''
  return {
    reason: sentenceAt(event, 'reason'),
    message: `${sentenceAt(event, 'message')}${times}`,
    at: timeOf(event),
  }
}
