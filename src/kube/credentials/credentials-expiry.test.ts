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

test('a client certificate expires at its end date; of a chain, the first one counts', async () => {
  const cert = await certificate()
  expect(expiryOf({headers: {}, tls: {cert}})).toEqual({at: end, renewed: false})
  expect(expiryOf({headers: {}, tls: {cert: Buffer.from(`${cert}\n${cert}`)}})?.at).toEqual(end)
})

test.each([
  {token: jwt({exp: end.getTime() / 1000}), at: end, because: 'a JWT has its expiry'},
  {token: jwt({sub: 'ada'}), at: undefined, because: 'a JWT without an expiry'},
  {token: jwt({exp: 'soon'}), at: undefined, because: 'an expiry that is not a number'},
  {token: jwt({exp: 1e300}), at: undefined, because: 'an expiry that is not a time'},
  {token: jwt(null), at: undefined, because: 'claims that are not an object'},
  {token: `e30.${Buffer.from('{').toString('base64url')}.e30`, at: undefined, because: 'claims that are not JSON'},
  {token: 'opaque', at: undefined, because: 'a token that is not a JWT'},
])('$because', ({token, at}) => {
  expect(expiryOf(withToken(token))?.at).toEqual(at)
})

test.each([
  {credential: {headers: {}, tls: {}}, because: 'anonymous access'},
  {credential: {headers: {authorization: 'Basic YWRhOnB3'}, tls: {}}, because: 'a password'},
  {credential: {headers: {}, tls: {cert: 'CERT'}}, because: 'an invalid certificate'},
])('no expiry is known for $because', ({credential}) => {
  expect(expiryOf(credential)).toBeUndefined()
})

test('the earliest expiry counts, and says whether a renewal follows', async () => {
  const token = jwt({exp: end.getTime() / 1000})
  const credential = {...withToken(token), expiresAt: earlier.getTime(), renewed: true}
  expect(expiryOf(credential)).toEqual({at: earlier, renewed: true})
})
