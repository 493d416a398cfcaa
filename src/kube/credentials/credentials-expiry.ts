import {X509Certificate} from 'node:crypto'
import {objectOf} from '../json-fields.ts'
import type {CredentialsExpiry} from '../ports/cluster-access.ts'
import type {Credential} from './credentials.ts'

/**
 * When a credential ends by what it says itself: its client certificate, the claim `exp` of its token (RFC 7519, section
 * 4.1.4, which is read and not verified), and what a plugin said of it; the earliest of them.
 */
export function expiryOf({headers, tls, expiresAt, renewed = false}: Credential): CredentialsExpiry | undefined {
  const known = [expiresAt, certificateEnd(tls.cert), tokenEnd(headers.authorization)].filter(
    (end): end is number => end !== undefined && !Number.isNaN(new Date(end).getTime()),
  )
  return known.length === 0 ? undefined : {at: new Date(Math.min(...known)), renewed}
}

function certificateEnd(cert: string | Buffer | undefined): number | undefined {
  if (cert === undefined) return undefined
  try {
    return new X509Certificate(cert).validToDate.getTime()
  } catch {
    return undefined
  }
}

function tokenEnd(authorization: string | undefined): number | undefined {
  const [, claims] = /^Bearer\s+[\w-]+\.([\w-]+)\.[\w-]*$/i.exec(authorization ?? '') ?? []
  if (claims === undefined) return undefined
  try {
    const {exp} = objectOf(JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')))
    return typeof exp === 'number' ? exp * 1000 : undefined
  } catch {
    return undefined
  }
}
