import {HubspokeError} from '../../model/failure.ts'
import {parseReason} from '../flags/parse-reason.ts'
import type {Terminal} from '../process/terminal.ts'

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
