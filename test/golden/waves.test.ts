import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {parseWaves} from '../../src/cli/flags/parse-waves.ts'
import {planWaves} from '../../src/distribution/waves/plan-waves.ts'
import {targetOf} from '../support/distribution/target.ts'

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'waves.md'), 'utf8')
const rows = [...page.matchAll(/^\| `(.+)` \| (\d+) \| ([\d, ]+) \|$/gm)].map(([, text = '', targets, sizes = '']) => ({
  text,
  targets: Number(targets),
  sizes: sizes.split(', ').map(Number),
}))

test('docs/waves.md has its table', () => {
  expect(rows).toHaveLength(8)
})

test.each(rows)('docs/waves.md: $text of $targets is $sizes', ({text, targets, sizes}) => {
  const plan = Array.from({length: targets}, (_, index) => targetOf(`web-${index}`))
  expect(planWaves(plan, {marks: parseWaves(text), unit: 'target'}).map((wave) => wave.length)).toEqual(sizes)
})
