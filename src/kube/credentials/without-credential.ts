import {objectOf, textAt} from '../json-fields.ts'

const redacted = '[redacted]'

/** Longer credentials are no longer looked for piece by piece: no server takes headers of this size. */
const maxLength = 32_768

/** Claims of a JSON Web Token that are worth as much as a session; the others say who it is, which errors are to say. */
const secretClaims = ['jti', 'nonce', 'sid', 'session_state', 'at_hash', 'c_hash', 's_hash']

/**
 * What a server or a gateway says of a request, without the credential that the request carried: as it was sent, cut at either
 * end, percent-encoded, in base64 or hexadecimal digits, escaped for JSON; of Basic the password, of a JSON Web Token its claims.
 * A server that wants to show it in another disguise cannot be kept from it.
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

/** The claims that are secrets, and all of them as the text that they are decoded to; nothing of another token. */
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

/** Half of a secret, and never more than 12 characters of it, are too many to be shown. */
const [shortest, mostNeeded] = [6, 12]

/** Every piece of the secret that is long enough to be of use; short secrets only as a whole, and no words of one or two letters. */
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

/** A text that may have been cut anywhere, wherever it begins. */
function withoutBeginningOf(text: string, secret: string): string {
  const start = secret.slice(0, mostNeeded)
  if (start.length < mostNeeded) return text
  const at = text.indexOf(start)
  if (at === -1) return text
  let end = start.length
  while (end < secret.length && text[at + end] === secret[end]) end++
  return `${text.slice(0, at)}${redacted}${withoutBeginningOf(text.slice(at + end), secret)}`
}
