import {exitCodes} from '../model/exit-code.ts'

const rows = Object.values(exitCodes).map(({code, means}) => ({code: `${code}`, means}))

/** The exit codes as help shows them: one line each. */
export function exitCodeHelp(): string {
  const width = Math.max(...rows.map(({code}) => code.length))
  return rows.map(({code, means}) => `${code.padStart(width)}  ${means}`).join('\n')
}

/** The exit codes as a Markdown table, for `docs/exit-codes.md`. */
export function exitCodeMarkdown(): string {
  const lines = ['| code | means |', '|---:|---|', ...rows.map(({code, means}) => `| ${code} | ${means} |`)]
  return `${lines.join('\n')}\n`
}
