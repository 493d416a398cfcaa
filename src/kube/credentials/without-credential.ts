import {objectOf, textAt} from '../json-fields.ts'

const redacted = '[redacted]'

/** Longer credentials are not searched piece by piece: no server accepts headers of this size. */
const maxLength = 32_768

/** Claims of a JSON Web Token that are as sensitive as a session; the others identify the user, which errors may show. */
const secretClaims = ['jti', 'nonce', 'sid', 'session_state', 'at_hash', 'c_hash', 's_hash']

/**
 * The message of a server or a gateway, without the credential that the request carried: as it was sent, truncated at either
 * end, percent-encoded, in base64 or hexadecimal digits, escaped for JSON; of Basic the password, of a JSON Web Token its claims.
 * Other encodings are not recognised.
 *
 * @param authorization the header; undefined: the request had none
 */
export function withoutCredential(text: string, authorization: string | undefined): string {
  const [, scheme = '', credential = ''] = /^(\S+)\s+(.*)$/.exec(authorization?.slice(0, maxLength) ?? '') ?? []
  if (credential === '') return text
  const [secrets, claims] = /^basic$/i.test(scheme) ? [passwordOf(credential), ''] : claimsOf(credential)
  const withoutPieces = [credential, ...secrets].flatMap(variantsOf).reduce(withoutPiecesOf, text)
  return [claims, escapedForJson(claims)].reduce(withoutBeginningOf, withoutPieces)
}

function passwordOf(credential: string): readonly string[] {
  const pair = Buffer.from(credential, 'base64').toString('utf8')
  return [pair, pair.slice(pair.indexOf(':') + 1)]
}

/** The secret claims, and all claims as the text that they decode to; nothing of another token. */
function claimsOf(token: string): readonly [secrets: readonly string[], claims: string] {
  const text = Buffer.from(/^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token)?.[1] ?? '', 'base64url').toString('utf8')
  try {
    const claims = objectOf(JSON.parse(text))
    return [secretClaims.map((name) => textAt(claims, name)), text]
  } catch {
    return [[], '']
  }
}

function variantsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  const percent = encodeURIComponent(secret.toWellFormed())
  const encoded = [percent, percent.replace(/%../g, (code) => code.toLowerCase()), escapedForJson(secret)]
  const packed = (['base64', 'base64url', 'hex'] as const).map((encoding) =>
    bytes.toString(encoding).replace(/=+$/, ''),
  )
  return [...new Set([secret, ...encoded, ...packed])]
}

function escapedForJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** Pieces of this length are cut out: half of the secret, at least 6 and at most 12 characters. */
const [shortest, mostNeeded] = [6, 12]

/** Every piece of the secret that is long enough to be useful; short secrets only as a whole, and no words of one or two letters. */
function withoutPiecesOf(text: string, secret: string): string {
  if (secret.length < 3) return text
  const length = Math.min(secret.length, mostNeeded, Math.max(shortest, Math.ceil(secret.length / 2)))
  const pieces = new Set(Array.from({length: secret.length - length + 1}, (_, at) => secret.slice(at, at + length)))
  let [out, kept] = ['', 0]
  for (let at = 0; at + length <= text.length; at++) {
    if (!pieces.has(text.slice(at, at + length))) continue
    out += text.slice(kept, at) + redacted
    while (pieces.has(text.slice(at + 1, at + 1 + length))) at++
    kept = at + length
    at = kept - 1
  }
  return out + text.slice(kept)
}

/** A text that may have been truncated at any point, at its beginning too. */
function withoutBeginningOf(text: string, secret: string): string {
  const start = secret.slice(0, mostNeeded)
  if (start.length < mostNeeded) return text
  const at = text.indexOf(start)
  if (at === -1) return text
  let end = start.length
  while (end < secret.length && text[at + end] === secret[end]) end++
  return `${text.slice(0, at)}${redacted}${withoutBeginningOf(text.slice(at + end), secret)}`
}
