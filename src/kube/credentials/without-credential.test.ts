import {expect, test} from 'vitest'
import {withoutCredential} from './without-credential.ts'

const token = 'k8s-aws-v1.hunter2/SECRET+and%more"quoted"-0123456789'
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
const claims = {iss: 'https://login.example', sub: 'system:serviceaccount:shop:deployer', jti: 'hunter2-9f86d081884c'}
const jwt = `${encode({alg: 'RS256'})}.${encode(claims)}.c2lnbmF0dXJlLWh1bnRlcjI`
const basic = `Basic ${Buffer.from('ada:hunter2:SECRET').toString('base64')}`
const percent = encodeURIComponent(token)

test.each([
  ['as it was sent', `Bearer ${token}`, token],
  ['cut at its end', `Bearer ${token}`, token.slice(0, 24)],
  ['cut at its beginning', `Bearer ${token}`, token.slice(-20)],
  ['cut at both ends', `Bearer ${token}`, token.slice(10, 28)],
  ['percent-encoded', `Bearer ${token}`, percent],
  ['percent-encoded in lower case', `Bearer ${token}`, percent.replace(/%../g, (code) => code.toLowerCase())],
  ['percent-encoded and cut', `Bearer ${token}`, percent.slice(0, 30)],
  ['escaped for JSON', `Bearer ${token}`, JSON.stringify(token)],
  ['in base64', `Bearer ${token}`, Buffer.from(token).toString('base64')],
  ['in base64url', `Bearer ${token}`, Buffer.from(token).toString('base64url')],
  ['in hexadecimal digits', `Bearer ${token}`, Buffer.from(token).toString('hex')],
  ['twice', `Bearer ${token}`, `${token} and ${token}`],
  ['of Basic', basic, basic],
  ['of Basic, the password', basic, 'password hunter2:SECRET of ada'],
  ['of Basic, cut', basic, basic.slice(0, 20)],
  ['of Basic, the pair', basic, 'ada:hunter2:SECRET'],
  ['a JSON Web Token', `Bearer ${jwt}`, jwt],
  ['the signature of one', `Bearer ${jwt}`, jwt.slice(jwt.lastIndexOf('.') + 1)],
  ['the claims of one', `Bearer ${jwt}`, JSON.stringify(claims)],
  ['the claims of one in JSON', `Bearer ${jwt}`, JSON.stringify(JSON.stringify(claims))],
  ['the claims of one, cut', `Bearer ${jwt}`, JSON.stringify(claims).slice(0, 60)],
  ['a claim of one that is a secret', `Bearer ${jwt}`, 'the token hunter2-9f86d081884c was revoked'],
])('cuts out the credential %s', (_, authorization, quoted) => {
  const text = withoutCredential(`request with <${quoted}> was refused`, authorization)
  expect(text).toContain('[redacted]')
  expect(text).toMatch(/^request with .* was refused$/)
  for (const secret of ['hunter2', 'SECRET', '0123456789', 'aHVudGVy', '68756e74', 'login.example', 'c2lnbm']) {
    expect(text).not.toContain(secret)
  }
})

test.each([
  ['who it is', `Bearer ${jwt}`, 'User "system:serviceaccount:shop:deployer" cannot list resource "pods"'],
  ['the name of Basic', basic, 'User "ada" cannot list resource "pods"'],
  ['an unrelated text', `Bearer ${token}`, 'deployments.apps "web" not found'],
  ['everything where there is no credential', undefined, 'Unauthorized'],
  ['everything of a credential of one letter', 'Bearer a', 'a bad day'],
])('leaves %s', (_, authorization, text) => {
  expect(withoutCredential(text, authorization)).toBe(text)
})

test('a large credential is found in a large answer', () => {
  const text = 'x'.repeat(65_536)
  expect(withoutCredential(text, `Bearer ${'y'.repeat(1_048_576)}`)).toBe(text)
})
