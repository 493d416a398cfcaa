import {expect, test} from 'vitest'
import type {JsonRecord} from './manifest.ts'
import {objectDiff} from './object-diff.ts'

const app = (more: JsonRecord) => ({name: 'app', image: 'web:1', ...more})

test.each([
  {before: {spec: {replicas: 2}}, after: {spec: {replicas: 3}}, lines: ['~ spec.replicas: 2 → 3']},
  {before: {metadata: {}}, after: {metadata: {labels: {team: 'shop'}}}, lines: ['+ metadata.labels.team: "shop"']},
  {before: {spec: {paused: true}}, after: {spec: {}}, lines: ['- spec.paused: true']},
  {before: {spec: {a: {}}}, after: {spec: {}}, lines: ['- spec.a: {}']},
  {before: {spec: {a: 1}}, after: {spec: {a: [1]}}, lines: ['~ spec.a: 1 → [1]']},
  {before: {spec: {a: null}}, after: {spec: {a: {b: 1}}}, lines: ['~ spec.a: null → {"b":1}']},
  {
    before: {containers: [app({}), {name: 'b'}]},
    after: {containers: [{name: 'c'}, app({image: 'web:2'})]},
    lines: [
      '~ containers[app].image: "web:1" → "web:2"',
      '- containers[b]: {"name":"b"}',
      '+ containers[c]: {"name":"c"}',
    ],
  },
  {before: {args: ['a', 'b']}, after: {args: ['a', 'c', 'd']}, lines: ['~ args[1]: "b" → "c"', '+ args[2]: "d"']},
  {
    before: {l: [{name: 'a'}, {name: 'a', b: 1}]},
    after: {l: [{name: 'a'}, {name: 'a', b: 2}]},
    lines: ['~ l[1].b: 1 → 2'],
  },
  {
    before: {l: [{name: 'a'}, {name: 'b'}]},
    after: {l: [{name: 'b'}, {name: 'a'}]},
    lines: ['~ l: ["a","b"] → ["b","a"]'],
  },
  {
    before: {metadata: {annotations: {'a.b/c': '1'}}},
    after: {metadata: {annotations: {'a.b/c': '2'}}},
    lines: ['~ metadata.annotations["a.b/c"]: "1" → "2"'],
  },
  {before: {data: JSON.parse('{"__proto__": 1}')}, after: {data: {}}, lines: ['- data.__proto__: 1']},
  {before: {a: 'x\u001b[31my\u202e'}, after: {a: 'z'}, lines: ['~ a: "x\\u001b[31my\\u202e" → "z"']},
  {before: {a: {'k\u001b[2J': 1}}, after: {a: {}}, lines: ['- a["k"]: 1']},
])('$lines', ({before, after, lines}) => {
  expect(objectDiff(before, after)).toEqual(lines)
})

test('what a server sets, the status and the last applied configuration are not compared', () => {
  const server = {uid: 'u', resourceVersion: '1', generation: 3, creationTimestamp: 'x', managedFields: [{}]}
  const annotations = {'kubectl.kubernetes.io/last-applied-configuration': '{}'}
  expect(objectDiff({metadata: {name: 'a', ...server, annotations}, status: {a: 1}}, {metadata: {name: 'a'}})).toEqual(
    [],
  )
})

test('of a Secret no value is shown', () => {
  const secret = (value: string, more: JsonRecord) => ({
    ...{kind: 'Secret', type: 'Opaque', stringData: {other: value}, unknown: {field: value}, ...more},
    metadata: {name: 'a', labels: {team: 'shop'}, annotations: {note: value}},
  })
  const lines = objectDiff(
    secret('hunter2', {data: {password: 'hunter2'}}),
    secret('hunter3', {data: {password: 'hunter3', added: 'hunter3'}, type: 'x'}),
  )
  expect(lines).toEqual([
    '+ data.added: added (value not shown)',
    '~ data.password: changed (value not shown)',
    '~ metadata.annotations.note: changed (value not shown)',
    '~ stringData.other: changed (value not shown)',
    '~ type: "Opaque" → "x"',
    '~ unknown.field: changed (value not shown)',
  ])
  expect(objectDiff(undefined, secret('hunter2', {data: 'hunter2'})).join()).not.toContain('hunter')
  expect(objectDiff({kind: 'Secret', data: {a: 'hunter2'}}, {kind: 'Secret'})).toEqual([
    '- data.a: removed (value not shown)',
  ])
})

test('a value with the name of a secret is not shown in other objects', () => {
  const env = (value: string) => ({
    env: [
      {name: 'DB_PASSWORD', value},
      {name: 'MODE', value},
    ],
  })
  expect(objectDiff(env('letmein'), env('open sesame'))).toEqual([
    '~ env[DB_PASSWORD].value: changed (value not shown)',
    '~ env[MODE].value: "letmein" → "open sesame"',
  ])
  expect(objectDiff({env: []}, {env: [{name: 'DB_PASSWORD', value: 'letmein'}]})).toEqual([
    '+ env[DB_PASSWORD]: {"name":"DB_PASSWORD","value":"[redacted]"}',
  ])
  const added = objectDiff({l: []}, {l: [{name: 'app', env: [{name: 'DB_PASSWORD', value: 'letmein'}]}]})
  expect(added.join()).not.toContain('letmein')
  const reversed = objectDiff({env: []}, {env: [{value: 'letmein', name: 'DB_PASSWORD'}]})
  expect(reversed.join()).not.toContain('letmein')
  expect(objectDiff({args: ['--token', 'one', 'a']}, {args: ['--token', 'letmein', 'b']})).toEqual([
    '~ args[1]: changed (value not shown)',
    '~ args[2]: "a" → "b"',
  ])
})

test('an object that does not exist is created', () => {
  const spec = {replicas: 1, template: {}}
  expect(objectDiff(undefined, {apiVersion: 'v1', kind: 'X', metadata: {name: 'a'}, spec, list: [1], one: 1})).toEqual([
    '+ created',
    '+ spec: 2 fields',
    '+ list: 1 entry',
    '+ one: 1',
  ])
})

test('values and lines are bounded', () => {
  const data = Object.fromEntries(Array.from({length: 52}, (_, at) => [`k${at}`, 'x '.repeat(1_000)]))
  const lines = objectDiff({}, {data})
  expect(lines).toHaveLength(41)
  expect(lines.at(-1)).toBe('… and 12 more fields')
  expect(Math.max(...lines.map(({length}) => length))).toBeLessThan(100)
  expect(lines[0]).toMatch(/…$/)
  expect(objectDiff({a: 1}, {a: 1})).toEqual([])
})

test('long texts are shown where they differ', () => {
  const text = (line: string) => Array.from({length: 80}, (_, at) => (at === 40 ? line : `line ${at}`)).join('\n')
  const of = (value: string) => ({apiVersion: 'v1', kind: 'ConfigMap', data: {conf: text(value)}})
  const [change = '', ...more] = objectDiff(of('limit = 10'), of('limit = 20'))
  expect(more).toEqual([])
  expect(change).toMatch(/^~ data\.conf: ….*limit = 10.* → ….*limit = 20/)
})
