import {expect, test} from 'vitest'
import {HubspokeError} from '../model/failure.ts'
import {parseManifests} from './parse-manifests.ts'
import {parsed} from './testing/manifests.ts'

const named = (kind: string, name: string) => `apiVersion: v1\nkind: ${kind}\nmetadata: {name: ${name}}\n`

test('documents of one text, without empty ones', () => {
  const text = `# nothing\n---\n${named('ConfigMap', 'a')}---\n---\n# still nothing\n---\n${named('Secret', 'b')}...\n`
  expect(parsed(text)).toEqual([
    {
      ...{apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: undefined},
      ...{object: {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'a'}}, origin: {file: 'a.yaml', line: 3}},
    },
    expect.objectContaining({kind: 'Secret', name: 'b', origin: {file: 'a.yaml', line: 10}}),
  ])
  expect(parsed('')).toEqual([])
  expect(parsed('# only a comment\n')).toEqual([])
  expect(parsed('null')).toEqual([])
})

test.each(['\r\n', '\n'])('line breaks %j, and a byte order mark', (lineBreak) => {
  const text = `\ufeff${named('ConfigMap', 'a')}---\n${named('ConfigMap', 'b')}`.replaceAll('\n', lineBreak)
  expect(parsed(text).map(({name, origin}) => [name, origin.line])).toEqual([
    ['a', 1],
    ['b', 5],
  ])
})

test('JSON objects that follow each other, with tabs, and where each is', () => {
  const one = (name: string) => `{\n\t"apiVersion": "v1",\n\t"kind": "ConfigMap", "metadata": {"name": "${name}"}\n}\n`
  expect(parsed(`${one('a')}${one('b')}`).map(({name, origin}) => [name, origin.line])).toEqual([
    ['a', 1],
    ['b', 5],
  ])
})

test('lists are their items, also typed ones and lists in lists', () => {
  const text = `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMapList
  items:
  - metadata: {name: a}
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: c}
`
  expect(parsed(text).map(({kind, name, origin}) => `${kind} ${name} ${origin.line}`)).toEqual([
    'ConfigMap a 7',
    'ConfigMap b 8',
    'Deployment c 9',
  ])
  expect(parsed('apiVersion: v1\nkind: List\nitems:\n')).toEqual([])
  // A custom resource may be called so.
  expect(parsed('apiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: a}')).toHaveLength(1)
})

test('what a server sets is removed, and the namespace of a Namespace', () => {
  const metadata =
    'uid: u, resourceVersion: "1", generation: 2, creationTimestamp: null, managedFields: [], labels: {a: b}'
  const [one, other] = parsed(`apiVersion: v1
kind: Namespace
metadata: {name: shop, namespace: other, ${metadata}}
status: {phase: Active}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, ${metadata}}
spec: {replicas: 2}
status: {replicas: 2}
`)
  expect(one).toMatchObject({namespace: undefined})
  expect(one?.object).toEqual({apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'shop', labels: {a: 'b'}}})
  expect(other?.object).toEqual({
    ...{apiVersion: 'apps/v1', kind: 'Deployment', spec: {replicas: 2}},
    metadata: {name: 'web', namespace: 'shop', labels: {a: 'b'}},
  })
})

const head = 'apiVersion: v1\nkind: ConfigMap\n'
const tooDeep = `${'{"apiVersion":"v1","kind":"List","items":['.repeat(12)}${']}'.repeat(12)}`

