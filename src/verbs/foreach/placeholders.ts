import {HubspokeError} from '../../model/failure.ts'
import {nearNames} from '../../shared/near-names.ts'
import {quoted} from '../../shared/problem.ts'

/** What the words of a command can name of their target. */
export const placeholders = ['context', 'namespace', 'kind', 'name', 'image'] as const

export type Placeholder = (typeof placeholders)[number]

/** Those that a target has. */
export type Values = Readonly<Partial<Record<Placeholder, string>>>

/** `{name}`; `\{name}` is that text itself, and double braces belong to Go templates. */
const pattern = /\\\{([a-z]+)\}|(?<!\{)\{([a-z]+)\}(?!\})/g

/** @throws HubspokeError of class `usage` for a placeholder that the targets do not have */
export function requireKnownPlaceholders(words: readonly string[], known: readonly Placeholder[]): void {
  for (const word of words) {
    for (const [, , name] of word.matchAll(pattern)) {
      if (name === undefined || known.some((one) => one === name)) continue
      throw unknownPlaceholder(name, known)
    }
  }
}

function unknownPlaceholder(name: string, known: readonly Placeholder[]): HubspokeError {
  const isOfWorkloads = placeholders.some((one) => one === name)
  const why = isOfWorkloads
    ? `{${name}} is a placeholder of workloads, and without IMAGE the command runs once per context`
    : `There is no placeholder ${quoted(`{${name}}`)}. CMD may contain ${known.map((one) => `{${one}}`).join(', ')}`
  return new HubspokeError('usage', `${why}. Nothing was started.`, {
    suggestions: [
      ...nearNames(name, known).map((near) => `{${near}}`),
      ...(isOfWorkloads ? ['hubspoke foreach IMAGE -- …  to run it once per workload'] : []),
      `\\{${name}}  for this text itself`,
    ],
  })
}

/**
 * The word with the values of a target in the place of its placeholders. It stays one word, whatever the values are.
 *
 * @param quote applied to each value: for a shell, which would interpret them
 */
export function fillIn(word: string, values: Values, quote: (value: string) => string = (value) => value): string {
  return word.replaceAll(pattern, (all: string, escaped: string | undefined, name: string | undefined) => {
    if (escaped !== undefined) return `{${escaped}}`
    return quote(values[name as Placeholder] ?? all)
  })
}

/** For a POSIX shell: one word that it does not interpret. */
export function shellQuoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`
}
