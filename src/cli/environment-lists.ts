/** What is looked at of the flags that a command declares. */
export interface ListFlag {
  readonly char?: string | undefined
  readonly multiple?: boolean | undefined
  readonly env?: string | undefined
}

/**
 * The words of a command line with those flags that may be repeated and were not said filled in from the environment,
 * where commas separate their values: oclif itself takes such a variable for a single value.
 */
export function withEnvironmentLists(
  argv: readonly string[],
  flags: Readonly<Record<string, ListFlag>>,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  const said = argv.slice(0, end)
  const added = Object.entries(flags).flatMap(([name, {char, multiple, env: variable}]) => {
    const value = variable === undefined ? '' : (env[variable] ?? '')
    if (!multiple || value === '' || said.some((word) => isFlag(word, name, char))) return []
    return value.split(',').map((item) => `--${name}=${item}`)
  })
  return [...said, ...added, ...argv.slice(end)]
}

function isFlag(word: string, name: string, char: string | undefined): boolean {
  if (word === `--${name}` || word.startsWith(`--${name}=`)) return true
  return char !== undefined && word.startsWith(`-${char}`) && !word.startsWith('--')
}
