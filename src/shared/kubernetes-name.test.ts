import {expect, test} from 'vitest'
import {isNamespaceName, isObjectName} from './kubernetes-name.ts'

test.each([
  {name: 'shop', namespace: true, object: true},
  {name: '0-a', namespace: true, object: true},
  {name: 'a'.repeat(63), namespace: true, object: true},
  {name: 'a'.repeat(64), namespace: false, object: true},
  {name: 'web.v1', namespace: false, object: true},
  {name: 'a'.repeat(254), namespace: false, object: false},
  ...['', '.', '..', '../x', 'a..b', 'a/b', '-a', 'a-', 'UP', 'a?x=1', 'a%2fb', 'a\n', ' a', '__proto__', 'ä'].map(
    (name) => ({name, namespace: false, object: false}),
  ),
])('$name', ({name, namespace, object}) => {
  expect([isNamespaceName(name), isObjectName(name)]).toEqual([namespace, object])
})
