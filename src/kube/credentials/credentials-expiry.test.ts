import {generate} from 'selfsigned'
import {expect, test} from 'vitest'
import type {Credential} from './credentials.ts'
import {expiryOf} from './credentials-expiry.ts'

const end = new Date('2027-03-01T12:00:00Z')
const earlier = new Date('2027-02-01T12:00:00Z')

const withToken = (token: string): Credential => ({headers: {authorization: `Bearer ${token}`}, tls: {}})
const jwt = (claims: unknown): string =>
  ['{"alg":"RS256"}', JSON.stringify(claims), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')
const certificate = async (): Promise<string> =>
  (await generate([{name: 'commonName', value: 'ada'}], {notAfterDate: end, notBeforeDate: earlier})).cert

test('a client certificate ends when it says so, the first of a chain counts', async () => {
  const cert = await certificate()
  expect(expiryOf({headers: {}, tls: {cert}})).toEqual({at: end, renewed: false})
  expect(expiryOf({headers: {}, tls: {cert: Buffer.from(`${cert}\n${cert}`)}})?.at).toEqual(end)
})

test.each([
  {token: jwt({exp: end.getTime() / 1000}), at: end, because: 'a JWT says when it ends'},
  {token: jwt({sub: 'ada'}), at: undefined, because: 'a JWT without an end'},
  {token: jwt({exp: 'soon'}), at: undefined, because: 'an end that is not a number'},
  {token: jwt({exp: 1e300}), at: undefined, because: 'an end that is no time'},
  {token: jwt(null), at: undefined, because: 'claims that are none'},
  {token: `e30.${Buffer.from('{').toString('base64url')}.e30`, at: undefined, because: 'claims that are no JSON'},
  {token: 'opaque', at: undefined, because: 'a token that is no JWT'},
])('$because', ({token, at}) => {
  expect(expiryOf(withToken(token))?.at).toEqual(at)
})

test.each([
  {credential: {headers: {}, tls: {}}, because: 'nobody in particular'},
  {credential: {headers: {authorization: 'Basic YWRhOnB3'}, tls: {}}, because: 'a password'},
  {credential: {headers: {}, tls: {cert: 'CERT'}}, because: 'what is no certificate'},
])('nothing is known of $because', ({credential}) => {
  expect(expiryOf(credential)).toBeUndefined()
})

test('the earliest end counts, and that others come after it is told', async () => {
  const token = jwt({exp: end.getTime() / 1000})
  const credential = {...withToken(token), expiresAt: earlier.getTime(), renewed: true}
  expect(expiryOf(credential)).toEqual({at: earlier, renewed: true})
})
