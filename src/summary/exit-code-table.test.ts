import {expect, test} from 'vitest'
import {exitCodes} from '../model/exit-code.ts'
import {allExits, exitCodeMarkdown, exitCodeRows} from './exit-code-table.ts'

test('help and documentation have every exit code with what it means', () => {
  for (const {code, means} of Object.values(exitCodes)) {
    expect(exitCodeRows(allExits)).toContainEqual([`${code}`, means])
    expect(exitCodeMarkdown().split('\n')).toContain(`| ${code} | ${means} |`)
  }
})

test('help can name the codes of one command, in their order', () => {
  expect(exitCodeRows(['bug', 'ok']).map(([code]) => code)).toEqual(['0', '70'])
})

test('the Markdown is one table', () => {
  expect(exitCodeMarkdown()).toMatch(/^\| code \| means \|\n\|---:\|---\|\n(\| \d+ \| [^|\n]+ \|\n)+$/)
})
