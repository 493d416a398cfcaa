import {sendOnce, withoutCredentials} from '../export/send-once.ts'
import {HubspokeError} from '../model/failure.ts'
import {externalText} from '../shared/external-text.ts'
import {otlpRequests, rejectedPart} from './otlp-json.ts'
import type {Span} from './span.ts'
import type {TraceSettings} from './trace-settings.ts'

/**
 * Exports the spans by OTLP over HTTP, each of them once.
 *
 * @param version of hubspoke
 * @throws HubspokeError when the server did not accept all of them, or the reason of the signal
 */
export async function exportSpans(
  spans: readonly Span[],
  {settings, version}: {readonly settings: TraceSettings; readonly version: string},
  signal: AbortSignal,
): Promise<void> {
  const {endpoint, path, resource} = settings
  const examine = (answer: string) => rejectionIn(answer, settings)
  for (const body of otlpRequests(spans, {resource, version})) {
    const message = {endpoint, method: 'POST', path, contentType: 'application/json', body, examine} as const
    const problem = await sendOnce(message, signal)
    if (problem !== undefined) throw notExported(`${endpoint.url.origin}: ${problem}`)
  }
}

/** @param rest where to, and why not */
function notExported(rest: string): HubspokeError {
  return new HubspokeError('unreachable', `The trace was not exported to ${rest}.`)
}

function rejectionIn(answer: string, {endpoint}: TraceSettings): string | undefined {
  const rejected = rejectedPart(parsed(answer))
  if (rejected === undefined) return undefined
  const said = externalText(withoutCredentials(rejected.message, endpoint.credentials)).replace(/\.$/, '')
  return `it rejected ${rejected.spans} spans${said === '' ? '' : `: ${said}`}`
}

/** An answer of success may have any form. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
