import {HubspokeError} from '../../model/failure.ts'
import type {ProtectedCluster} from '../../model/plan-view.ts'
import {printable} from '../../shared/printable.ts'
import {shellWord} from '../../shared/shell-word.ts'
import type {Terminal} from '../process/terminal.ts'

/** Asks for the name of each protected context that `--confirm` has not named; false as soon as another one was typed. */
export async function confirmProtected(
  clusters: readonly ProtectedCluster[],
  confirmed: readonly string[],
  {terminal, signal}: {readonly terminal: Terminal; readonly signal: AbortSignal},
): Promise<boolean> {
  for (const {context, because} of unconfirmed(clusters, confirmed)) {
    const question = `"${printable(context)}" is protected (${printable(because)}). Type its name to go on: `
    const typed = await terminal.ask(question, signal)
    if (typed?.trim() !== context) return false
  }
  return true
}

/** @throws HubspokeError of class `usage` for protected contexts that were not confirmed, where nobody can be asked */
export function requireConfirmed(clusters: readonly ProtectedCluster[], confirmed: readonly string[]): void {
  const missing = unconfirmed(clusters, confirmed)
  if (missing.length === 0) return
  const named = missing.map(({context, because}) => `"${context}" (${because})`).join(', ')
  throw new HubspokeError('usage', `Protected and not confirmed: ${named}. Nothing was written.`, {
    suggestions: missing.map(({context}) => `--confirm ${shellWord(context)}`),
  })
}

function unconfirmed(clusters: readonly ProtectedCluster[], confirmed: readonly string[]) {
  return clusters.filter(({context}) => !confirmed.includes(context))
}
