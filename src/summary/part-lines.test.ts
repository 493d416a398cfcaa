import {describe, expect, test} from 'vitest'
import type {PartEntry} from '../model/result.ts'
import {partCounts, partSentences} from './part-lines.ts'

const part = (name: string, outcome: PartEntry['outcome'], reason = ''): PartEntry => ({
  ...{name, outcome, reason, failure: null, diff: []},
})
const parts = [
  part('a', 'succeeded', 'created'),
  part('b', 'not-run'),
  part('c', 'failed', 'refused'),
  part('d', 'unchanged'),
]

describe('the parts of a target', () => {
  test('are counted by outcome, the worst first', () => {
    expect(partCounts(parts)).toBe('4 parts: 1 failed, 1 not run, 1 unchanged, 1 succeeded')
    expect(partCounts(parts.slice(0, 1))).toBe('1 part: 1 succeeded')
    expect(partCounts([])).toBe('')
  })

  test('that need attention have a sentence; with wide, also those that were not run', () => {
    expect(partSentences(parts, {wide: false, width: 80})).toEqual(['failed: c: refused'])
    expect(partSentences(parts, {wide: true, width: 80})).toEqual(['failed: c: refused', 'not run: b'])
  })

  test('a failure without a reason has its message', () => {
    const failure = {class: 'conflict', message: 'The field is owned by helm.', suggestions: []} as const
    expect(partSentences([{...part('a', 'failed'), failure}], {wide: false, width: 80})).toEqual([
      'failed: a: The field is owned by helm.',
    ])
  })

  test('on a terminal only the first ones, in a pipe all', () => {
    const many = Array.from({length: 9}, (_, index) => part(`p${index}`, 'unverified'))
    expect(partSentences(many, {wide: false, width: 80}).slice(4)).toEqual([
      'unverified: p4',
      '… and 4 more; -o wide shows all.',
    ])
    expect(partSentences(many, {wide: false, width: undefined})).toHaveLength(9)
  })
})
