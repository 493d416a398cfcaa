import {describe, expect, test} from 'vitest'
import {shellWord} from '../shared/shell-word.ts'
import type {About} from './answers/question.ts'
import {networkError} from './connection/network-errors.ts'
import {answerError, goOnWithout} from './errors.ts'
import {workloadResources} from './workloads/workload-resources.ts'

const deployments = workloadResources.Deployment

const party = {context: 'prod', server: 'https://prod.test'}
const about = {resource: deployments, namespace: 'shop', name: 'web', mayMiss: ['object']} as const
const status = (message: string, more = {}) => ({kind: 'Status', message, ...more})
const missing = {reason: 'NotFound', details: {name: 'web', group: 'apps', kind: 'deployments'}}

test.each([
  {
    status: 401,
    said: 'Unauthorized',
    failureClass: 'unauthenticated',
    refused: true,
    message: 'The cluster of context "prod" did not accept the credentials (HTTP 401).',
  },
  {
    status: 403,
    said: 'deployments.apps "web" is forbidden: User "jane" cannot patch resource "deployments" in API group "apps" in the namespace "shop"',
    failureClass: 'forbidden',
    refused: true,
    message:
      'Context "prod" does not permit this (HTTP 403): deployments.apps "web" is forbidden: User "jane" cannot patch resource "deployments" in API group "apps" in the namespace "shop".',
  },
  {
    status: 403,
    said: 'admission webhook "policy.test" denied the request: no latest tags',
    failureClass: 'rejected',
    refused: true,
    message:
      'The API server of context "prod" rejected the request (HTTP 403): admission webhook "policy.test" denied the request: no latest tags.',
  },
  {
    status: 403,
    said: 'pods "web" is forbidden: exceeded quota: small, requested: pods=1, used: pods=3, limited: pods=3',
    failureClass: 'rejected',
    refused: true,
    message:
      'The API server of context "prod" rejected the request (HTTP 403): pods "web" is forbidden: exceeded quota: small, requested: pods=1, used: pods=3, limited: pods=3.',
  },
  {
    status: 404,
    said: 'deployments.apps "web" not found',
    failureClass: 'not-found',
    refused: true,
    message: 'Context "prod" does not have what was asked for (HTTP 404): deployments.apps "web" not found.',
  },
  {
    status: 408,
    said: '',
    failureClass: 'timeout',
    refused: false,
    message: 'Context "prod" timed out the request (HTTP 408).',
  },
  {
    status: 409,
    said: '',
    failureClass: 'conflict',
    refused: true,
    message: 'Context "prod" refused the write (HTTP 409): the object was changed in the meantime.',
  },
  {
    status: 409,
    said: 'configmaps "c" already exists',
    failureClass: 'conflict',
    refused: true,
    message: 'Context "prod" refused the write (HTTP 409): configmaps "c" already exists.',
  },
  {
    status: 400,
    said: 'no such field',
    failureClass: 'rejected',
    refused: true,
    message: 'The API server of context "prod" rejected the request (HTTP 400): no such field.',
  },
  {
    status: 422,
    said: 'spec is invalid',
    failureClass: 'rejected',
    refused: true,
    message: 'The API server of context "prod" rejected the request (HTTP 422): spec is invalid.',
  },
  {
    status: 429,
    said: '',
    failureClass: 'throttled',
    refused: true,
    message: 'Context "prod" throttles requests (HTTP 429).',
  },
  {
    status: 410,
    said: 'too old',
    failureClass: 'server-error',
    refused: true,
    message: 'The API server of context "prod" failed to answer (HTTP 410): too old.',
  },
  {
    status: 500,
    said: 'etcdserver: leader changed',
    failureClass: 'server-error',
    refused: false,
    message: 'The API server of context "prod" failed to answer (HTTP 500): etcdserver: leader changed.',
  },
  {
    status: 503,
    said: '',
    failureClass: 'server-error',
    refused: false,
    message: 'The API server of context "prod" failed to answer (HTTP 503).',
  },
  {
    status: 302,
    said: '',
    failureClass: 'server-error',
    refused: false,
    message:
      'The server of context "prod" at https://prod.test answered with HTTP 302, which is not an answer of Kubernetes to this request.',
  },
])('HTTP $status is $failureClass: $message', ({said, status: code, ...expected}) => {
  const error = answerError(party, {status: code, body: status(said, code === 404 ? missing : {}), about})
  expect(error).toMatchObject({...expected, status: code === 302 ? undefined : code})
})

