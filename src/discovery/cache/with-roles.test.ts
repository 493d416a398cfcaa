import {expect, test} from 'vitest'
import {withRoles} from './with-roles.ts'

/** A list that counts how often one of its elements is read. */
function counted(list: readonly string[], onRead: () => void): readonly string[] {
  return new Proxy(list, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) onRead()
      return Reflect.get(target, key)
    },
  })
}

test('a container that is named as an init container or a sidecar has that role; an init container is no sidecar', () => {
  const roles = withRoles({containers: ['a', 'b', 'c', 'd'], init: ['b', 'd'], sidecars: ['c', 'd', 'elsewhere']})
  expect(roles).toEqual([
    {container: 'a', role: 'container'},
    {container: 'b', role: 'init'},
    {container: 'c', role: 'sidecar'},
    {container: 'd', role: 'init'},
  ])
})

test('each name is read once, however many there are', () => {
  const names = (letter: string) => Array.from({length: 500}, (_, i) => `${letter}${i}`)
  let reads = 0
  const count = () => reads++
  withRoles({
    containers: counted(names('a'), count),
    init: counted(names('b'), count),
    sidecars: counted(names('c'), count),
  })
  expect(reads).toBe(1_500)
})
