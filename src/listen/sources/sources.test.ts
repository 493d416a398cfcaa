import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {digestProblem, isImageReference, parseImageReference} from '../../image/image-ref.ts'
import type {EventSource, SourceRequest} from './source.ts'
import {sourceOfType, sourceTypes} from './sources.ts'
import {payloads, pubSubMessage} from './testing/payloads.ts'
import {changed, pathsOf, requestOf, secret} from './testing/requests.ts'

/** Every source with the payload of a push in each of its formats. */
const formats: readonly (readonly [type: string, payload: object])[] = [
  ['distribution', payloads.distribution],
  ['native', payloads.native],
  ['harbor', payloads.harbor],
  ['harbor', payloads.harborCloudEvent],
  ['ghcr', payloads.ghcr],
  ['ecr', payloads.ecr],
  ['ecr', payloads.ecrCloudEvent],
  ['artifact-registry', pubSubMessage(payloads.artifactRegistryData)],
  ['artifact-registry', payloads.artifactRegistryData],
  ['gitea', payloads.gitea],
  ['docker-hub', payloads.dockerHub],
  ['quay', payloads.quay],
  ['acr', payloads.acr],
]

function source(type: string): EventSource {
  const found = sourceOfType(type)
  if (found === undefined) throw new Error(`there is no source ${type}`)
  return found
}

