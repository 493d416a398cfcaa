import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {permissionsMarkdown} from '../../src/summary/permissions-markdown.ts'

test('docs/permissions.md ends with the tables that the code holds', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'permissions.md'), 'utf8')
  expect(page.slice(page.indexOf('\n## ') + 1)).toBe(permissionsMarkdown())
})
