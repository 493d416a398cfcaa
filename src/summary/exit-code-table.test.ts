import {expect, test} from 'vitest'
import {exitCodes} from '../model/exit-code.ts'
import {exitCodeHelp, exitCodeMarkdown} from './exit-code-table.ts'

test('help and documentation have every exit code with what it means', () => {
  for (const {code, means} of Object.values(exitCodes)) {
    expect(exitCodeHelp().split('\n')).toContain(`${`${code}`.padStart(3)}  ${means}`)
    expect(exitCodeMarkdown().split('\n')).toContain(`| ${code} | ${means} |`)
  }
})

test('the Markdown is one table', () => {
  expect(exitCodeMarkdown()).toMatch(/^\| code \| means \|\n\|---:\|---\|\n(\| \d+ \| [^|\n]+ \|\n)+$/)
})
