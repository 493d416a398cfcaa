import {createHash, createHmac, timingSafeEqual} from 'node:crypto'
import type {SourceRequest} from './source.ts'

/** Is one of the texts the secret? */
export function isSecret(given: readonly (string | undefined)[], secret: string): 'ok' | 'refused' {
  if (secret === '') return 'refused'
  // Each is compared: the time is the same for all.
  const equal = given.filter((text) => text !== undefined && isEqual(text, secret))
  return equal.length > 0 ? 'ok' : 'refused'
}

/**
 * The secrets that `Authorization` can hold: the token of `Bearer`, the password of `Basic` (with any user name), and the
 * value itself, for senders that let it be configured as one text.
 */
export function authorizationOf({headers}: Pick<SourceRequest, 'headers'>): readonly string[] {
  const {authorization} = headers
  if (authorization === undefined) return []
  const [, scheme = '', credentials = ''] = /^(bearer|basic) +(\S+)$/i.exec(authorization) ?? []
  if (scheme.toLowerCase() === 'bearer') return [authorization, credentials]
  if (scheme.toLowerCase() !== 'basic') return [authorization]
  const [, password = ''] = /^[^:]*:(.*)$/s.exec(Buffer.from(credentials, 'base64').toString()) ?? []
  return [authorization, password]
}

/** Is one of the texts the HMAC-SHA256 of the body, in hexadecimal, with or without `sha256=` before it? */
export function isSignature(given: readonly (string | undefined)[], body: Buffer, secret: string): 'ok' | 'refused' {
  if (secret === '') return 'refused'
  const signatures = given.map((text) => text?.toLowerCase().replace(/^sha256=/, ''))
  return isSecret(signatures, createHmac('sha256', secret).update(body).digest('hex'))
}

/** Identifies a body whose sender signs it, or never sends the same bytes for two pushes. */
export function identityOf(body: Buffer): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`
}

/** The hashes have one length, as the comparison requires; no length of a secret can be measured. */
function isEqual(one: string, other: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(one), hash(other))
}
