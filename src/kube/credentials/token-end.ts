import {objectOf} from '../json-fields.ts'

/**
 * When a JSON Web Token expires by its claim `exp` (RFC 7519, section 4.1.4), which is read and not verified, in milliseconds
 * since the epoch; undefined where it is not one, or has no expiry.
 */
export function tokenEnd(token: string): number | undefined {
  const [, claims] = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token) ?? []
  if (claims === undefined) return undefined
  try {
    const {exp} = objectOf(JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')))
    return typeof exp === 'number' && Math.abs(exp) < 8.64e12 ? exp * 1000 : undefined
  } catch {
    return undefined
  }
}
