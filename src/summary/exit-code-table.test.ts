import {expect, test} from 'vitest'
import {exitCodes} from '../model/exit-code.ts'
import {exitCodeMarkdown, exitCodeRows} from './exit-code-table.ts'

test('help and documentation have every exit code with what it means', () => {
  for (const {code, means} of Object.values(exitCodes)) {
    expect(exitCodeRows()).toContainEqual([`${code}`, means])
    expect(exitCodeMarkdown().split('\n')).toContain(`| ${code} | ${means} |`)
  }
})

test('the Markdown is one table', () => {
  expect(exitCodeMarkdown()).toMatch(/^\| code \| means \|\n\|---:\|---\|\n(\| \d+ \| [^|\n]+ \|\n)+$/)
})
