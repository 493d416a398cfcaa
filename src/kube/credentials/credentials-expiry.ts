import {X509Certificate} from 'node:crypto'
import type {CredentialsExpiry} from '../ports/cluster-access.ts'
import type {Credential} from './credentials.ts'
import {tokenEnd} from './token-end.ts'

/**
 * When a credential expires: by its client certificate, the claim `exp` of its token (RFC 7519, section
 * 4.1.4, which is read and not verified), or the expiry that a plugin printed; the earliest of them.
 */
export function expiryOf({headers, tls, expiresAt, renewed = false}: Credential): CredentialsExpiry | undefined {
  const known = [
    expiresAt,
    certificateEnd(tls.cert),
    tokenEnd(headers.authorization?.replace(/^Bearer\s+/i, '') ?? ''),
  ].filter((end): end is number => end !== undefined && !Number.isNaN(new Date(end).getTime()))
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
