import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {exitCodeMarkdown} from '../../src/summary/exit-code-table.ts'

const root = join(import.meta.dirname, '..', '..')

test('docs/exit-codes.md holds the table that the code holds', () => {
  expect(readFileSync(join(root, 'docs', 'exit-codes.md'), 'utf8')).toContain(exitCodeMarkdown())
})

test('the README installs what can be installed: the package of this version, packed from a clone', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect(readme).toContain(`npm install --global ./hubspoke-${version}.tgz`)
  // Nothing is published: a package of that name could contain anything.
  expect(readme).not.toMatch(/npm (install|i) (-g|--global) hubspoke|npx hubspoke/)
})
