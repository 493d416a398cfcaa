import {globMatches, isGlob} from '../../image/glob.ts'
import type {ContextRef} from '../../model/cluster.ts'
import {HubspokeError} from '../../model/failure.ts'
import {nearNames} from '../../shared/near-names.ts'
import {printable} from '../../shared/printable.ts'
import {quoted} from '../../shared/problem.ts'
import {shellWord} from '../../shared/shell-word.ts'

/** The user's selection of contexts. */
export interface ContextChoice {
  /** All contexts of the kubeconfig, in its order. */
  readonly contexts: readonly ContextRef[]
  /** The patterns of `-c`: globs over names, `!pattern` to exclude. Their order has no meaning: an exclude always wins. */
  readonly patterns: readonly string[]
  /** The origin of the patterns, if they were not typed. */
  readonly patternsFrom?: string | undefined
  /** The groups of `-g`: their contexts are added to those of the patterns. */
  readonly groups: readonly ContextGroup[]
  /** The names of all groups, suggested when nothing was selected. */
  readonly knownGroups: readonly string[]
  readonly allContexts: boolean
  /** Does the command write? Then all contexts are selected only on request. */
  readonly writes: boolean
}

/** A named selection of contexts in the config file. Its exclude patterns apply only to this group. */
export interface ContextGroup {
  readonly name: string
  readonly patterns: readonly string[]
  /** Path of the config file. */
  readonly from: string
}

/** Both in the order of the kubeconfig. */
export interface SelectedContexts {
  readonly selected: readonly ContextRef[]
  readonly leftOut: readonly ContextRef[]
}

const atMostNamed = 10

/**
 * The selected contexts, and the others: all contexts of a group or a pattern, without those that `!pattern` excludes.
 *
 * @throws HubspokeError of class `usage` when a pattern (an exclude, and one of a group too) matches no context, when
 * nothing is left, and when a command that writes has no selection
 */
export function selectContexts(choice: ContextChoice): SelectedContexts {
  const {contexts, patterns, groups, allContexts, writes} = choice
  const names = contexts.map(({name}) => name)
  if (names.length === 0) {
    throw new HubspokeError('usage', 'The kubeconfig has no contexts.', {suggestions: ['kubectl config get-contexts']})
  }
  const {wanted, unwanted} = parted(patterns)
  refuseUnmatched(choice, names)
  const isChosen = wanted.patterns.length > 0 || groups.length > 0
  if (allContexts && isChosen) {
    throw new HubspokeError('usage', 'Use --all-contexts, or name contexts with -c or -g, not both.', {
      suggestions: ["--all-contexts -c '!PATTERN'  to take all but some"],
    })
  }
  if (writes && !allContexts && !isChosen) throw notTold(choice, unwanted.patterns.length > 0)
  const members = new Set(groups.flatMap((group) => membersOf(group, names)))
  const isSelected = ({name}: ContextRef): boolean =>
    (!isChosen || members.has(name) || wanted.matches(name)) && !unwanted.matches(name)
  const selected = contexts.filter(isSelected)
  if (selected.length === 0) throw new HubspokeError('usage', 'The patterns of -c leave no context.')
  return {selected, leftOut: contexts.filter((context) => !isSelected(context))}
}

function membersOf({name, patterns, from}: ContextGroup, names: readonly string[]): readonly string[] {
  const group = `The group ${quoted(name)} of ${printable(from)}`
  const unmatched = unmatchedOf(patterns, names)
  if (unmatched.length > 0) {
    const near = unmatched.flatMap((pattern) => nearNames(bare(pattern), names))
    const suggestions = [...new Set(near)].map((one) => `${quoted(one)}  is a context`)
    const message = `${group} names what no context of the kubeconfig matches: ${unmatched.map(quoted).join(', ')}.`
    throw new HubspokeError('usage', message, {suggestions})
  }
  const {wanted, unwanted} = parted(patterns)
  const members = names.filter((one) => wanted.matches(one) && !unwanted.matches(one))
  if (members.length === 0) throw new HubspokeError('usage', `${group} leaves no context.`)
  return members
}

function parted(patterns: readonly string[]) {
  return {
    wanted: matcherOf(patterns.filter((pattern) => !pattern.startsWith('!'))),
    unwanted: matcherOf(patterns.filter((pattern) => pattern.startsWith('!')).map(bare)),
  }
}

/** Names without a wildcard are looked up: a group may list hundreds. */
function matcherOf(patterns: readonly string[]) {
  const names = new Set(patterns)
  const globs = patterns.filter(isGlob)
  return {
    patterns,
    matches: (name: string) => names.has(name) || globs.some((glob) => globMatches(glob, name)),
  }
}

const bare = (pattern: string): string => (pattern.startsWith('!') ? pattern.slice(1) : pattern)

function unmatchedOf(patterns: readonly string[], names: readonly string[]): readonly string[] {
  const known = new Set(names)
  const isKnown = (pattern: string) => known.has(pattern) || names.some((name) => globMatches(pattern, name))
  return patterns.filter((pattern) => !isKnown(bare(pattern)))
}

function refuseUnmatched({patterns, patternsFrom}: ContextChoice, names: readonly string[]): void {
  const unmatched = unmatchedOf(patterns, names)
  if (unmatched.length === 0) return
  const near = unmatched.flatMap((pattern) => {
    const exclude = pattern.startsWith('!') ? '!' : ''
    return nearNames(bare(pattern), names).map((name) => exclude + name)
  })
  const from = patternsFrom === undefined ? '' : `${printable(patternsFrom)}: `
  throw new HubspokeError('usage', `${from}No context of the kubeconfig matches ${unmatched.map(quoted).join(', ')}.`, {
    suggestions: asOptions(near.length > 0 ? [...new Set(near)] : names),
  })
}

function notTold({contexts, knownGroups}: ContextChoice, onlyExcludes: boolean): HubspokeError {
  const why = onlyExcludes
    ? 'A command that writes needs the contexts to include, not only those to exclude.'
    : 'A command that writes needs the contexts to include.'
  const groups = knownGroups.slice(0, atMostNamed).map((name) => `-g ${name}`)
  return new HubspokeError('usage', why, {
    suggestions: [...groups, ...asOptions(contexts.map(({name}) => name)), '--all-contexts'],
  })
}

function asOptions(names: readonly string[]): string[] {
  const options = names.slice(0, atMostNamed).map((name) => `-c ${shellWord(name)}`)
  return names.length > atMostNamed ? [...options, `(and ${names.length - atMostNamed} more contexts)`] : options
}