/** What every answer of a source must be: valid events, or a reason. */
function expectValid(type: string, request: SourceRequest): number {
  expect(source(type).verify(request, secret)).toBe('refused')
  const parsed = source(type).parse(request)
  if ('malformed' in parsed) {
    expect(parsed.malformed).toMatch(/\S/)
    return 0
  }
  if (parsed.events.length === 0) expect(parsed.ignored).toMatch(/\S/)
  for (const {repository, tag, digest, pushedAt, deliveryId} of parsed.events) {
    const reference = parseImageReference(`${repository}${tag === undefined ? '' : `:${tag}`}`)
    if (!isImageReference(reference)) throw new Error(`${repository} and ${tag} are no image: ${reference.problem}`)
    expect(`${reference.domain}/${reference.path}`).toBe(repository)
    expect(reference.tag).toBe(tag)
    expect(reference.domain).toBe(reference.domain.toLowerCase())
    if (digest !== undefined) expect(digestProblem(digest)).toBeUndefined()
    if (pushedAt !== undefined) expect(pushedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    if (deliveryId !== undefined) expect(deliveryId).toMatch(/^[\w.:/@+=-]{1,140}$/)
  }
  return parsed.events.length
}

test('every type has its source, and a name that every object has is none', () => {
  expect(sourceTypes.map((type) => source(type).type)).toEqual(sourceTypes)
  expect([...new Set(formats.map(([type]) => type))]).toEqual(sourceTypes)
  expect(['constructor', '__proto__', 'toString', ''].map(sourceOfType)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test.each(sourceTypes)('docs/listen-sources.md has a recipe for %s, and its row in both tables', (type) => {
  const docs = readFileSync(join(import.meta.dirname, '../../../docs/listen-sources.md'), 'utf8').split('\n')
  expect(docs).toContain(`## \`${type}\``)
  const firstCells = docs.flatMap((line) => /^\| \[?`([\w-]+)`/.exec(line)?.[1] ?? [])
  expect(firstCells.filter((cell) => cell === type)).toHaveLength(2)
})

test.each(formats)('%s: its own push is an event', (type, payload) => {
  expect(expectValid(type, requestOf(payload))).toBeGreaterThan(0)
})

const mebibyte = 1024 * 1024
const bodies: Readonly<Record<string, Buffer | string>> = {
  empty: '',
  'a space': ' ',
  'a zero byte': '\0',
  'not JSON': '<html>',
  'half of JSON': '{"events": [{"id": "',
  'a string': '"events"',
  'a number': '1e999',
  null: 'null',
  true: 'true',
  'a list': '[]',
  'a list of null': '[null]',
  'an object': '{}',
  'a byte order mark': '\ufeff{}',
  'bytes that are no UTF-8': Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x80, 0x22, 0x7d]),
  'lists in lists': `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  'objects in objects': `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
  'lists that do not end': '['.repeat(mebibyte),
  'closed before it was opened': ']'.repeat(mebibyte),
  'quotes and backslashes': `"${'\\'.repeat(mebibyte - 3)}"`,
  'many empty lists': `[${'[],'.repeat(300_000)}[]]`,
  'a text of 1 MiB': `"${'a'.repeat(mebibyte - 2)}"`,
  'spaces of 1 MiB': ' '.repeat(mebibyte),
  'many events': JSON.stringify({events: Array.from({length: 50_000}, () => ({action: 'push'}))}),
  'prototype names': '{"__proto__": {"action": "push"}, "constructor": {"prototype": {}}, "toString": 1}',
}

describe.each(sourceTypes)('%s takes', (type) => {
  test.each(Object.entries(bodies))('%s', (_, body) => {
    expect(expectValid(type, requestOf(Buffer.from(body)))).toBe(0)
  })
})

/** Values for any field: other types, and texts that are no name, tag or digest. */
const values: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1e308,
  '',
  ' ',
  [],
  [null, {}, [], 'x'],
  {},
  {toString: 1, valueOf: null},
  '__proto__',
  'constructor',
  '/',
  '..',
  'a/../b',
  ':',
  '@',
  'x:y@z',
  'A/B:C',
  'https://user:password@host/path?query#fragment',
  'web\n1.4.2',
  'web\u0000',
  '\u001b[2J\u202e',
  '\ud800',
  'ﬀ',
  '$(reboot)',
  '--flag',
  'a'.repeat(129),
  'a.b/'.repeat(5_000),
  'x'.repeat(mebibyte),
  // A pattern that tries again from each character would not end in the time of a test.
  ' '.repeat(mebibyte / 4),
  ...['/', ':', ';', '-', '.', 'a/', '=0'].map((text) => text.repeat(mebibyte / 16)),
  '9999-99-99T99:99:99Z',
  '0000-01-01T00:00:00Z',
  Number.MAX_SAFE_INTEGER,
]

test.each(formats)('%s: any value in any field gives valid events, or none', (type, payload) => {
  const paths = pathsOf(payload)
  for (const path of paths) {
    for (const value of values) expectValid(type, requestOf(changed(payload, path, value)))
  }
  expect(paths.length).toBeGreaterThan(1)
})

const data = payloads.artifactRegistryData
test.each(pathsOf(data))('artifact-registry: any value in the field %s of its data', (path) => {
  for (const value of values) expectValid('artifact-registry', requestOf(pubSubMessage(changed(data, path, value))))
})

const headers: readonly Readonly<Record<string, string>>[] = [
  {authorization: ''},
  {authorization: 'Bearer'},
  {authorization: 'Bearer  '},
  {authorization: 'Basic !!!'},
  {authorization: `Basic ${Buffer.from([0xff, 0x3a, 0xfe]).toString('base64')}`},
  {authorization: `Bearer ${'x'.repeat(16_000)}`},
  {'x-hub-signature-256': 'sha256='},
  {'x-hub-signature-256': `sha256=${'0'.repeat(64)}`},
  {'x-hub-signature-256': `sha256=${'ÿ'.repeat(64)}`, 'x-gitea-signature': 'sha256=sha256='},
  {'x-webhook-secret': '', 'x-api-key': '\u0000'},
]

test.each(sourceTypes)('%s refuses credentials of any form, and with an empty secret all', (type) => {
  for (const one of headers) {
    for (const token of ['', 'x'.repeat(16_000), '\u0000']) {
      const request = requestOf({}, {headers: one, token})
      expect(source(type).verify(request, secret)).toBe('refused')
      expect(source(type).verify(request, '')).toBe('refused')
    }
  }
})
