import type {ContextRef} from '../../model/cluster.ts'
import {HubspokeError} from '../../model/failure.ts'
import {shellWord} from '../../shared/shell-word.ts'
import {globMatches} from '../image/glob.ts'
import {quoted} from '../problem.ts'
import {nearNames} from './near-names.ts'

/** What was said about contexts. */
export interface ContextChoice {
  /** All contexts of the kubeconfig, in its order. */
  readonly contexts: readonly ContextRef[]
  /** The patterns of `-c`: globs over names, `!pattern` to exclude. Their order means nothing: an exclude always wins. */
  readonly patterns: readonly string[]
  readonly allContexts: boolean
  /** Does the command write? Then all contexts are taken only when that was said. */
  readonly writes: boolean
}

/** Both in the order of the kubeconfig. */
export interface SelectedContexts {
  readonly selected: readonly ContextRef[]
  readonly leftOut: readonly ContextRef[]
}

const atMostNamed = 10

/**
 * The contexts to reach, and those that are not.
 *
 * @throws HubspokeError of class `usage` when a pattern (an exclude too) matches no context, when nothing is left, and
 * when a command that writes was not told where
 */
export function selectContexts({contexts, patterns, allContexts, writes}: ContextChoice): SelectedContexts {
  const names = contexts.map(({name}) => name)
  if (names.length === 0) {
    throw new HubspokeError('usage', 'The kubeconfig has no contexts.', {suggestions: ['kubectl config get-contexts']})
  }
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!'))
  const unwanted = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1))
  refuseUnmatched(patterns, names)
  if (allContexts && wanted.length > 0) {
    throw new HubspokeError('usage', 'Say --all-contexts or name contexts with -c, not both.', {
      suggestions: ["--all-contexts -c '!PATTERN'  to take all but some"],
    })
  }
  if (writes && !allContexts && wanted.length === 0) throw notTold(names, unwanted.length > 0)
  const isSelected = ({name}: ContextRef): boolean =>
    (wanted.length === 0 || matchesAny(wanted, name)) && !matchesAny(unwanted, name)
  const selected = contexts.filter(isSelected)
  if (selected.length === 0) throw new HubspokeError('usage', 'The patterns of -c leave no context.')
  return {selected, leftOut: contexts.filter((context) => !isSelected(context))}
}

function matchesAny(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => globMatches(pattern, name))
}

function refuseUnmatched(patterns: readonly string[], names: readonly string[]): void {
  const bare = (pattern: string): string => (pattern.startsWith('!') ? pattern.slice(1) : pattern)
  const unmatched = patterns.filter((pattern) => !names.some((name) => globMatches(bare(pattern), name)))
  if (unmatched.length === 0) return
  const near = unmatched.flatMap((pattern) => {
    const exclude = pattern.startsWith('!') ? '!' : ''
    return nearNames(bare(pattern), names).map((name) => exclude + name)
  })
  throw new HubspokeError('usage', `No context of the kubeconfig matches ${unmatched.map(quoted).join(', ')}.`, {
    suggestions: asOptions(near.length > 0 ? [...new Set(near)] : names),
  })
}

function notTold(names: readonly string[], onlyExcludes: boolean): HubspokeError {
  const why = onlyExcludes
    ? 'A command that writes must be told which contexts to take, not only which to leave out.'
    : 'A command that writes must be told which contexts to take.'
  return new HubspokeError('usage', why, {suggestions: [...asOptions(names), '--all-contexts']})
}

function asOptions(names: readonly string[]): string[] {
  const options = names.slice(0, atMostNamed).map((name) => `-c ${shellWord(name)}`)
  return names.length > atMostNamed ? [...options, `(and ${names.length - atMostNamed} more contexts)`] : options
}
