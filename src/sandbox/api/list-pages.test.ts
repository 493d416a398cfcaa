import {beforeEach, describe, expect, test} from 'vitest'
import {configMaps} from '../objects/resources.ts'
import {Store} from '../objects/store.ts'
import {type ListQuery, listPage, readListQuery} from './list-pages.ts'

describe('pages of a list', () => {
  let store: Store
  beforeEach(() => {
    store = new Store()
    for (const [namespace, name] of [
      ['a', '1'],
      ['a', '2'],
      ['a', '3'],
      ['b', '1'],
      ['b', '2'],
    ]) {
      store.put(configMaps, {metadata: {namespace: namespace ?? '', name: name ?? '', labels: {n: name ?? ''}}})
    }
  })

  const page = (query: Partial<ListQuery> = {}) =>
    listPage(store, {
      resource: configMaps,
      namespace: undefined,
      matches: undefined,
      limit: 0,
      token: '',
      resourceVersion: '',
      resourceVersionMatch: '',
      ...query,
    })
  const keys = ({items}: ReturnType<typeof page>): string =>
    items.map(({metadata}) => `${metadata.namespace}${metadata.name}`).join(' ')
  const follow = (first: ReturnType<typeof page>, query: Partial<ListQuery> = {}) =>
    page({limit: 2, token: first.metadata.continue ?? '', ...query})

  test('all at once without a limit, with the newest version', () => {
    expect(keys(page())).toBe('a1 a2 a3 b1 b2')
    expect(page().metadata).toEqual({resourceVersion: '5'})
  })

  test('one after the other, all at the version of the first', () => {
    const first = page({limit: 2})
    store.delete(configMaps, 'a/3')
    store.put(configMaps, {metadata: {namespace: 'a', name: '25'}})
    const second = follow(first)
    const third = follow(second)
    expect([first, second, third].map(keys)).toEqual(['a1 a2', 'a3 b1', 'b2'])
    expect([first, second, third].map(({metadata}) => [metadata.resourceVersion, metadata.remainingItemCount])).toEqual(
      [
        ['5', 3],
        ['5', 1],
        ['5', undefined],
      ],
    )
  })

  test('within a namespace', () => {
    const first = page({limit: 2, namespace: 'a'})
    expect([keys(first), keys(follow(first, {namespace: 'a'}))]).toEqual(['a1 a2', 'a3'])
  })

  test('the token has the content of real servers: a version and the last key', () => {
    const token = Buffer.from(page({limit: 2}).metadata.continue ?? '', 'base64url').toString()
    expect(JSON.parse(token)).toEqual({v: 'meta.k8s.io/v1', rv: 5, start: '/a/2\u0000'})
  })

  test('with a selector there is no count of remaining objects', () => {
    const selected = page({limit: 1, matches: ({metadata}) => metadata.labels?.n === '1'})
    expect(keys(selected)).toBe('a1')
    expect(selected.metadata).not.toHaveProperty('remainingItemCount')
    expect(keys(follow(selected, {matches: ({metadata}) => metadata.labels?.n === '1'}))).toBe('b1')
  })

  test('any version will do (0): there are no pages', () => {
    expect(keys(page({limit: 2, resourceVersion: '0'}))).toBe('a1 a2 a3 b1 b2')
  })

  test('an exact version shows the objects at that version', () => {
    const exact = page({resourceVersion: '2', resourceVersionMatch: 'Exact'})
    expect([keys(exact), exact.metadata.resourceVersion]).toEqual(['a1 a2', '2'])
  })

  test('a token that is too old is 410, with a token to continue inconsistently', () => {
    const first = page({limit: 2})
    store.expire()
    const refusal = (() => {
      try {
        return follow(first)
      } catch (error) {
        return error as {fields: {code: number; continueToken: string}}
      }
    })()
    expect(refusal).toMatchObject({fields: {code: 410, reason: 'Expired'}})
    const token = 'fields' in refusal ? refusal.fields.continueToken : ''
    expect(keys(page({limit: 2, token}))).toBe('a3 b1')
  })

  test.each([
    {query: {token: 'nonsense'}, message: 'continue key is not valid'},
    {query: {resourceVersion: 'abc'}, message: 'invalid resource version: resourceVersion: Invalid value: "abc"'},
    {query: {resourceVersion: '99'}, message: 'Too large resource version: 99, current: 5'},
    {
      query: {resourceVersionMatch: 'Exact'},
      message: 'resourceVersionMatch is forbidden unless resourceVersion is provided',
    },
  ])('refuses $query', ({query, message}) => {
    expect(() => page(query)).toThrow(message)
  })

  test('does not accept a version beside a token', () => {
    const {continue: token = ''} = page({limit: 2}).metadata
    expect(() => page({token, resourceVersion: '5'})).toThrow(
      'specifying resource version is not allowed when using continue',
    )
  })

  test('refuses a limit that is not a number', () => {
    expect(() => readListQuery(new URLSearchParams('limit=x'))).toThrow('strconv.ParseInt: parsing "x": invalid syntax')
  })
})
