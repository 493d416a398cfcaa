import {CredentialError} from './credential-error.ts'
import {headerValue} from './header-value.ts'
import type {Impersonation} from './kubeconfig-file.ts'

/**
 * The headers that act as another user: user, UID, groups and extra fields.
 *
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 *
 * @throws CredentialError where they name no user, or a header cannot contain them
 */
export function impersonationHeaders(impersonate: Impersonation | undefined): Readonly<Record<string, string>> {
  if (impersonate === undefined) return {}
  const {user, uid, groups, extra} = impersonate
  if (user === '') throw new CredentialError('it has as-uid, as-groups or as-user-extra without "as"')
  return {
    'Impersonate-User': headerValue(user, '"as"'),
    ...(uid === '' ? {} : {'Impersonate-Uid': headerValue(uid, 'as-uid')}),
    ...repeated('Impersonate-Group', groups, 'as-groups'),
    ...Object.assign(
      {},
      ...Object.entries(extra).map(([key, values]) => repeated(extraHeader(key), values, 'as-user-extra')),
    ),
  }
}

/** Keys are any text; client-go escapes what a header name cannot contain, the percent sign included. */
function extraHeader(key: string): string {
  return `Impersonate-Extra-${encodeURIComponent(key.toWellFormed()).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)}`
}

/**
 * One header line per value. undici joins repeated values of one name with a comma over HTTP/2, and the API server would
 * read the list as one group; names that differ only in case are sent separately, and mean the same.
 */
function repeated(name: string, values: readonly string[], field: string): Record<string, string> {
  const letters = [...name.matchAll(/[a-z]/gi)].map(({index}) => index)
  return Object.fromEntries(values.map((value, turn) => [spelling(name, letters, turn), headerValue(value, field)]))
}

/** The spelling number `turn` of a name: bit n says whether its n-th letter is a capital one. */
function spelling(name: string, letters: readonly number[], turn: number): string {
  const characters = [...name.toLowerCase()]
  letters.forEach((index, bit) => {
    // 31 letters have two thousand million spellings; shifts end at 32 bits.
    if (bit < 31 && (turn >> bit) & 1) characters[index] = characters[index]?.toUpperCase() ?? ''
  })
  return characters.join('')
}
