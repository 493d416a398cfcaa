import {exitCodes} from '../model/exit-code.ts'

const rows = Object.values(exitCodes).map(({code, means}) => ({code: `${code}`, means}))

/** The exit codes as help lists them: each with what it means. */
export function exitCodeRows(): [string, string][] {
  return rows.map(({code, means}) => [code, means])
}

/** The exit codes as a Markdown table, for `docs/exit-codes.md`. */
export function exitCodeMarkdown(): string {
  const lines = ['| code | means |', '|---:|---|', ...rows.map(({code, means}) => `| ${code} | ${means} |`)]
  return `${lines.join('\n')}\n`
}
