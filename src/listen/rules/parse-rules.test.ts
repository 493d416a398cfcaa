import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {Ajv2020} from 'ajv/dist/2020.js'
import {describe, expect, test} from 'vitest'
import {parse} from 'yaml'
import {ruleParsers} from '../../cli/flags/rule-parsers.ts'
import {HubspokeError} from '../../model/failure.ts'
import {rulesSchema} from './rules-shape.ts'
import {parseTestRules, ruleOf} from './testing/parse-test-rules.ts'

const schemaFile = join(import.meta.dirname, '..', '..', '..', 'schemas', 'listen-rules.schema.json')

function refusal(text: string): HubspokeError {
  try {
    parseTestRules(text)
  } catch (error) {
    if (error instanceof HubspokeError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

/** A file with one rule, whose lines after its first key are in line 8 and later. */
const fileWith = (...lines: readonly string[]) =>
  `sources:
  - name: hub
    type: native
rules:
  - name: web
    image: ghcr.io/acme/web
    do: restart
${lines.map((line) => `    ${line}\n`).join('')}`

const contexts = 'contexts: prod'

const full = `
sources:
  - {name: registry, type: distribution, secretFile: /run/secret, allow: ["ghcr.io/acme/*", localhost:5000/a], perMinute: 1}
  - {name: ci-1, type: native, secretEnv: CI_TOKEN, allow: docker.io/library/nginx}
  - name: open
    type: native
rules:
  - name: all
    image: ghcr.io/acme/web:1.*
    do: set-image
    tags: {semver: ^1.4}
    prereleases: true
    contexts: [eu-*, "!eu-test"]
    groups: [prod, lab]
    namespaces: [shop, shop-*]
    waves: 1,10%,100%
    pause: 5m
    maxFailures: 10%
    undoFailed: true
    confirm: [prod-eu]
    fresh: 30s
    reason: |
      release
      of web
    dryRun: true
    retryFor: 6h
    coalesce: 0
  - {name: few, image: nginx, do: restart, contexts: "*"}
`

test('every key', () => {
  const {sources, rules} = parseTestRules(full)
  expect(sources).toEqual([
    {
      ...{name: 'registry', type: 'distribution', secretFile: '/run/secret', perMinute: 1, line: 3, column: 5},
      allow: ['ghcr.io/acme/*', 'localhost:5000/a'],
    },
    {
      ...{name: 'ci-1', type: 'native', secretEnv: 'CI_TOKEN', perMinute: 600, line: 4, column: 5},
      allow: ['docker.io/library/nginx'],
    },
    {name: 'open', type: 'native', allow: ['*'], perMinute: 600, line: 5, column: 5},
  ])
  expect(rules[0]).toEqual({
    name: 'all',
    image: expect.objectContaining({text: 'ghcr.io/acme/web:1.*', repository: {domain: 'ghcr.io', path: 'acme/web'}}),
    do: 'set-image',
    tags: {semver: '^1.4'},
    prereleases: true,
    contexts: ['eu-*', '!eu-test'],
    groups: ['prod', 'lab'],
    namespaces: ['shop', 'shop-*'],
    ...{waves: '1,10%,100%', pause: '5m', maxFailures: '10%', undoFailed: true, confirm: ['prod-eu'], fresh: '30s'},
    ...{reason: 'release of web', dryRun: true, retryForMs: 21_600_000, coalesceMs: 0, line: 8, column: 5},
  })
})

test('the defaults', () => {
  expect(parseTestRules(full).rules[1]).toEqual({
    name: 'few',
    image: expect.objectContaining({text: 'nginx', repository: {domain: 'docker.io', path: 'library/nginx'}}),
    do: 'restart',
    prereleases: false,
    contexts: ['*'],
    ...{groups: [], namespaces: [], confirm: [], undoFailed: false, dryRun: false},
    ...{retryForMs: 3_600_000, coalesceMs: 2_000, line: 28, column: 5},
  })
})

describe('a value of a rule that is refused, with line 8 and column 5', () => {
  test.each([
    ['tags: {}', 'rules[1].tags', 'must have exactly one of "semver", "glob" and "regex"'],
    ['wave: 1,100%', 'rules[1].wave', 'is not a known key here'],
    ['prereleases: true', 'rules[1].prereleases', 'has no effect without "tags.semver"'],
    ['prereleases: yes', 'rules[1].prereleases', 'must be true or false, not "yes"'],
    ['waves: 1,50%', 'rules[1].waves', 'is not valid: --waves 1,50%: it must end with 100%'],
    ['pause: 25h', 'rules[1].pause', 'must be a duration of up to 24h, not "25h"'],
    ['pause: ask', 'rules[1].pause', 'must be a duration of up to 24h, not "ask"'],
    ['maxFailures: 101%', 'rules[1].maxFailures', 'must be a number, or a percentage up to 100%, not "101%"'],
    ['fresh: soon', 'rules[1].fresh', 'must be exact, scan, cache or a duration, not "soon"'],
    [
      `reason: ${'x'.repeat(1001)}`,
      'rules[1].reason',
      'is not valid: The reason cannot be kept: it has 1001 characters',
    ],
    ['reason: "\\e[2J"', 'rules[1].reason', 'is not valid: The reason cannot be kept: it has control characters'],
    ['reason: "  "', 'rules[1].reason', 'has no value'],
    ['undoFailed: 1', 'rules[1].undoFailed', 'must be true or false, not "1"'],
    ['dryRun: "true"', 'rules[1].dryRun', 'must be true or false, not "true"'],
    ['retryFor: 8d', 'rules[1].retryFor', 'must be no longer than 7d, not "8d"'],
    ['retryFor: 5', 'rules[1].retryFor', 'must be a duration as "30s"'],
    ['coalesce: 61m', 'rules[1].coalesce', 'must be no longer than 1h, not "61m"'],
    ['coalesce: -1s', 'rules[1].coalesce', 'must be a duration as "30s"'],
    ['namespaces: Shop', 'rules[1].namespaces', 'is not valid: No namespace can match "Shop"'],
    ['namespaces: []', 'rules[1].namespaces', 'must have at least 1 of namespaces'],
    ['groups: "a,b"', 'rules[1].groups', 'must be the name of a group without commas'],
    ['confirm: "a\\tb"', 'rules[1].confirm', 'must be the name of a context, not a flag, not "a\\x09b"'],
    ['confirm: --yes', 'rules[1].confirm', 'must be the name of a context, not a flag, not "--yes"'],
    ['groups: -g', 'rules[1].groups', 'must be the name of a group without commas'],
    ['namespaces: -n*', 'rules[1].namespaces', 'must be a namespace, not "-n*"'],
    ['reason: " -c is wrong"', 'rules[1].reason', 'must not begin with "-"'],
    ['name: again', 'rules[1].name', 'is there twice'],
  ])('%s', (line, key, why) => {
    const {message} = refusal(fileWith(line, contexts))
    if (why === 'is there twice') expect(message).toContain('(line 8, column 5)')
    else expect(message).toContain(`"${key}" in rules.yaml (line 8, column 5) ${why}`)
  })

  test.each([
    ['contexts: "a,b"', 'must be a name or a glob without commas'],
    ['contexts: "!"', 'must be a name or a glob'],
    ['contexts: "--all-contexts"', 'must be a name or a glob'],
    ['contexts: ""', 'has no value'],
    ['contexts: {a: b}', 'must be a single value'],
  ])('%s', (line, why) => {
    expect(refusal(fileWith(line)).message).toContain(`"rules[1].contexts" in rules.yaml (line 8, column 5) ${why}`)
  })

  test('an entry of a list has its own position', () => {
    expect(refusal(fileWith('contexts: [a, "b,c"]')).message).toContain(
      '"rules[1].contexts[2]" in rules.yaml (line 8, column 19) must be a name or a glob',
    )
  })
})

describe('tags that are refused, in the place of their key', () => {
  test.each([
    ['tags: {semver: latest}', '"rules[1].tags.semver" in rules.yaml (line 8, column 12) must be a range of versions'],
    [
      'tags: {semver: ">2 <1"}',
      '"rules[1].tags.semver" in rules.yaml (line 8, column 12) is a range without any version',
    ],
    [`tags: {semver: "${'1 '.repeat(200)}"}`, '(line 8, column 12) is longer than 200 characters'],
    ['tags: {glob: "a/*"}', '"rules[1].tags.glob" in rules.yaml (line 8, column 12) must be a tag, with "*"'],
    [`tags: {glob: "${'*'.repeat(129)}"}`, '(line 8, column 12) is longer than 128 characters'],
    ["tags: {regex: '('}", '"rules[1].tags.regex" in rules.yaml (line 8, column 12) is not valid: unterminated group'],
    ["tags: {regex: '((a+)+)+'}", 'is not valid: it repeats a repetition of a repetition'],
    ["tags: {glob: a, regex: 'a'}", '"rules[1].tags" in rules.yaml (line 8, column 5) must have exactly one of'],
    ['tags: {semvre: ^1}', '"rules[1].tags.semvre" in rules.yaml (line 8, column 12) is not a known key here'],
    ['tags: ^1.4', '"rules[1].tags" in rules.yaml (line 8, column 5) must be a mapping'],
  ])('%s', (line, says) => {
    expect(refusal(fileWith(line, contexts)).message).toContain(says)
  })
})

describe('what a rule needs', () => {
  const oneLine = (rule: string) => `sources: [{name: a, type: native}]\nrules:\n  - {${rule}}\n`
  test.each([
    ['image: nginx, do: restart, contexts: a', '"rules[1]" in rules.yaml (line 3, column 5) has no "name"'],
    ['name: a, do: restart, contexts: a', '"rules[1]" in rules.yaml (line 3, column 5) has no "image"'],
    ['name: a, image: nginx, contexts: a', '"rules[1]" in rules.yaml (line 3, column 5) has no "do"'],
    [
      'name: A, image: nginx, do: restart, contexts: a',
      '"rules[1].name" in rules.yaml (line 3, column 6) must be 1 to 40',
    ],
    [
      `name: ${'a'.repeat(41)}, image: nginx, do: restart`,
      '"rules[1].name" in rules.yaml (line 3, column 6) is longer',
    ],
    ['name: a, image: nginx, do: restrat', '(line 3, column 29) must be one of restart, set-image, not "restrat"'],
    [
      'name: a, image: "a b", do: restart',
      '"rules[1].image" in rules.yaml (line 3, column 15) is not valid: The image',
    ],
    [
      'name: a, image: "*/web", do: restart',
      '(line 3, column 15) is not valid: In "*/web" a "*" or "?" is allowed only',
    ],
    [
      `name: a, image: "sha256:${'0'.repeat(64)}", do: restart`,
      '(line 3, column 15) must name a repository and no digest',
    ],
    [`name: a, image: "a@sha256:${'0'.repeat(64)}", do: restart`, '(line 3, column 15) must name a repository and no'],
    ['name: a, image: nginx, do: restart', '"rules[1]" in rules.yaml (line 3, column 5) includes no contexts'],
    ['name: a, image: nginx, do: restart, contexts: "!b"', '(line 3, column 5) includes no contexts: it needs'],
  ])('%s', (rule, says) => {
    expect(refusal(oneLine(rule)).message).toContain(says)
  })

  test('a group is enough, also beside a pattern that excludes', () => {
    expect(ruleOf('groups: prod, contexts: "!b"')).toMatchObject({groups: ['prod'], contexts: ['!b']})
  })

  test('a misspelt key is named with the near one', () => {
    expect(refusal(fileWith('group: prod'))).toMatchObject({failureClass: 'usage', suggestions: ['groups:']})
    expect(refusal(fileWith('maxFailure: 1')).suggestions).toEqual(['maxFailures:'])
  })
})

describe('sources', () => {
  const fileOf = (source: string) =>
    `sources:\n  - {${source}}\nrules: [{name: a, image: b, do: restart, contexts: c}]\n`
  test.each([
    ['type: native', '"sources[1]" in rules.yaml (line 2, column 5) has no "name"'],
    ['name: a', '"sources[1]" in rules.yaml (line 2, column 5) has no "type"'],
    ['name: a/b, type: native', '"sources[1].name" in rules.yaml (line 2, column 6) must be 1 to 40 lower-case'],
    ['name: a, type: nativ', '(line 2, column 15) must be one of distribution, native, not "nativ"'],
    ['name: a, type: native, secret: x', '"sources[1].secret" in rules.yaml (line 2, column 29) is not a known key'],
    [
      'name: a, type: native, secretFile: x, secretEnv: Y',
      '"sources[1]" in rules.yaml (line 2, column 5) must have only one',
    ],
    ['name: a, type: native, secretEnv: "A=B"', '(line 2, column 29) must be the name of an environment variable'],
    ['name: a, type: native, allow: nginx', '(line 2, column 29) must be a repository with its host'],
    [
      'name: a, type: native, allow: ["a/b", "a b/*"]',
      '"sources[1].allow[2]" in rules.yaml (line 2, column 44) must be',
    ],
    ['name: a, type: native, perMinute: 0', '(line 2, column 29) must be a whole number from 1 to 100000, not "0"'],
    ['name: a, type: native, perMinute: "60"', '(line 2, column 29) must be a whole number from 1 to 100000'],
  ])('%s', (source, says) => {
    expect(refusal(fileOf(source)).message).toContain(says)
  })

  test('a value of an unknown key is not repeated: it may be a secret', () => {
    expect(JSON.stringify(refusal(fileOf('name: a, type: native, secret: hunter2')))).not.toContain('hunter2')
  })
})

describe('the whole file', () => {
  const source = 'sources: [{name: a, type: native}]\n'
  const rule = (name: string, image: string, more = '') =>
    `  - {name: ${name}, image: ${image}, do: restart, contexts: c${more}}\n`
  test.each([
    ['', '"the file" in rules.yaml (line 1, column 1) has no "sources"'],
    [source, '"the file" in rules.yaml (line 1, column 1) has no "rules"'],
    ['[]', 'The rules file rules.yaml must be a mapping.'],
    [`${source}rules: []`, '"rules" in rules.yaml (line 2, column 1) must have at least 1 of rules'],
    [`${source}rules: {}`, '"rules" in rules.yaml (line 2, column 1) must be a list of rules'],
    [`${source}rule: []`, '"rule" in rules.yaml (line 2, column 1) is not a known key here'],
    [
      `${source}rules:\n${rule('a', 'b')}${rule('a', 'c')}`,
      '"rules[2].name" in rules.yaml (line 4, column 6) is "a", as in line 3',
    ],
    [
      'sources:\n  - {name: a, type: native}\n  - {name: a, type: native}\nrules: [{name: a, image: b, do: restart, groups: c}]',
      '"sources[2].name" in rules.yaml (line 3, column 6) is "a", as in line 2',
    ],
    [
      `${source}rules:\n${rule('a', 'nginx')}${rule('b', 'docker.io/library/nginx', ', tags: {glob: "1*"}')}`,
      '"rules[2].image" in rules.yaml (line 4, column 15) is never reached: the rule "a" before it',
    ],
  ])('%#: %j', (text, says) => {
    expect(refusal(text).message).toContain(says)
  })

  test('two rules of one image are fine where the first one takes only some tags', () => {
    const text = `${source}rules:\n${rule('a', 'nginx', ', tags: {glob: "1*"}')}${rule('b', 'nginx')}`
    expect(parseTestRules(text).rules).toHaveLength(2)
  })
})

describe('hostile YAML is refused, or harmless', () => {
  const head = 'sources: [{name: a, type: native}]\n'
  test.each([
    ['a tab as indentation', `${head}rules:\n\t- name: a`, 'is not valid YAML (line 3, column 1)'],
    [
      'NUL',
      `${head}rules: [{name: "a\u0000b", image: b, do: restart, contexts: c}]`,
      '(line 2, column 10) must be 1 to 40',
    ],
    ['a NUL alone', '\u0000', 'The rules file rules.yaml must be a mapping.'],
    ['a duplicate key', `${head}${head}`, 'is not valid YAML (line 2, column 1): Map keys must be unique'],
    [
      'a duplicate key by an alias',
      `&k sources: [{name: a, type: native}]\n*k : []\n`,
      '(line 2, column 1) is there twice',
    ],
    ['a second document', `${head}---\n${head}`, 'more than one YAML document'],
    ['an unknown tag', `${head}rules: !!js/function "x"`, 'is not valid YAML (line 2, column 8)'],
    ['an unquoted "!"', fileWith('contexts: [a, !b]'), 'is not valid YAML (line 8, column 19)'],
    ['an unquoted "*"', fileWith('contexts: [*]'), 'is not valid YAML (line 8, column'],
    ['an alias of itself', `${head}rules: &a [*a]`, '"rules[1]" in rules.yaml (line 2, column 12) must be a mapping'],
    ['an alias of nothing', `${head}rules: *a`, 'is not valid YAML (line 2, column 8)'],
    ['deep nesting', `${head}rules: ${'['.repeat(100_000)}`, 'rules.yaml is n'],
    ['deep mappings', `${head}rules: ${'{a: '.repeat(50_000)}`, 'rules.yaml is n'],
    [
      'a merge key',
      fileWith('<<: {do: restart}', contexts),
      '"rules[1].<<" in rules.yaml (line 8, column 5) is not a known key',
    ],
    [
      '__proto__',
      fileWith('__proto__: {}', contexts),
      '"rules[1].__proto__" in rules.yaml (line 8, column 5) is not a known',
    ],
    [
      'constructor',
      fileWith('constructor: {}', contexts),
      '"rules[1].constructor" in rules.yaml (line 8, column 5) is not a',
    ],
    ['a list as a key', `${head}? [a]\n: b\n`, '(line 2, column 3) is not a known key here'],
    ['too large', `# ${'x'.repeat(1024 * 1024)}`, 'The rules file rules.yaml is larger than 1 MiB.'],
    ['too many rules', `${head}rules: [${'{},'.repeat(1_001)}]`, 'has 1001 rules, and may have 1000'],
  ])('%s', (_, text, says) => {
    expect(refusal(text).message).toContain(says)
  })

  test('the error escapes what a terminal would obey, in a key and in the path', () => {
    expect(refusal(fileWith('"\\e[2Jwaves": 1', contexts)).message).toContain(
      '"rules[1].\\x1b[2Jwaves" in rules.yaml (line 8',
    )
  })

  test('1 MiB of rules, in which each uses the same lists by alias, is read', () => {
    const first = '{name: r0, image: a/b0, do: restart, contexts: &c [a, b], namespaces: &n [x]}'
    const more = Array.from(
      {length: 999},
      (_, i) => `{name: r${i + 1}, image: a/b${i + 1}, do: restart, contexts: *c, namespaces: *n}`,
    )
    const text = `sources: [{name: a, type: native}]\nrules:\n${[first, ...more].map((rule) => `  - ${rule}\n`).join('')}`
    const filled = `${text}# ${'x'.repeat(1024 * 1024 - text.length - 2)}`
    expect(parseTestRules(filled).rules[999]).toMatchObject({contexts: ['a', 'b'], namespaces: ['x'], line: 1_002})
  })

  test('1 MiB of aliases is refused', () => {
    const text = `${head}rules: [{name: &x a, image: b, do: restart, contexts: [${'*x,'.repeat(340_000)}]}]`
    expect(refusal(text).message).toContain('has 340000 contexts, and may have 100')
  })
})

describe('the schema', () => {
  const current = JSON.parse(JSON.stringify(rulesSchema([], ruleParsers)))
  const validate = new Ajv2020({allErrors: true, strict: true, allowUnionTypes: true}).compile(
    JSON.parse(readFileSync(schemaFile, 'utf8')),
  )

  test('is that of the reader; "UPDATE_GOLDEN=1" writes it anew', async () => {
    if (process.env.UPDATE_GOLDEN) {
      const {writeFileSync} = await import('node:fs')
      writeFileSync(schemaFile, `${JSON.stringify(current, undefined, 2)}\n`)
    } else expect(JSON.parse(readFileSync(schemaFile, 'utf8'))).toEqual(current)
  })

  test('accepts every key, and refuses what the reader refuses', () => {
    expect([validate(parse(full)), validate.errors]).toEqual([true, null])
    for (const wrong of [
      fileWith('wave: 1', contexts),
      fileWith(),
      fileWith('tags: {}', contexts),
      fileWith('tags: {glob: a, regex: a}', contexts),
      fileWith('coalesce: 5', contexts),
      fileWith('contexts: "a,b"'),
      fileWith('undoFailed: "true"', contexts),
      fileWith(contexts).replace('type: native', 'type: native\n    secretFile: a\n    secretEnv: B'),
      fileWith(contexts).replace('name: hub', 'name: Hub'),
      fileWith(contexts).replace('do: restart', 'do: scale'),
    ]) {
      expect(validate(parse(wrong)), wrong).toBe(false)
    }
  })

  test('names the types of sources that it is given', () => {
    expect(JSON.stringify(rulesSchema(['distribution', 'native'], ruleParsers))).toContain(
      '"enum":["distribution","native"]',
    )
  })
})
