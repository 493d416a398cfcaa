import type {Agreement} from '../../hub/contract.ts'
import type {ContextRef} from '../../model/cluster.ts'
import {contextBySuffix, shortContextNames} from '../../model/context-names.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {ProtectedCluster} from '../../model/plan-view.ts'
import {nearNames} from '../../shared/near-names.ts'
import {printable} from '../../shared/printable.ts'
import {quoted} from '../../shared/problem.ts'
import {shellWord} from '../../shared/shell-word.ts'
import {someOf} from '../../shared/words.ts'
import type {Terminal} from '../process/terminal.ts'

/**
 * The contexts that `--confirm` names, by their name or by an unambiguous ending of it.
 *
 * @throws HubspokeError of class `usage` if no context has this ending, or several do: hubspoke does not guess
 */
export function confirmedContexts(typed: readonly string[], all: readonly ContextRef[]): readonly string[] {
  const names = all.map(({name}) => name)
  return typed.map((each) => {
    const meant = contextBySuffix(each, names)
    if (!('problem' in meant)) return meant.name
    const isUnknown = meant.problem === 'unknown'
    const near = isUnknown ? nearNames(each, names) : namesEndingSo(each, names)
    const what = isUnknown ? 'names no context of the kubeconfig' : 'names several contexts'
    throw new HubspokeError('usage', `--confirm "${printable(each)}" ${what}. Nothing was written.`, {
      suggestions: near.slice(0, shown).map((name) => `--confirm ${shellWord(name)}`),
    })
  })
}

const namesEndingSo = (typed: string, names: readonly string[]) =>
  names.filter((name) => name.endsWith(typed.trim().replace(/^…/, '')))

/** Notices about contexts that `--confirm` names although they need no confirmation here. */
export function needlessConfirmations(
  clusters: readonly ProtectedCluster[],
  confirmed: readonly string[],
): readonly string[] {
  return [...new Set(confirmed)]
    .filter((name) => !clusters.some(({context}) => context === name))
    .map((name) => `--confirm "${name}" confirms nothing: this context needs no confirmation here.`)
}

const shown = 3

/**
 * Asks for the name of each protected context that `--confirm` has not named, or for an unambiguous
 * ending of it. Any other text means No, with a reason unless it is a plain No.
 */
export async function confirmProtected(
  clusters: readonly ProtectedCluster[],
  confirmed: readonly string[],
  {
    terminal,
    signal,
    all,
  }: {readonly terminal: Terminal; readonly signal: AbortSignal; readonly all: readonly ContextRef[]},
): Promise<NamesTyped> {
  const names = all.map(({name}) => name)
  for (const {context, because} of unconfirmed(clusters, confirmed)) {
    const question = `"${printable(context)}" is protected (${printable(because)}). Type its name${orItsEnd(context, names)} to go on: `
    const typed = await terminal.ask(question, signal)
    const meant = contextBySuffix(typed ?? '', names)
    if ('problem' in meant || meant.name !== context) return {agreed: false, because: whyNot(typed ?? '', names)}
  }
  return {agreed: true}
}

export type NamesTyped = Pick<Agreement, 'agreed' | 'because'>

/** Why the typed text is not the requested name, as a clause; undefined: it was a plain No. */
function whyNot(typed: string, names: readonly string[]): string | undefined {
  if (/^\s*(no?)?\s*$/i.test(typed)) return undefined
  const meant = contextBySuffix(typed, names)
  if (!('problem' in meant) || meant.problem === 'unknown') {
    return `${quoted(typed.trim())} is not the name of the protected context`
  }
  const matching = namesEndingSo(typed, names)
  return `${quoted(typed.trim())} matches several contexts: ${someOf(matching.map(quoted), shown)}`
}

/** `, or "prod-eu",`: the unambiguous ending of a long name. */
function orItsEnd(context: string, names: readonly string[]): string {
  const end =
    shortContextNames(names)
      .get(context)
      ?.replace(/^…[/:_@\\| ]/, '') ?? ''
  const meant = contextBySuffix(end, names)
  return !('problem' in meant) && meant.name === context ? `, or "${printable(end)}",` : ''
}

/** @throws HubspokeError of class `usage` for protected contexts that were not confirmed, without a terminal */
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
