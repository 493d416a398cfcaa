import {type ExitName, exitCodes} from '../model/exit-code.ts'

const rows = (Object.keys(exitCodes) as ExitName[]).map((name) => ({name, ...exitCodes[name]}))

export const allExits: readonly ExitName[] = rows.map(({name}) => name)

/** Exit codes as help lists them, in the order of their numbers: each with what it means. */
export function exitCodeRows(names: readonly ExitName[]): [string, string][] {
  return rows.filter(({name}) => names.includes(name)).map(({code, means}) => [`${code}`, means])
}

/** The exit codes as a Markdown table, for `docs/exit-codes.md`. */
export function exitCodeMarkdown(): string {
  const lines = ['| code | means |', '|---:|---|', ...rows.map(({code, means}) => `| ${code} | ${means} |`)]
  return `${lines.join('\n')}\n`
}