describe('the refusal of a server-side apply', () => {
  const causes = [
    {reason: 'FieldManagerConflict', message: 'conflict with "helm" using apps/v1', field: '.spec.replicas'},
    {reason: 'FieldManagerConflict', message: 'conflict with "a\u001b[2J" with subresource "scale"', field: '.data.x'},
    {reason: 'AnotherOne', message: 'conflict with "none"', field: '.spec'},
  ]

  test('has the conflicts by manager and field', () => {
    const body = status('Apply failed with 2 conflicts', {reason: 'Conflict', code: 409, details: {causes}})
    const error = answerError(party, {status: 409, body, about})
    expect(error).toMatchObject({failureClass: 'conflict', refused: true})
    expect(error.conflicts).toEqual([
      {manager: 'helm', field: '.spec.replicas'},
      {manager: expect.not.stringContaining('\u001b'), field: '.data.x'},
    ])
  })

  test('a conflict of versions has none', () => {
    const body = status('the object has been modified', {reason: 'Conflict', code: 409})
    expect(answerError(party, {status: 409, body, about}).conflicts).toEqual([])
  })

  const typed =
    'failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): .spec.replicas: expected numeric'
  test.each([
    {said: typed, more: {}, failureClass: 'rejected', refused: true},
    {said: `etcd: ${typed}`, more: {}, failureClass: 'server-error', refused: false},
    {said: typed, more: {reason: 'InternalError'}, failureClass: 'server-error', refused: false},
  ])('HTTP 500, "$said" $more: $failureClass', ({said, more, failureClass, refused}) => {
    const error = answerError(party, {status: 500, body: status(said, {code: 500, ...more}), about})
    expect(error).toMatchObject({failureClass, refused})
  })
})

describe('HTTP 500 of an admission webhook that could not be called', () => {
  const failed =
    'failed calling webhook "policy.test": failed to call webhook: Post "https://p.svc:443": context deadline exceeded'
  const details = {causes: [{message: failed}]}
  const genuine = status(`Internal error occurred: ${failed}`, {reason: 'InternalError', code: 500, details})
  const errorOf = (body: unknown, code = 500) => answerError(party, {status: code, body, about})

  test('was not carried out, and may be tried again', () => {
    expect(errorOf(genuine)).toMatchObject({failureClass: 'server-error', refused: true, status: 500})
    expect(errorOf(genuine).message).toBe(
      `The API server of context "prod" could not ask an admission webhook and made no change (HTTP 500): Internal error occurred: ${failed}.`,
    )
  })

  test.each([
    {because: 'another error quotes it', body: {...genuine, message: `Internal error occurred: etcd: ${failed}`}},
    {because: 'its cause is another one', body: {...genuine, details: {causes: [{message: 'etcdserver: timed out'}]}}},
    {
      because: 'there are more causes',
      body: {...genuine, details: {causes: [{message: failed}, {message: 'etcdserver: timed out'}]}},
    },
    {because: 'it has no cause', body: {...genuine, details: {}}},
    {because: 'its reason is another one', body: {...genuine, reason: 'ServerTimeout'}},
    {
      because: 'it names another object',
      body: {...genuine, details: {...details, kind: 'pods', name: 'other'}},
    },
    {because: 'it is no Status', body: {message: genuine.message}},
    {because: 'it is a Status of another code', body: {...genuine, code: 504}},
    {because: 'the code is another one', body: {...genuine, code: 504}, code: 504},
    {
      because: 'it is a conversion webhook, which is called after the write, too',
      body: {
        ...genuine,
        message: 'Internal error occurred: conversion webhook for acme.test/v1, Kind=Web failed: Post',
        details: {causes: [{message: 'conversion webhook for acme.test/v1, Kind=Web failed: Post'}]},
      },
    },
  ])('may have been carried out where $because', ({body, code = 500}) => {
    expect(errorOf(body, code).refused).toBe(false)
  })
})

test.each([
  {because: 'the header', retryAfter: '7', body: undefined, ms: 7_000},
  {because: 'the header, at most ten minutes', retryAfter: '999999', body: undefined, ms: 600_000},
  {because: 'nothing: it is not a number of seconds', retryAfter: '1e12', body: undefined, ms: undefined},
  {
    because: 'nothing below zero',
    retryAfter: '-5',
    body: status('', {details: {retryAfterSeconds: -1}}),
    ms: undefined,
  },
  {
    because: 'the Status, at most ten minutes',
    retryAfter: undefined,
    body: status('', {details: {retryAfterSeconds: 1e12}}),
    ms: 600_000,
  },
  {because: 'the Status', retryAfter: undefined, body: status('', {details: {retryAfterSeconds: 3}}), ms: 3_000},
  {
    because: 'the header before the Status',
    retryAfter: '1',
    body: status('', {details: {retryAfterSeconds: 3}}),
    ms: 1_000,
  },
  {
    because: 'nothing: a date needs a synchronised clock',
    retryAfter: 'Wed, 21 Oct 2026 07:28:00 GMT',
    body: undefined,
    ms: undefined,
  },
])('how long to wait comes from $because', ({retryAfter, body, ms}) => {
  expect(answerError(party, {status: 429, retryAfter, body, about}).retryAfterMs).toBe(ms)
})

