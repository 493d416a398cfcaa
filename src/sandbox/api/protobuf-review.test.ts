import {expect, test} from 'vitest'
import {decodeReview} from './protobuf-review.ts'

/** What `kubectl auth can-i list pods -n shop` sends. */
const recorded = Buffer.concat([
  Buffer.from('k8s\0'),
  field(1, field(1, 'authorization.k8s.io/v1'), field(2, 'SelfSubjectAccessReview')),
  field(
    2,
    field(1, field(1, '')),
    field(2, field(1, field(1, 'shop'), field(2, 'list'), field(3, ''), field(5, 'pods'))),
    field(3, number(1, 0)),
  ),
])

function field(id: number, ...content: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(content.map((each) => Buffer.from(each)))
  return Buffer.concat([Buffer.from([(id << 3) | 2, body.length]), body])
}

function number(id: number, value: number): Buffer {
  return Buffer.from([id << 3, value])
}

test('reads a review of kubectl in protobuf', () => {
  expect(decodeReview(recorded)).toEqual({
    spec: {resourceAttributes: {namespace: 'shop', verb: 'list', resource: 'pods'}},
  })
})

test('reads a question about a path', () => {
  const body = Buffer.concat([Buffer.from('k8s\0'), field(2, field(2, field(2, field(1, '/readyz'), field(2, 'get'))))])
  expect(decodeReview(body)).toEqual({spec: {nonResourceAttributes: {path: '/readyz', verb: 'get'}}})
})

test.each([
  {body: Buffer.from('{}'), because: 'is not protobuf of the API'},
  {body: Buffer.from('k8s\0'), because: 'holds no review'},
  {body: recorded.subarray(0, recorded.length - 3), because: 'ends in the middle of a field'},
])('refuses a body that $because', ({body, because}) => {
  expect(() => decodeReview(body)).toThrow(because)
})
