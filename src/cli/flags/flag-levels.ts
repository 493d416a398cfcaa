/** What is looked at of the flags that a command declares. */
export interface FlagFacts {
  readonly type: 'boolean' | 'option'
  readonly char?: string | undefined
  readonly multiple?: boolean | undefined
  readonly allowNo?: boolean | undefined
  readonly env?: string | undefined
}

export type FlagTable = Readonly<Record<string, FlagFacts>>

/** What one source says of one flag. */
export interface Said {
  /** A switch that is on says `true`, one that is off nothing. */
  readonly values: readonly string[]
  /** What would have to be typed to say the same; empty where it was typed. */
  readonly words: readonly string[]
  /** Undefined: the command line. */
  readonly origin?: string
}

/** What one source says, by the name of the flag. */
export type FlagLevel = ReadonlyMap<string, Said>

/** What the environment says; commas separate the values of a flag that may be repeated. */
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

/** The words that say these values of a flag. A switch that cannot be turned off by words is off without any. */
export function spelledOut(name: string, flag: FlagFacts, values: readonly string[]): Said {
  if (flag.type === 'option') return {values, words: values.map((value) => `--${name}=${value}`)}
  if (values.at(-1) === 'true') return {values: ['true'], words: [`--${name}`]}
  return {values: [], words: flag.allowNo ? [`--no-${name}`] : []}
}

/** What several sources say together: the words to add to the command line, and where what counts comes from. */
export interface FilledIn {
  readonly words: readonly string[]
  readonly said: FlagLevel
}

/**
 * Of each flag what the first source says that says anything, the command line before all others. Flags that choose the
 * same thing go together: who types `-c prod-eu` wants nothing of a group that another source names. What only leaves out
 * (`!pattern`) chooses nothing: it replaces no choice, and no choice replaces it.
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

/** Flags that choose the same thing. */
const choices: readonly (readonly string[])[] = [choosesContexts, ['output', 'json'], ['failed', 'not-run']]

/** The first of the flags that choose the same thing stands for all of them. */
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
