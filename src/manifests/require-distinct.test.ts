import {expect, test} from 'vitest'
import {requireDistinct} from './require-distinct.ts'
import {manifest, parsed} from './testing/manifests.ts'

test('one object in two places is refused with both', () => {
  const one = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n'
  const manifests = parsed(`${one}---\n${one.replace('apps/v1', 'apps/v1beta1')}`)
  expect(() => requireDistinct(manifests)).toThrow(
    'shop/Deployment/web is there twice: in a.yaml, line 1, and in a.yaml, line 5.',
  )
})

test('no object is refused', () => {
  expect(() => requireDistinct([])).toThrow('There is no object in the files.')
})

test('another group, kind, name or namespace is another object', () => {
  const manifests = [
    ...[manifest('v1', 'Service'), manifest('serving.knative.dev/v1', 'Service'), manifest('v1', 'Secret')],
    ...[manifest('v1', 'Secret', 'two'), manifest('v1', 'Secret', 'one', {metadata: {name: 'one', namespace: 'a'}})],
  ]
  expect(requireDistinct(manifests)).toBe(manifests)
})
