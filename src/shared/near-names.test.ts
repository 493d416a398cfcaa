import {expect, test} from 'vitest'
import {nearNames} from './near-names.ts'

const contexts = ['prod-us', 'prod-eu', 'staging', 'dev', 'kind-local', 'Lab-B', 'Lab-A']

test.each([
  {wanted: 'prod-ue', expected: ['prod-eu', 'prod-us'], because: 'a swap is one mistake, a replaced letter too'},
  {wanted: 'stagign', expected: ['staging'], because: 'letters were swapped'},
  {wanted: 'PROD-EU', expected: ['prod-eu', 'prod-us'], because: 'case is ignored'},
  {wanted: 'prd-*', expected: [], because: 'too far away'},
  {wanted: 'local', expected: ['kind-local'], because: 'a part of the name'},
  {wanted: 'prod*', expected: ['prod-eu', 'prod-us'], because: 'wildcards are ignored'},
  {wanted: 'dve', expected: ['dev'], because: 'a short name allows one mistake'},
  {wanted: 'lab-c', expected: ['Lab-A', 'Lab-B'], because: 'case is ignored, and equally near names are sorted'},
  {wanted: 'eu', expected: [], because: 'two letters match too many names'},
  {wanted: 'dvv', expected: ['dev'], because: 'one mistake'},
  {wanted: 'vvv', expected: [], because: 'two mistakes are too many for a short name'},
  {wanted: 'dev1', expected: ['dev'], because: 'a name may be shorter'},
  {wanted: '*', expected: [], because: 'nothing is left to compare'},
  {wanted: 'zzz', expected: [], because: 'nothing is near'},
])('$wanted: $because', ({wanted, expected}) => {
  expect(nearNames(wanted, contexts)).toEqual(expected)
})

test('names three at most, nearest first, each once', () => {
  expect(nearNames('web-1', ['web-12', 'web-1x', 'web-1', 'web-1', 'web-2', 'web-3'])).toEqual([
    'web-1',
    'web-12',
    'web-1x',
  ])
})
