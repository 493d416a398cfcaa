import {globMatches, isGlob} from '../../image/glob.ts'
import {HubspokeError} from '../../model/failure.ts'
import {quoted} from '../../shared/problem.ts'

/** The patterns of `-n`. None: all namespaces. */
export interface NamespaceChoice {
  /** As they were given, once each. */
  readonly patterns: readonly string[]
  /** Those without a wildcard: each can be listed separately, also without permission to list a whole cluster. */
  readonly names: readonly string[]
  /** Those with one: they filter a list of the whole cluster. */
  readonly globs: readonly string[]
}

/** Accepts the selected namespaces, and records which patterns matched. */
export interface NamespaceFilter {
  admits(namespace: string): boolean
  readonly patternsSeen: ReadonlySet<string>
}

/**
 * Reads the patterns of `-n`.
 *
 * @throws HubspokeError of class `usage` for an impossible name of a namespace
 */
export function chooseNamespaces(patterns: readonly string[]): NamespaceChoice {
  const impossible = patterns.filter((pattern) => !/^[a-z0-9*?-]{1,253}$/.test(pattern))
  if (impossible.length > 0) {
    throw new HubspokeError('usage', `No namespace can match ${impossible.map(quoted).join(', ')}.`, {
      suggestions: ['-n NAME or -n \'PATTERN*\': lower-case letters, digits and "-", with * and ? as wildcards'],
    })
  }
  const once = [...new Set(patterns)]
  return {patterns: once, names: once.filter((pattern) => !isGlob(pattern)), globs: once.filter(isGlob)}
}

/** Is the namespace selected? */
export function isChosen(choice: NamespaceChoice, namespace: string): boolean {
  return choice.patterns.length === 0 || choice.patterns.some((pattern) => globMatches(pattern, namespace))
}

/** A filter of its own for one reading of a cluster. */
export function filterNamespaces({patterns}: NamespaceChoice): NamespaceFilter {
  const patternsSeen = new Set<string>()
  const known = new Map<string, boolean>()
  return {
    patternsSeen,
    admits(namespace) {
      let admitted = known.get(namespace)
      if (admitted === undefined) {
        const matching = patterns.filter((pattern) => globMatches(pattern, namespace))
        for (const pattern of matching) patternsSeen.add(pattern)
        admitted = patterns.length === 0 || matching.length > 0
        known.set(namespace, admitted)
      }
      return admitted
    },
  }
}
