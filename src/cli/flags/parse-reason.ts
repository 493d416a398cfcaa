import {HubspokeError} from '../../model/failure.ts'
import {printable} from '../../shared/printable.ts'

/** In characters: it is shown in tables, and kept on every workload. */
const longest = 1_000

/**
 * Why a run is made, as one line: line breaks and tabs are spaces in it. Empty: no reason.
 *
 * @throws HubspokeError of class `usage` for one that is too long, or that a terminal would obey
 */
export function parseReason(text: string): string {
  const reason = text.toWellFormed().trim().replace(/\s+/g, ' ')
  if (printable(reason) !== reason) throw wrongReason('it has control characters, or some that hide or reorder text')
  const {length} = [...reason]
  if (length > longest) throw wrongReason(`it has ${length} characters, and ${longest} are the most`)
  return reason
}

function wrongReason(problem: string): HubspokeError {
  return new HubspokeError('usage', `The reason cannot be kept: ${problem}.`)
}
