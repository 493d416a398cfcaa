import {expect, test} from 'vitest'
import {HubspokeError} from '../../model/failure.ts'
import {parseConfig, parseSystemConfig} from './parse-config.ts'

const parse = (text: string) => parseConfig(text, '/home/jane/config.yaml')

function refusal(text: string): HubspokeError {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof HubspokeError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

test('protected contexts, groups, defaults of all commands and of one', () => {
  const {protections, groups, defaults, commandDefaults} = parse(`
protectedContexts: ["prod-*", main]
groups:
  prod: ["prod-*", "!prod-test"]
  2nd.line_x: [lab]
defaults:
  concurrency: 020
  namespace: [shop, pay]
  cache refresh:
    yes: true
`)
  expect(protections.map(({kind, pattern, line}) => [kind, pattern, line])).toEqual([
    ['context', 'prod-*', 2],
    ['context', 'main', 2],
  ])
  expect([...groups]).toEqual([
    ['prod', ['prod-*', '!prod-test']],
    ['2nd.line_x', ['lab']],
  ])
  expect([...defaults]).toEqual([
    ['concurrency', {key: 'defaults.concurrency', line: 7, values: ['020'], isList: false}],
    ['namespace', {key: 'defaults.namespace', line: 8, values: ['shop', 'pay'], isList: true}],
  ])
  const {key, line, defaults: own} = commandDefaults.get('cache refresh') ?? {}
  expect({key, line, own: [...(own ?? [])]}).toEqual({
    key: 'defaults.cache refresh',
    line: 9,
    own: [['yes', {key: 'defaults.cache refresh.yes', line: 10, values: ['true'], isList: false}]],
  })
})

test('protections in both forms', () => {
  const {protections} = parse(`
protected:
  - context: "prod-*"
  - server: https://api.example.com
  - {clusterUid: 0a0a0a0a-0000-4000-8000-000000000000}
protectedContexts:
  - main
`)
  expect(protections.map(({kind, pattern, line}) => [kind, pattern, line])).toEqual([
    ['context', 'prod-*', 3],
    ['server', 'https://api.example.com', 4],
    ['clusterUid', '0a0a0a0a-0000-4000-8000-000000000000', 5],
    ['context', 'main', 7],
  ])
})

test.each([
  {text: 'groups: {}\n---\nprotectedContexts: [prod]', says: '(line 2): it holds more than one YAML document'},
  {text: 'protectedContexts: [prod]\n---\n', says: 'more than one YAML document'},
  {text: 'protectedContexts: [prod]\n...\n---\ngroups: {}', says: 'more than one YAML document'},
  {text: 'protected: [{context: a}]\nprotected: []', says: '(line 2)'},
  {text: 'a: &k protected\nprotected: []\n? *k\n: []', says: '"protected" in'},
  {text: 'protected: !own [{context: a}]', says: '(line 1)'},
  {
    text: 'protectedContexts: [" prod-* "]',
    says: 'has the entry " prod-* ", with spaces around it, and so would protect',
  },
  {text: 'protectedContexts:\n  - prod\n  - "\\u00a0lab"', says: '(line 3) has the entry'},
  {text: 'protectedContexts: ["pr\\u200bod"]', says: 'invisible characters'},
  {text: 'protectedContexts: [""]', says: 'has an empty entry'},
  {text: 'protectedContexts: ["!prod"]', says: '"!" cannot exclude'},
  {text: 'protectedContexts: {prod: true}', says: 'must be a list of names or patterns'},
  {text: 'protected: prod', says: '"protected" in /home/jane/config.yaml (line 1) must be a list of mappings'},
  {text: 'protected: [prod]', says: '"protected[1]" in /home/jane/config.yaml (line 1) must say what is protected'},
  {
    text: 'protected:\n  - contxt: prod',
    says: '"protected[1].contxt" in /home/jane/config.yaml (line 2) cannot be protected',
  },
  {text: 'protected: [{}]', says: 'must have one of context, server, clusterUid'},
  {text: 'protected: [{context: a, server: b}]', says: 'an entry of its own for each'},
  {text: 'protected: [{context: [a]}]', says: 'must be a single name or pattern'},
  {text: 'protected: [{context: {a: b}}]', says: 'must be a single name or pattern'},
  {text: 'protected: [{context: }]', says: 'has an empty entry'},
  {text: 'protected: [{context: " a"}]', says: 'with spaces around it'},
  {text: 'protected: [{server: "!a"}]', says: '"!" cannot exclude'},
  {text: 'protected: [{clusterUid: "0a*"}]', says: 'a UID is not a pattern'},
  {text: 'required: {lock: require}', says: '"required" in /home/jane/config.yaml (line 1) is not a key'},
])('a protection that would be lost is refused: $text', ({text, says}) => {
  expect(refusal(text)).toMatchObject({failureClass: 'usage', message: expect.stringContaining(says)})
})

test('the system-wide file has only protections and required flags', () => {
  const parsed = parseSystemConfig('protected: [{context: a}]\nrequired: {lock: require}', '/etc/config.yaml')
  expect(parsed.protections.map(({pattern, path}) => [pattern, path])).toEqual([['a', '/etc/config.yaml']])
  expect(parsed.required.get('lock')).toMatchObject({values: ['require'], line: 2})
  for (const key of ['groups', 'defaults']) {
    expect(() => parseSystemConfig(`${key}: {}`, '/etc/config.yaml')).toThrow(`"${key}" in /etc/config.yaml (line 1)`)
  }
})

test.each(['', '# nothing yet\n', '---\n', 'groups:\ndefaults:\nprotectedContexts:\n', 'defaults: {restart: }\n'])(
  '%j sets nothing',
  (text) => {
    const {protections, groups, commandDefaults} = text.includes('restart') ? parse('') : parse(text)
    expect([protections.length, groups.size, commandDefaults.size]).toEqual([0, 0, 0])
  },
)

test('aliases are followed', () => {
  const {groups} = parse('groups: {a: &all [x, &y y], b: *all, c: [*y]}')
  expect([...groups.values()]).toEqual([['x', 'y'], ['x', 'y'], ['y']])
})

test.each([
  {text: 'groups: [', says: 'The config file /home/jane/config.yaml is not valid YAML (line 1): ', because: 'broken'},
  {text: 'groups:\n\n\ta: [b]', says: 'is not valid YAML (line 3)', because: 'broken further down'},
  {text: 'groups: {}\ngroups: {}', says: 'is not valid YAML (line 2)', because: 'one of the two would be lost'},
  {text: '- prod', says: 'The config file /home/jane/config.yaml must be a mapping.', because: 'a list has no keys'},
  {text: 'prod', says: 'The config file /home/jane/config.yaml must be a mapping.', because: 'a word has no keys'},
  {
    text: '\nprotectedContext: [prod]',
    says: '"protectedContext" in /home/jane/config.yaml (line 2) is not a key of the config file.',
    because: 'a typo would protect nothing',
  },
  {
    text: 'protectedContexts: prod',
    says: '"protectedContexts" in /home/jane/config.yaml (line 1) must be a list of names or patterns.',
    because: 'a single name is not a list',
  },
  {text: 'protectedContexts: [{a: b}]', says: 'must be a list of names or patterns', because: 'it is not a name'},
  {text: 'groups: [prod]', says: '"groups" in /home/jane/config.yaml (line 1) must be a mapping.', because: 'no names'},
  {
    text: 'groups:\n  p: prod',
    says: '"groups.p" in /home/jane/config.yaml (line 2) must be a list',
    because: 'no list',
  },
  {text: 'groups: {"a,b": [x]}', says: '"groups.a,b" in', because: 'it could not be chosen'},
  {text: 'groups: {"!a": [x]}', says: 'is not a valid group name', because: 'it would look like an exclude'},
  {text: 'groups: {a: ["!x"]}', says: '(line 1) takes no contexts', because: 'it has only an exclusion'},
  {text: 'groups: {a: []}', says: '(line 1) takes no contexts', because: 'it is empty'},
  {
    text: 'defaults: {timeout: }',
    says: '"defaults.timeout" in /home/jane/config.yaml (line 1) has no value.',
    because: '',
  },
  {text: 'defaults: {namespace: [[a]]}', says: '(line 1) must be a list of names or patterns', because: 'nested'},
  {text: 'defaults: {restart: {timeout: {a: 1}}}', says: '"defaults.restart.timeout"', because: 'nested too deeply'},
])('wrong configuration: $text, since $because', ({text, says}) => {
  expect(refusal(text)).toMatchObject({failureClass: 'usage', message: expect.stringContaining(says)})
})

test('for a mistyped key the correct one is suggested', () => {
  expect(refusal('group: {}').suggestions).toEqual(['groups:'])
  expect(refusal('xyz: {}').suggestions).toEqual(['protected:', 'protectedContexts:', 'groups:', 'defaults:'])
})

test.each([
  '__proto__: {polluted: yes}',
  'groups: {__proto__: [polluted]}',
  'groups: {prod: {__proto__: [x]}}',
  'constructor: {prototype: {polluted: yes}}',
  'defaults: {<<: {yes: true}, a: [b, {c: d}]}',
  '"\\e[2J": 1',
  `a: &a [x]\nb: &b [${'*a,'.repeat(50)}]\ngroups: {g: [${'*b,'.repeat(50)}]}`,
  'groups: &g {x: *g}',
  'groups: {x: &x [*x]}',
  'groups: {x: *none}',
  `groups: {x: ${'['.repeat(20_000)}`,
  `groups: {x: ${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
  'groups: {? {a: b} : [c]}',
  '!!js/function "x"',
  'a: 1\n---\nb: 2',
])('hostile text is refused, and shown as text: %#', (text) => {
  const {failureClass, message} = refusal(text)
  expect(failureClass).toBe('usage')
  expect(message).toMatch(/^[^\p{Cc}]+$/u)
  expect(Object.keys({})).toEqual([])
  expect(({} as {polluted?: string}).polluted).toBeUndefined()
})

test('a default may have the name of an object property: it is text', () => {
  expect([...parse('defaults: {__proto__: 1, constructor: 2}').defaults.keys()]).toEqual(['__proto__', 'constructor'])
})