test('of a body only the sentence of a Status is shown, on one line, printable and truncated', () => {
  const proxy = answerError(party, {
    status: 502,
    body: {message: 'token abc', headers: {authorization: 'secret'}},
    about,
  })
  expect(proxy.message).toBe('The API server of context "prod" failed to answer (HTTP 502).')
  const hostile = answerError(party, {status: 500, body: status(`\x1b[31m${'x'.repeat(1000)}\nnext`), about})
  expect(hostile.message).toMatch(/: x+…$/)
  expect(hostile.message.length).toBeLessThan(400)
  expect(hostile.cause).toBeUndefined()
})

test('the name of a context is safe to print and to paste', () => {
  expect(answerError({context: 'a\x1b"b', server: ''}, {status: 409, body: status(''), about}).message).toContain(
    'Context "a\\x1b"b"',
  )
  expect(shellWord('prod-eu')).toBe('prod-eu')
  expect(shellWord("it's $HOME")).toBe(`'it'\\''s $HOME'`)
  expect(goOnWithout(shellWord('prod eu'))).toBe(`-c '!prod eu'  to go on without it`)
})

const limits = {connectMs: 5_000, responseMs: 30_000}

test.each([
  {
    code: 'ENOTFOUND',
    failureClass: 'unreachable',
    message: 'Cannot find the address of https://prod.test (context "prod"): its name is not known.',
  },
  {
    code: 'EAI_AGAIN',
    failureClass: 'unreachable',
    message: 'Cannot find the address of https://prod.test (context "prod"): its name is not known.',
  },
  {
    code: 'ECONNREFUSED',
    failureClass: 'unreachable',
    message:
      'Cannot reach context "prod": nothing accepts connections at https://prod.test; the API server is down or has another address.',
  },
  {
    code: 'EMFILE',
    failureClass: 'unreachable',
    message: 'Cannot reach context "prod": this process has too many files open.',
  },
  {
    code: 'EHOSTUNREACH',
    failureClass: 'unreachable',
    message: 'Cannot reach context "prod": there is no route to https://prod.test.',
  },
  {
    code: 'UND_ERR_CONNECT_TIMEOUT',
    failureClass: 'unreachable',
    message:
      'Cannot reach context "prod": no answer from https://prod.test within 5 s; a VPN that is down or a firewall looks like this.',
  },
  {
    code: 'UND_ERR_HEADERS_TIMEOUT',
    failureClass: 'timeout',
    message: 'https://prod.test (context "prod") did not answer within 30 s.',
  },
  {
    code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    failureClass: 'unauthenticated',
    message: 'https://prod.test did not accept the client certificate of context "prod".',
  },
  {
    code: 'ERR_OSSL_X509_KEY_VALUES_MISMATCH',
    failureClass: 'unauthenticated',
    message:
      'The client certificate, key or CA of context "prod" cannot be used: it is damaged, or the key does not fit.',
  },
  {
    code: 'ECONNRESET',
    failureClass: 'unreachable',
    message: 'The connection to https://prod.test (context "prod") was cut before the answer was complete.',
  },
  {
    code: 'HPE_INVALID_CONSTANT',
    failureClass: 'unreachable',
    message: 'The connection to https://prod.test (context "prod") was cut before the answer was complete.',
  },
])('$code: $message', ({code, ...expected}) => {
  const error = Object.assign(new Error('GET /secret token=abc'), {code})
  const failure = networkError(party, error, 'sent', limits)
  expect(failure).toMatchObject({...expected, refused: false})
  expect(failure?.cause).toBeUndefined()
})

test('a failure before anything was sent proves that nothing was written', () => {
  const error = Object.assign(new Error(), {code: 'ECONNRESET'})
  expect(networkError(party, error, 'connecting', limits)?.refused).toBe(true)
})

test.each([
  {server: 'https://prod.test', address: 'prod.test:443'},
  {server: 'https://prod.test:6443/k8s/clusters/c-1', address: 'prod.test:6443'},
  {server: 'https://[::1]:6443', address: "'[::1]:6443'"},
])('the suggested command shows the dates of an expired certificate at $address', ({server, address}) => {
  const error = Object.assign(new Error(), {code: 'CERT_HAS_EXPIRED'})
  expect(networkError({context: 'prod', server}, error, 'connecting', limits)?.suggestions[0]).toBe(
    `openssl s_client -connect ${address} </dev/null | openssl x509 -noout -dates  to see its dates`,
  )
})

