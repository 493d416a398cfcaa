import {expect, test} from 'vitest'
import {readYaml} from './yaml-reader.ts'

const textsOf = (text: string, key: string) => {
  const reader = readYaml(text, {path: 'a.yaml'})
  return reader.texts(reader.items(reader.root).find(({name}) => name === key))
}

test('an alias is what its anchor was last set to before it', () => {
  const text = 'one: &a [x]\ntwo: *a\nthree: &a [y]\nfour: *a\n'
  expect(['two', 'four'].map((key) => textsOf(text, key))).toEqual([['x'], ['y']])
})

test('an alias without an anchor before it is an error with its position', () => {
  const says =
    'The config file a.yaml is not valid YAML (line 1): "*prod" is an alias, and there is no "&prod" before it'
  expect(() => readYaml('groups: *prod\nlater: &prod [a]\n', {path: 'a.yaml'})).toThrow(says)
})

test('hundreds of thousands of aliases are followed in one pass', () => {
  expect(textsOf(`a: &a x\nb: [${'*a,'.repeat(200_000)}]`, 'b')).toHaveLength(200_000)
})
