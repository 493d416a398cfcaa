import {describe, expect, test} from 'vitest'
import {Catalog} from '../objects/catalog.ts'
import type {AccessRule} from '../spec.ts'
import type {ApiVerb, Trouble} from '../trouble.ts'
import {authenticate, isAllowed, refusal} from './access.ts'
import {ActiveTroubles} from './active-troubles.ts'
import {parseRequest} from './request-info.ts'

const user = {name: 'eu', token: 'secret'}
const ask = (verb: ApiVerb, plural: string, namespace?: string) => ({verb, plural, namespace})

describe('the user of a request', () => {
  test.each([
    {header: 'Bearer secret', expected: 'eu'},
    {header: 'bearer secret', expected: 'eu'},
    {header: 'Bearer secret2', expected: undefined},
    {header: 'Basic secret', expected: undefined},
    {header: undefined, expected: undefined},
  ])('$header is $expected', ({header, expected}) => {
    expect(authenticate([user], header)?.name).toBe(expected)
  })
})

describe('the permissions of a user', () => {
  test('everything by default', () => {
    expect(isAllowed(user, ask('delete', 'namespaces'), [])).toBe(true)
  })

  test.each<{rule: AccessRule; question: ReturnType<typeof ask>; expected: boolean; because: string}>([
    {
      rule: {verbs: ['get'], resources: ['pods']},
      question: ask('get', 'pods', 'a'),
      expected: true,
      because: 'granted',
    },
    {
      rule: {verbs: ['get'], resources: ['pods']},
      question: ask('list', 'pods', 'a'),
      expected: false,
      because: 'another verb',
    },
    {rule: {verbs: ['*'], resources: ['*']}, question: ask('patch', 'leases'), expected: true, because: 'all of all'},
    {
      rule: {verbs: ['*'], resources: ['pods'], namespaces: ['a']},
      question: ask('list', 'pods', 'a'),
      expected: true,
      because: 'there',
    },
    {
      rule: {verbs: ['*'], resources: ['pods'], namespaces: ['a']},
      question: ask('list', 'pods'),
      expected: false,
      because: 'not across namespaces',
    },
  ])('$question by $rule: $expected, $because', ({rule, question, expected}) => {
    expect(isAllowed({...user, may: [rule]}, question, [])).toBe(expected)
  })

  test.each<{match: object; question: ReturnType<typeof ask>; expected: boolean; because: string}>([
    {match: {resource: 'pods'}, question: ask('get', 'pods', 'a'), expected: false, because: 'that resource'},
    {match: {resource: 'pods'}, question: ask('get', 'secrets', 'a'), expected: true, because: 'another one'},
    {
      match: {verb: ['patch', 'update'], resource: 'pods'},
      question: ask('update', 'pods', 'a'),
      expected: false,
      because: 'one of the verbs',
    },
    {match: {namespace: 'a'}, question: ask('list', 'pods', 'a'), expected: false, because: 'in that namespace'},
    {match: {namespace: 'a'}, question: ask('list', 'pods', 'b'), expected: true, because: 'in another'},
    {match: {namespace: 'a'}, question: ask('list', 'pods'), expected: false, because: 'and across all'},
    {match: {namespace: 'a'}, question: ask('list', 'nodes'), expected: true, because: 'nodes have no namespace'},
    {match: {namespace: ''}, question: ask('list', 'pods'), expected: false, because: 'across all'},
    {match: {namespace: ''}, question: ask('list', 'pods', 'a'), expected: true, because: 'and only that'},
    {match: {user: 'us'}, question: ask('list', 'pods'), expected: true, because: 'another user'},
    {match: {}, question: ask('create', 'selfsubjectaccessreviews'), expected: true, because: 'every user may ask'},
  ])('forbidden $match, asked $question: $expected, $because', ({match, question, expected}) => {
    expect(isAllowed(user, question, [{type: 'forbidden', ...match}])).toBe(expected)
  })

  test.each([
    {
      path: '/apis/apps/v1/namespaces/shop/deployments/web/scale',
      message:
        'deployments.apps "web" is forbidden: User "eu" cannot get resource "deployments/scale" in API group "apps" in the namespace "shop"',
    },
    {
      path: '/api/v1/pods',
      message: 'pods is forbidden: User "eu" cannot list resource "pods" in API group "" at the cluster scope',
    },
  ])('the refusal of $path', ({path, message}) => {
    const request = parseRequest(new Catalog(), 'GET', path, new URLSearchParams())
    expect(request && refusal(user, request).message).toBe(message)
  })
})

describe('troubles that are added and removed', () => {
  const busy: Trouble = {type: 'answer', status: 429, verb: 'patch', times: 2}

  test('are used up by the requests that they match', () => {
    const troubles = new ActiveTroubles()
    troubles.add(busy)
    expect(troubles.take('answer', ask('get', 'pods'), 'eu')).toBeUndefined()
    const met = [1, 2, 3].map(() => troubles.take('answer', ask('patch', 'pods'), 'eu')?.status)
    expect(met).toEqual([429, 429, undefined])
  })

  test('the same trouble may be added twice, and is removed once per removal', () => {
    const troubles = new ActiveTroubles()
    const remove = troubles.add({...busy, times: 1})
    troubles.add({...busy, times: 1})
    remove()
    remove()
    expect(troubles.all).toHaveLength(1)
    expect(troubles.take('answer', ask('patch', 'pods'), 'eu')).toBeDefined()
  })

  test('notify when they are added and removed', () => {
    const troubles = new ActiveTroubles()
    const heard: string[] = []
    troubles.subscribe((change) => heard.push(change))
    const remove = troubles.add({type: 'unreachable', how: 'black-hole'})
    expect(troubles.unreachable).toBe('black-hole')
    remove()
    expect([troubles.unreachable, heard]).toEqual([undefined, ['added', 'removed']])
  })
})