test('-n is suggested where a whole cluster may not be listed, not where one workload may not be patched', () => {
  const body = (scope: string) => status(`deployments.apps is forbidden: User "jane" cannot list it ${scope}`)
  const suggestions = (scope: string) => answerError(party, {status: 403, body: body(scope), about}).suggestions
  expect(suggestions('at the cluster scope')).toContain('-n NAMESPACE  where only single namespaces may be read')
  expect(suggestions('in the namespace "shop"')).toEqual(['kubectl --context prod auth can-i --list'])
})

test('of several addresses that failed, the first one is reported', () => {
  const first = Object.assign(new Error(), {code: 'ECONNREFUSED'})
  const second = Object.assign(new Error(), {code: 'EHOSTUNREACH'})
  expect(networkError(party, new AggregateError([first, second]), 'connecting', limits)?.message).toContain(
    'nothing accepts',
  )
})

test.each([
  {because: 'it has no code', error: new TypeError('x is not a function')},
  {
    because: 'undici was called with an invalid argument',
    error: Object.assign(new Error(), {code: 'UND_ERR_INVALID_ARG'}),
  },
])('an error is a bug where $because', ({error}) => {
  expect(networkError(party, error, 'sent', limits)).toBeUndefined()
})

/** What a gateway, a cache or a faulty proxy may send with any status. */
const notOfTheObject: readonly {readonly what: string; readonly body: unknown}[] = [
  {what: 'a page', body: undefined},
  {what: 'other JSON', body: {error: 'no route', message: 'nothing here'}},
  {what: 'null', body: null},
  {what: 'a Status of another number', body: status('', {...missing, code: 599})},
  {what: 'a Status of success', body: status('', {...missing, status: 'Success'})},
  {what: 'a Status of another object', body: status('', {...missing, details: {...missing.details, name: 'api'}})},
  {what: 'a Status of another kind', body: status('', {...missing, details: {...missing.details, kind: 'pods'}})},
  {what: 'a Status of another group', body: status('', {...missing, details: {...missing.details, group: 'x.io'}})},
  {
    what: 'a Status of another namespace',
    body: status('', {...missing, details: {name: 'pay', kind: 'namespaces'}}),
  },
  {
    what: 'a Status that a client library made from an unreadable answer',
    body: status('', {...missing, details: {...missing.details, causes: [{reason: 'UnexpectedServerResponse'}]}}),
  },
]

test.each(
  [400, 403, 404, 405, 409, 410, 413, 415, 422].flatMap((code) => notOfTheObject.map((row) => ({code, ...row}))),
)('HTTP $code with $what proves nothing', ({code, body}) => {
  const error = answerError(party, {status: code, body, about})
  expect(error).toMatchObject({failureClass: 'server-error', refused: false, status: undefined})
})

test.each([
  {code: 401, failureClass: 'unauthenticated'},
  {code: 408, failureClass: 'timeout'},
  {code: 429, failureClass: 'throttled'},
])('HTTP $code is $failureClass from any sender, and no proof that nothing was written', ({code, failureClass}) => {
  expect(answerError(party, {status: code, about})).toMatchObject({failureClass, refused: false})
})

test.each<{what: string; body: unknown; of?: Partial<About>}>([
  {what: 'a Status without details', body: status('', {reason: 'NotFound'})},
  {what: 'a Status without a reason', body: status('', {details: missing.details})},
  {
    what: 'a Status of the namespace',
    body: status('', {reason: 'NotFound', details: {name: 'shop', kind: 'namespaces'}}),
  },
  {what: 'a Status of the object', of: {mayMiss: []}, body: status('', missing)},
])('HTTP 404 with $what does not show that the object is missing', ({body, of}) => {
  expect(answerError(party, {status: 404, body, about: {...about, ...of}})).toMatchObject({
    failureClass: 'server-error',
    refused: false,
    status: undefined,
  })
})

test.each<{what: string; body: unknown; of: Partial<About>}>([
  {what: 'of the object', of: {}, body: status('', missing)},
  {
    what: 'of the namespace in which an object is created',
    of: {mayMiss: ['namespace']},
    body: status('', {reason: 'NotFound', details: {name: 'shop', kind: 'namespaces'}}),
  },
])('HTTP 404 with a Status $what shows that it is missing', ({body, of}) => {
  expect(answerError(party, {status: 404, body, about: {...about, ...of}})).toMatchObject({
    failureClass: 'not-found',
    refused: true,
  })
})

test('a refusal because of a quota, or the namespace, counts as one of the object', () => {
  const quota = status('', {details: {name: 'small', kind: 'resourcequotas'}})
  expect(answerError(party, {status: 409, body: quota, about})).toMatchObject({failureClass: 'conflict', refused: true})
  const ending = status('', {details: {name: 'shop', kind: 'namespaces'}})
  expect(answerError(party, {status: 403, body: ending, about})).toMatchObject({
    failureClass: 'forbidden',
    refused: true,
  })
})
