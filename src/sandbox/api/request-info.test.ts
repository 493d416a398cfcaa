import {describe, expect, test} from 'vitest'
import {Catalog} from '../objects/catalog.ts'
import {parseRequest} from './request-info.ts'

const parse = (method: string, path: string) => {
  const url = new URL(path, 'https://sandbox')
  return parseRequest(new Catalog(), method, url.pathname, url.searchParams)
}

describe('the meaning of a path', () => {
  test.each([
    {method: 'GET', path: '/apis/apps/v1/deployments', verb: 'list', namespace: undefined, name: undefined},
    {method: 'GET', path: '/apis/apps/v1/deployments?watch=1', verb: 'watch', namespace: undefined, name: undefined},
    {
      method: 'GET',
      path: '/apis/apps/v1/watch/namespaces/a/deployments',
      verb: 'watch',
      namespace: 'a',
      name: undefined,
    },
    {method: 'GET', path: '/apis/apps/v1/namespaces/a/deployments/b?watch=1', verb: 'get', namespace: 'a', name: 'b'},
    {method: 'POST', path: '/apis/apps/v1/namespaces/a/deployments', verb: 'create', namespace: 'a', name: undefined},
    {method: 'PUT', path: '/apis/apps/v1/namespaces/a/deployments/b', verb: 'update', namespace: 'a', name: 'b'},
    {method: 'PATCH', path: '/apis/apps/v1/namespaces/a/deployments/b', verb: 'patch', namespace: 'a', name: 'b'},
    {method: 'DELETE', path: '/apis/apps/v1/namespaces/a/deployments/b', verb: 'delete', namespace: 'a', name: 'b'},
  ])('$method $path: $verb', ({method, path, verb, namespace, name}) => {
    const request = parse(method, path)
    expect(request).toMatchObject({verb, operation: verb, group: 'apps', plural: 'deployments'})
    expect([request?.namespace, request?.name]).toEqual([namespace, name])
  })

  test('a request for a namespace has that namespace', () => {
    expect(parse('GET', '/api/v1/namespaces/shop')).toMatchObject({
      plural: 'namespaces',
      namespace: 'shop',
      name: 'shop',
    })
    expect(parse('GET', '/api/v1/namespaces')).toMatchObject({plural: 'namespaces', verb: 'list'})
  })

  test('a subresource is served or not', () => {
    const path = '/apis/apps/v1/namespaces/a/deployments/b'
    expect(parse('GET', `${path}/scale`)).toMatchObject({subresource: 'scale', resource: {kind: 'Deployment'}})
    expect(parse('GET', `${path}/nonsense`)).toMatchObject({subresource: 'nonsense', resource: undefined})
  })

  test.each([
    {method: 'POST', path: '/apis/apps/v1/deployments', because: 'an object is created in a namespace'},
    {method: 'POST', path: '/apis/apps/v1/namespaces/a/deployments/b', because: 'and without a name in the path'},
    {method: 'PUT', path: '/apis/apps/v1/namespaces/a/deployments', because: 'an object that is replaced has a name'},
    {
      method: 'GET',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      because: 'reviews are only created',
    },
  ])('$method $path means nothing: $because', ({method, path}) => {
    expect(parse(method, path)).toMatchObject({operation: undefined})
  })

  test('a path that is not served has no resource', () => {
    expect(parse('GET', '/apis/apps/v1/nonsense')).toMatchObject({plural: 'nonsense', resource: undefined})
  })

  test.each(['/version', '/api', '/api/v1', '/apis/apps', '/apis/apps/v1', '/readyz'])(
    '%s is about the server itself',
    (path) => {
      expect(parse('GET', path)).toBeUndefined()
    },
  )
})
