import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {decide} from './decide.ts'
import {acceptsTag, bestTag, isTag, isUpgrade, isVersion} from './tag-rule.ts'
import {parseTestRules, ruleOf} from './testing/parse-test-rules.ts'

const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'listen-rules.md'), 'utf8')

interface Row {
  readonly number: string
  readonly keys: string
  readonly from: string
  readonly pushed: readonly string[]
  readonly restarts: readonly string[]
  readonly sets: string | undefined
}

/** The rows of the table whose first cell is a number; a `|` in a cell is written `\|`. */
const rows = page.split('\n').flatMap((line): readonly Row[] => {
  const cells = line.split(/(?<!\\)\|/).map((cell) =>
    cell
      .trim()
      .replace(/^`(.*)`$/, '$1')
      .replaceAll('\\|', '|'),
  )
  const [, number = '', keys = '', from = '', pushed = '', restarts = '', sets = ''] = cells
  if (!/^\d+$/.test(number)) return []
  const listed = (text: string) => (text === '–' ? [] : text.split(', '))
  return [{number, keys, from, pushed: listed(pushed), restarts: listed(restarts), sets: listed(sets)[0]}]
})

const repository = 'ghcr.io/acme/web'

describe('the table of docs/listen-rules.md', () => {
  test('has its rows, numbered', () => {
    expect(rows.map(({number}) => Number(number))).toEqual(Array.from({length: 42}, (_, index) => index + 1))
  })

  test.each(rows)('row $number: $keys, $from, $pushed', ({keys, from, pushed, restarts, sets}) => {
    const restart = ruleOf(keys)
    const decided = pushed.filter((tag) => 'rule' in decide([restart], {repository, tag}))
    expect(decided).toEqual(restarts)
    const setImage = ruleOf(keys === '' ? 'do: set-image' : `do: set-image, ${keys}`)
    const best = bestTag(setImage, decided)
    const isSet = best !== undefined && 'rule' in decide([setImage], {repository, tag: best}, {tag: from})
    expect(isSet ? best : undefined).toBe(sets)
    expect(best !== undefined && isUpgrade(setImage, from, best)).toBe(isSet)
  })
})

test('the example of the page is a valid file', () => {
  const [, example = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(page) ?? []
  expect(parseTestRules(example).rules.map(({name}) => name)).toEqual(['web-main', 'web-releases'])
})

const hostileTags = [
  '',
  '-rf',
  '.hidden',
  'a'.repeat(129),
  '1.4.2\n',
  ' 1.4.2',
  '1.4.2 ',
  '1.4.2\u0000',
  '1.4.2\u202e',
  '1.4.2,1.4.3',
  '{1.4.2}',
  '*',
  '1.4.2@sha256:00',
  '../1.4.2',
  '1.4.2+build',
  '$(reboot)',
  "1.4.2'",
  '１.4.2',
]

test.each(hostileTags)('%j is no tag, and no rule accepts it', (tag) => {
  expect(isTag(tag)).toBe(false)
  expect(isVersion(tag)).toBe(false)
  const rules = ['', 'tags: {semver: "*"}, prereleases: true', 'tags: {glob: "*"}', "tags: {regex: '.*'}"].map(ruleOf)
  expect(rules.map((rule) => acceptsTag(rule, tag))).toEqual([false, false, false, false])
  expect(rules.map((rule) => isUpgrade(rule, '1.0.0', tag))).toEqual([false, false, false, false])
  expect(rules.map((rule) => bestTag(rule, [tag]))).toEqual([undefined, undefined, undefined, undefined])
})

test.each(['99999999999999999999.0.0', '01.2.3', '1.2.3.4', 'v1', '1', '=1.2.3', 'vv1.2.3', '1.2.3-01', 'constructor'])(
  '%j is no version',
  (tag) => {
    expect(isVersion(tag)).toBe(false)
    expect(acceptsTag(ruleOf('tags: {semver: "*"}, prereleases: true'), tag)).toBe(false)
  },
)

test('the running tag may be anything', () => {
  const range = ruleOf('tags: {semver: "*"}')
  for (const tag of hostileTags) expect(isUpgrade(range, tag, '1.4.2'), tag).toBe(false)
})

test('of equal versions the one that was pushed last is set', () => {
  expect(bestTag(ruleOf(), ['v1.4.2', '1.4.2'])).toBe('1.4.2')
})

test('the last tag is set where one of them is no version', () => {
  expect(bestTag(ruleOf(), ['1.4.3', 'main', '1.4.2'])).toBe('1.4.2')
})
