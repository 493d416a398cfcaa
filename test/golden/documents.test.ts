import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {exitCodeMarkdown} from '../../src/summary/exit-code-table.ts'

const root = join(import.meta.dirname, '..', '..')

test('docs/exit-codes.md holds the table that the code holds', () => {
  expect(readFileSync(join(root, 'docs', 'exit-codes.md'), 'utf8')).toContain(exitCodeMarkdown())
})
