/** The relevant properties of a flag that a command declares. */
export interface FlagFacts {
  readonly type: 'boolean' | 'option'
  readonly char?: string | undefined
  readonly multiple?: boolean | undefined
  readonly allowNo?: boolean | undefined
  readonly env?: string | undefined
}

export type FlagTable = Readonly<Record<string, FlagFacts>>

/** The value of one flag in one source. */
export interface Said {
  /** A switch that is on has the value `true`; one that is off has no value. */
  readonly values: readonly string[]
  /** The equivalent command line; empty for the command line itself. */
  readonly words: readonly string[]
  /** A switch was given a value, which it does not take: `--yes=false`. */
  readonly hasNeedlessValue?: true
  /** Undefined: the command line. */
  readonly origin?: string
}

/** The flags of one source, by their names. */
export type FlagLevel = ReadonlyMap<string, Said>

/** The flags in the environment; commas separate the values of a flag that may be repeated. */
export function saidInEnvironment(flags: FlagTable, env: Readonly<Record<string, string | undefined>>): FlagLevel {
  const said = Object.entries(flags).flatMap(([name, flag]): [string, Said][] => {
    const value = flag.env === undefined ? '' : (env[flag.env] ?? '')
    if (flag.env === undefined || value === '') return []
    const isOn = ['1', 'true', 'y', 'yes'].includes(value.toLowerCase())
    const values = flag.type === 'boolean' ? [`${isOn}`] : flag.multiple ? value.split(',') : [value]
    return [[name, {...spelledOut(name, flag, values), origin: flag.env}]]
  })
  return new Map(said)
}

/** These values of a flag as words of a command line. A switch without a `--no-…` form is off without any word. */
export function spelledOut(name: string, flag: FlagFacts, values: readonly string[]): Said {
  if (flag.type === 'option') return {values, words: values.map((value) => `--${name}=${value}`)}
  if (values.at(-1) === 'true') return {values: ['true'], words: [`--${name}`]}
  return {values: [], words: flag.allowNo ? [`--no-${name}`] : []}
}

/** Several sources combined: the words to add to the command line, and the source of each flag. */
export interface FilledIn {
  readonly words: readonly string[]
  readonly said: FlagLevel
}

/**
 * For each flag, the first source that sets it; the first source is the command line. Flags that choose the
 * same thing replace each other: `-c prod-eu` replaces a group that another source names. A pattern that only excludes
 * (`!pattern`) is not a choice: it replaces no choice, and no choice replaces it.
 */
export function fillIn(levels: readonly FlagLevel[]): FilledIn {
  const said = new Map<string, Said>()
  const chosen = new Set<string>()
  for (const level of levels) {
    const fresh = [...level].filter(
      ([name, one]) => !said.has(name) && !(chooses(name, one) && chosen.has(choiceOf(name))),
    )
    for (const [name, one] of fresh) said.set(name, one)
    for (const [name, one] of fresh) if (chooses(name, one)) chosen.add(choiceOf(name))
  }
  return {words: [...said.values()].flatMap(({words}) => words), said}
}

const choosesContexts: readonly string[] = ['context', 'group', 'all-contexts']

/** Flags that replace each other. */
const choices: readonly (readonly string[])[] = [choosesContexts, ['output', 'json'], ['failed', 'not-run']]

/** The first of the flags that replace each other identifies the choice. */
function choiceOf(name: string): string {
  return choices.find((names) => names.includes(name))?.[0] ?? name
}

function chooses(name: string, {values}: Said): boolean {
  if (name !== 'context') return values.length > 0
  return values.flatMap((value) => value.split(',')).some((pattern) => !pattern.trim().startsWith('!'))
}

/**
 * Where the contexts were chosen when that was not on the command line: they are marked in the plan.
 */
export function contextsFrom({said}: Pick<FilledIn, 'said'>): string | undefined {
  const origins = [...said].flatMap(([name, one]) =>
    choosesContexts.includes(name) && chooses(name, one) && one.origin !== undefined ? [one.origin] : [],
  )
  return origins.length === 0 ? undefined : [...new Set(origins)].join(' and ')
}
