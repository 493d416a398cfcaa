import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const page = readFileSync(join(root, 'docs', 'adding-a-verb.md'), 'utf8')
const quotes = [...page.matchAll(/^`(src\/[^`]+)`\n\n```ts\n([\s\S]*?)\n```$/gm)].map(([, path = '', code = '']) => ({
  path,
  code,
}))

test('every block of code on the page names its file', () => {
  expect(quotes.length).toBe(page.split('```ts').length - 1)
  expect(quotes.length).toBeGreaterThan(3)
})

test.each(quotes)('docs/adding-a-verb.md quotes $path as it is', ({path, code}) => {
  expect(readFileSync(join(root, path), 'utf8')).toContain(code)
})
