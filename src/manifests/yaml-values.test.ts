import {expect, test} from 'vitest'
import {parseDocument} from 'yaml'
import {HubspokeError} from '../model/failure.ts'
import {yamlValue} from './yaml-values.ts'

function jsonOf(text: string): unknown {
  const document = parseDocument(text, {schema: 'failsafe', uniqueKeys: false, logLevel: 'error'})
  return yamlValue(document, (offset, sentence) => new HubspokeError('usage', `${offset}: ${sentence}`)).value
}

// Compared with what version 1.4.0 of the Go module sigs.k8s.io/yaml makes of each.
test.each([
  {text: 'a: "yes"', value: {a: 'yes'}},
  {text: "a: '0644'", value: {a: '0644'}},
  {text: 'a: ! yes', value: {a: 'yes'}},
  {text: 'a: !!str yes', value: {a: 'yes'}},
  {text: 'a: !!int "5"', value: {a: 5}},
  {text: 'a: !!bool "yes"', value: {a: true}},
  {text: 'a: !!null ""', value: {a: null}},
  {text: 'a: !!map {b: c}', value: {a: {b: 'c'}}},
  {text: 'a:\n  x\n  y', value: {a: 'x y'}},
  {text: 'a: |\n  yes\n', value: {a: 'yes\n'}},
  {text: 'a: {x, y}', value: {a: {x: null, true: null}}},
  {text: 'a:\n- \n- b', value: {a: [null, 'b']}},
  {text: '1: a', value: {'1': 'a'}},
  {text: 'yes: a', value: {true: 'a'}},
  {text: '0644: a', value: {'420': 'a'}},
  {text: '1.10: a', value: {'1.1': 'a'}},
  {text: '&k a: 1\nb: *k', value: {a: 1, b: 'a'}},
  {text: 'a: &x b\nc: *x\nd: &x e\nf: *x', value: {a: 'b', c: 'b', d: 'e', f: 'e'}},
  {text: 'a: 1\n<<: {a: 2}', value: {a: 2}},
  {text: '<<: {a: 2}\na: 1', value: {a: 1}},
  {text: 'x: &x {a: 1, b: 2}\nz: {<<: *x, b: 3}', value: {x: {a: 1, b: 2}, z: {a: 1, b: 3}}},
  {
    text: 'x: &x {a: 1}\nw: &w {a: 9, c: 1}\nz:\n  <<: [*x, *w]',
    value: {x: {a: 1}, w: {a: 9, c: 1}, z: {a: 1, c: 1}},
  },
  {text: '"<<": {a: 1}', value: {'<<': {a: 1}}},
  {text: '__proto__: {a: 1}', value: JSON.parse('{"__proto__": {"a": 1}}')},
])('$text', ({text, value}) => {
  expect(jsonOf(text)).toStrictEqual(value)
})

test.each([
  {text: 'a: 1\na: 2', error: '5: The key is there twice'},
  {text: '1: a\n"1": b', error: '5: The key is there twice'},
  {text: 'null: a', error: '0: A key of a mapping has to be text.'},
  {text: '{a: b}: c', error: '0: A key of a mapping has to be text.'},
  {text: 'a: *x', error: '3: The alias has no anchor before it.'},
  {text: 'a: &x [*x]', error: '7: The alias has no anchor before it.'},
  {text: '<<: 1', error: '4: A merge key needs a mapping'},
  {text: 'a: !foo b', error: '8: The tag is not known'},
  {text: 'a: !!binary aGk=', error: 'The tag is not known'},
  {text: 'a: !!int yes', error: 'The value is not of the type that its tag says.'},
  {text: 'a: !!set {x}', error: 'The tag is not known'},
  {text: `a: ${'['.repeat(300)}${']'.repeat(300)}`, error: 'The nesting is deeper than 200 levels.'},
  {text: 'a: .inf', error: '3: The value is not a finite number'},
])('$text is refused', ({text, error}) => {
  expect(() => jsonOf(text)).toThrow(error)
})

test('aliases that make a small document large are refused, and others are not', () => {
  const bomb = ['a: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let level = 1; level < 12; level += 1) {
    bomb.push(
      `b${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    )
  }
  expect(() => jsonOf(bomb.join('\n'))).toThrow('The aliases make the document too large.')
  const merged = [
    'a: &a {k: "',
    'x'.repeat(100_000),
    '"}\n',
    ...Array.from({length: 50}, (_, at) => `m${at}: {<<: *a}\n`),
  ]
  expect(() => jsonOf(merged.join(''))).toThrow('The aliases make the document too large.')
  const usual = ['a: &a {app: shop}', ...Array.from({length: 1_000}, (_, at) => `b${at}: *a`)]
  expect(jsonOf(usual.join('\n'))).toHaveProperty('b999', {app: 'shop'})
})
