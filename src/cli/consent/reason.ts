import {HubspokeError} from '../../model/failure.ts'
import {printable} from '../../shared/printable.ts'
import type {Terminal} from '../process/terminal.ts'

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

/** The reason that the command line or the environment gave; undefined: none. */
export function saidReason({reason}: {readonly reason?: string | undefined}): string | undefined {
  return reason === '' ? undefined : reason
}

/** What a person at the terminal says; asked once more where there is no answer. Undefined: there is none again. */
export async function askReason(terminal: Terminal, signal: AbortSignal): Promise<string | undefined> {
  const why = 'Reason (recorded on the run and the workloads): '
  return (
    (await answerTo(terminal, why, signal)) ?? answerTo(terminal, `Nothing is written without a reason. ${why}`, signal)
  )
}

async function answerTo(terminal: Terminal, question: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    return parseReason((await terminal.ask(question, signal)) ?? '') || undefined
  } catch (error) {
    if (error instanceof HubspokeError) return undefined
    throw error
  }
}

function wrongReason(problem: string): HubspokeError {
  return new HubspokeError('usage', `The reason cannot be kept: ${problem}.`)
}
