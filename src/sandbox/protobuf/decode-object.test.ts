import {expect, test} from 'vitest'
import {decodeObject} from './decode-object.ts'

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
  expect(decodeObject(recorded)).toMatchObject({
    kind: 'SelfSubjectAccessReview',
    spec: {resourceAttributes: {namespace: 'shop', verb: 'list', resource: 'pods'}},
  })
})

test('reads a question about a path', () => {
  const type = field(1, field(1, 'authorization.k8s.io/v1'), field(2, 'SelfSubjectAccessReview'))
  const path = field(2, field(2, field(2, field(1, '/readyz'), field(2, 'get'))))
  const body = Buffer.concat([Buffer.from('k8s\0'), type, path])
  expect(decodeObject(body)).toMatchObject({spec: {nonResourceAttributes: {path: '/readyz', verb: 'get'}}})
})

test.each([
  {body: Buffer.from('{}'), because: 'is not protobuf of the API'},
  {body: recorded.subarray(0, recorded.length - 3), because: 'ends in the middle of a field'},
])('refuses a body that $because', ({body, because}) => {
  expect(() => decodeObject(body)).toThrow(because)
})

test('reads maps, lists, numbers, and values of either type', () => {
  const metadata = field(1, field(1, 'web'), field(2, ''), field(11, field(1, 'app'), field(2, 'web')))
  const port = field(1, field(1, 'http'), number(3, 80), field(4, number(1, 1), number(2, 0), field(3, 'web')))
  const type = field(1, field(1, 'v1'), field(2, 'Service'))
  const body = Buffer.concat([Buffer.from('k8s\0'), type, field(2, metadata, field(2, port, field(4, 'NodePort')))])
  expect(decodeObject(body)).toEqual({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {name: 'web', labels: {app: 'web'}},
    spec: {ports: [{name: 'http', port: 80, targetPort: 'web'}], type: 'NodePort'},
  })
})

test('keeps bytes as base64, and explicit zeros', () => {
  const of = (kind: string, ...content: readonly Buffer[]): Buffer =>
    Buffer.concat([Buffer.from('k8s\0'), field(1, field(1, 'v1'), field(2, kind)), field(2, ...content)])
  expect(decodeObject(of('Secret', field(2, field(1, 'a'), field(2, 'text'))))).toMatchObject({data: {a: 'dGV4dA=='}})
  expect(decodeObject(of('Deployment', field(2, number(1, 0))))).toMatchObject({spec: {replicas: 0}})
  expect(decodeObject(of('Unheard'))).toBeUndefined()
})