test.each([
  {text: 'hunter2', error: 'line 1, column 1: An object has to be a mapping'},
  {text: '- hunter2', error: 'line 1, column 1: An object has to be a mapping'},
  {text: `${named('ConfigMap', 'a')}---\nhunter2\n`, error: 'line 5, column 1: An object has to be a mapping'},
  {text: 'kind: ConfigMap', error: 'line 1, column 1: apiVersion is missing.'},
  {text: 'apiVersion: v1', error: 'line 1, column 1: kind is missing.'},
  {text: 'apiVersion: 1\nkind: x', error: 'line 1, column 1: apiVersion has to be text'},
  {text: 'apiVersion: hunter2 x\nkind: x', error: 'line 1, column 1: apiVersion is not possible'},
  {text: 'apiVersion: v1\nkind: [hunter2]', error: 'line 2, column 1: kind has to be text'},
  {text: 'apiVersion: v1\nkind: "a/b"', error: 'line 2, column 1: kind is not possible'},
  {text: head, error: 'line 1, column 1: metadata is missing.'},
  {text: `${head}metadata: hunter2`, error: 'line 3, column 1: metadata has to be a mapping.'},
  {text: `${head}metadata: {}`, error: 'line 3, column 11: metadata.name is missing.'},
  {
    text: `${head}metadata: {generateName: hunter2-}`,
    error: 'line 3, column 12: metadata.name is missing: apply needs it',
  },
  {text: `${head}metadata:\n  labels: {}\n  name: 1234`, error: 'line 5, column 3: metadata.name has to be text'},
  {text: `${head}metadata: {name: "hunter2\\0"}`, error: 'line 3, column 12: metadata.name is not a possible name'},
  {text: `${head}metadata: {name: "hunter2\\e[31m"}`, error: 'line 3, column 12: metadata.name is not a possible name'},
  {text: `${head}metadata: {name: ../hunter2}`, error: 'line 3, column 12: metadata.name is not a possible name'},
  {text: `${head}metadata: {name: ..}`, error: 'line 3, column 12: metadata.name is not a possible name'},
  {text: `${head}metadata: {name: a, namespace: yes}`, error: 'line 3, column 21: metadata.namespace has to be text'},
  {
    text: `${head}metadata: {name: a, namespace: Hunter2}`,
    error: 'line 3, column 21: metadata.namespace is not a possible name',
  },
  {text: 'a: b\na: hunter2', error: 'line 2, column 1: The key is there twice'},
  {text: 'a: "hunter2', error: 'A character is missing'},
  {text: 'a: hunter2\n\tb: c', error: 'line 2, column 1: A tab cannot indent'},
  {text: 'a: @hunter2', error: 'line 1, column 4: A text that starts with this character has to be in quotes.'},
  {text: 'a: hunter2: c', error: 'A key and its value are not separated'},
  {text: 'hunter2: *hunter2', error: 'line 1, column 10: The alias has no anchor before it.'},
  {text: 'a: 12345678901234567890', error: 'line 1, column 4: The value is a whole number with too many digits'},
  {text: `{"apiVersion":"v1","kind":"X","metadata":{"name":"a"}}\n{"b": hunter2`, error: 'A character is missing'},
  {text: `${'['.repeat(20_000)}`, error: 'nesting'},
  {
    text: 'apiVersion: v1\nkind: List\nitems: hunter2',
    error: 'line 3, column 1: The items of a list have to be a YAML list.',
  },
  {
    text: 'apiVersion: v1\nkind: List\nitems: [hunter2]',
    error: 'line 3, column 1: Each item of a list has to be a mapping.',
  },
  {text: tooDeep, error: 'Lists are nested more than 10 times.'},
])('$error', ({text, error}) => {
  const thrown = failureOf(text)
  expect(thrown.failureClass).toBe('usage')
  expect(thrown.message).toMatch(/^a\.yaml, line \d+, column \d+: /)
  expect(thrown.message).toContain(error)
  expect(thrown.message).not.toMatch(/hunter2|12345/i)
})

test.each([
  `${head}metadata: {name: {{ .Values.name }}}`,
  `${head}metadata:\n  name: "{{ .Release.Name }}-web"`,
  '{{- if .Values.on }}\napiVersion: v1\n{{- end }}',
  `${head}metadata: {name: a}\ndata:\n  a: {{ .Values.a }}`,
])('a template in a file gets a hint: %j', (text) => {
  expect(failureOf(text).suggestions).toEqual([expect.stringContaining('helm template')])
})

test('a template in a text is content', () => {
  expect(parsed(`${head}metadata: {name: a}\ndata: {rule: "{{ $labels.instance }}"}`)).toHaveLength(1)
})

test.each(['secret.yaml', 'db-password.yml', 'token', 'my-credentials.json'])('%s is no secret', (file) => {
  expect(() => parseManifests('x', file)).toThrow(`${file}, line 1, column 1: An object has to be`)
})

test('the name of the file is made safe', () => {
  expect(() => parseManifests('x', 'a\u001b[31m.yaml')).toThrow('a\\x1b[31m.yaml, line 1, column 1')
})

function failureOf(text: string): HubspokeError {
  try {
    parsed(text)
  } catch (error) {
    if (error instanceof HubspokeError) return error
    throw error
  }
  throw new Error('it was not refused')
}
