import {describe, expect, test} from 'vitest'
import {decodeImageCache} from './decode-image-cache.ts'

const web = {namespace: 'shop', name: 'web'}

describe('the older forms', () => {
  test.each([
    {form: 'the published one', content: {images: {'web:1': [web]}}},
    {form: 'names as text', content: {images: {'web:1': ['shop/web']}}},
    {form: 'a bare map with names as text', content: {'web:1': ['shop/web']}},
    {form: 'a bare map with objects', content: {'web:1': [web]}},
  ])('$form: Deployments without container names', ({content}) => {
    expect(decodeImageCache(JSON.stringify(content))).toEqual({
      images: new Map([['web:1', [{kind: 'Deployment', ...web, containers: []}]]]),
      resourceVersions: new Map(),
    })
  })

  test('a bare map may have an image called "images"', () => {
    expect(decodeImageCache('{"images": ["shop/web"]}')).toHaveProperty('images.size', 1)
  })
})

describe('unknown content is ignored', () => {
  test.each([
    {what: 'a key of the document', content: {images: {'web:1': [web]}, more: {}}},
    {what: 'a key of an entry', content: {images: {'web:1': [{...web, owner: 7}]}}},
    {what: 'an entry of another kind', content: {images: {'web:1': [web, {...web, kind: 'CronJob'}]}}},
    {what: 'a version of another kind', content: {images: {'web:1': [web]}, resourceVersions: {CronJob: '1'}}},
  ])('$what', ({content}) => {
    expect(decodeImageCache(JSON.stringify(content))).toEqual({
      images: new Map([['web:1', [{kind: 'Deployment', ...web, containers: []}]]]),
      resourceVersions: new Map(),
    })
  })
})

test.each([
  {provenAt: '2026-11-24T10:00:00Z', expected: new Date('2026-11-24T10:00:00Z'), because: 'the form that we write'},
  {provenAt: '2026-11-24T11:00:00.5+01:00', expected: new Date('2026-11-24T10:00:00.5Z'), because: 'any zone'},
  {provenAt: '2026-11-24T10:00:00', expected: undefined, because: 'it has no time zone'},
  {provenAt: '2026-13-24T10:00:00Z', expected: undefined, because: 'there is no such day'},
  {provenAt: 'now', expected: undefined, because: 'it is not a time'},
  {provenAt: 7, expected: undefined, because: 'it is not a string'},
])('provenAt $provenAt: $because; the rest of the cache is valid', ({provenAt, expected}) => {
  const cache = decodeImageCache(JSON.stringify({images: {}, provenAt}))
  expect(cache).toEqual({images: new Map(), resourceVersions: new Map(), ...(expected && {provenAt: expected})})
})

describe('broken or foreign content', () => {
  const noObject = 'The image cache is not a JSON object.'
  const noImages = 'The image cache has no "images".'
  const brokenEntry = 'The image cache has a broken entry under "web:1".'
  const entry = (value: unknown) => JSON.stringify({images: {'web:1': [value]}})
  const origin = (value: object) => JSON.stringify({images: {}, ...value})

  test.each([
    ['', noObject],
    ['{"images": {', noObject],
    ['null', noObject],
    ['[]', noObject],
    ['"images"', noObject],
    ['['.repeat(500_000), noObject],
    ['{}', noImages],
    ['{"images": null}', noImages],
    ['{"images": "web"}', noImages],
    ['{"schemaVersion": 1}', noImages],
    ['{"schemaVersion": 1, "images": ["shop/web"]}', noImages],
    ['{"repo-to-namespace": {"web": "shop"}}', noImages],
    ['{"__proto__": {"images": {}}}', noImages],
    ['{"images": {}, "schemaVersion": 2}', 'The image cache has schema version "2", which this hubspoke cannot read.'],
    [
      '{"images": {}, "schemaVersion": {"toString": null}}',
      'The image cache has schema version "{"toString":null}", which this hubspoke cannot read.',
    ],
    ['{"images": {"web:1": {"shop": "web"}}}', 'The image cache has no list under "web:1".'],
    ['{"images": {"\u001b[2J": 1}}'.replace('\u001b', '\\u001b'), 'The image cache has no list under "\\x1b[2J".'],
    [entry(null), brokenEntry],
    [entry(7), brokenEntry],
    [entry([]), brokenEntry],
    [entry('web'), brokenEntry],
    [entry('shop/web/app'), brokenEntry],
    [entry('/web'), brokenEntry],
    [entry('shop/'), brokenEntry],
    [entry({name: 'web'}), brokenEntry],
    [entry({...web, name: ''}), brokenEntry],
    [entry({...web, namespace: 1}), brokenEntry],
    [entry({...web, kind: 1}), brokenEntry],
    [entry({...web, containers: 'app'}), brokenEntry],
    [entry({...web, containers: [1]}), brokenEntry],
    [entry({...web, init: {}}), brokenEntry],
    [entry({...web, sidecars: ['']}), brokenEntry],
    [origin({clusterUid: 7}), 'The image cache has a broken "clusterUid".'],
    [origin({clusterUid: ''}), 'The image cache has a broken "clusterUid".'],
    [origin({builtAt: 'yesterday'}), 'The image cache has a broken "builtAt".'],
    [origin({builtAt: 7}), 'The image cache has a broken "builtAt".'],
    [origin({workloads: -1}), 'The image cache has broken "workloads".'],
    [origin({workloads: '3'}), 'The image cache has broken "workloads".'],
    [origin({resourceVersions: []}), 'The image cache has broken "resourceVersions".'],
    [origin({resourceVersions: {Deployment: 7}}), 'The image cache has broken "resourceVersions".'],
    [origin({resourceVersions: {Deployment: 'abc'}}), 'The image cache has broken "resourceVersions".'],
    [origin({resourceVersions: {Deployment: '9'.repeat(21)}}), 'The image cache has broken "resourceVersions".'],
  ])('%.60s is a sentence, not an error', (text, sentence) => {
    expect(decodeImageCache(text)).toEqual({problem: sentence})
  })
})
