import {expect, test} from 'vitest'
import {toSelector} from './pod-selector.ts'

test('a selector with expressions', () => {
  const matchExpressions = [
    {key: 'tier', operator: 'In', values: ['a', 'b']},
    {key: 'env', operator: 'NotIn', values: ['dev']},
    {key: 'team', operator: 'Exists'},
    {key: 'old', operator: 'DoesNotExist'},
  ]
  expect(toSelector({matchLabels: {app: 'web'}, matchExpressions})).toBe(
    'app=web,tier in (a,b),env notin (dev),team,!old',
  )
})
