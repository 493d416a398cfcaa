import {expect, test} from 'vitest'
import {kindWithGroup, partName} from './manifest.ts'

test.each([
  {apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'shop', part: 'shop/Deployment/web'},
  {apiVersion: 'v1', kind: 'Namespace', name: 'shop', namespace: undefined, part: 'Namespace/shop'},
  {
    apiVersion: 'example.com/v1beta1',
    kind: 'Widget',
    name: 'w1',
    namespace: 'shop',
    part: 'shop/Widget.example.com/w1',
  },
  {apiVersion: 'batch/v1', kind: 'Job', name: 'j', namespace: 'shop', part: 'shop/Job.batch/j'},
])('$part', ({namespace, part, ...manifest}) => {
  expect(partName(manifest, namespace)).toBe(part)
})

test('a kind has its group, but for the core group', () => {
  expect(kindWithGroup({apiVersion: 'apps/v1', kind: 'Deployment'})).toBe('Deployment.apps')
  expect(kindWithGroup({apiVersion: 'v1', kind: 'Pod'})).toBe('Pod')
})
