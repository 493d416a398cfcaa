import {readRegularFile} from '../read-regular-file.ts'
import {CredentialError} from './credential-error.ts'
import {headerValue} from './header-value.ts'
import type {ClusterEntry, UserEntry} from './kubeconfig-file.ts'

/** No server accepts a header of this length. */
const maxTokenBytes = 1_048_576

/** Does the entry itself contain credentials, so that client-go asks neither a plugin nor an identity provider? */
export function hasOwnCredentials({token, tokenFile, username}: UserEntry): boolean {
  return `${token}${tokenFile}${username}` !== ''
}

/**
 * The header `Authorization` by the fields of the kubeconfig, as in kubectl: user information of the server's URL takes
 * precedence over everything, a token file over a token, which is used when the file cannot be read. Two methods at once are refused.
 *
 * @throws CredentialError
 */
export async function writtenAuthorization(
  {server}: ClusterEntry,
  user: UserEntry | undefined,
): Promise<string | undefined> {
  const {username, password} = urlPair(server)
  const own = user && (await userAuthorization(user))
  return `${username}${password}` === '' ? own : basic(username, password)
}

async function userAuthorization(user: UserEntry): Promise<string | undefined> {
  const {token, tokenFile, username, password} = user
  if ((token !== '' && `${username}${password}` !== '') || (tokenFile !== '' && username !== '')) {
    throw new CredentialError('the user has both a token and a name with a password, of which one must go')
  }
  if (`${token}${tokenFile}` !== '') return `Bearer ${headerValue(await tokenOf(user), 'token')}`
  return username === '' ? undefined : basic(username, password)
}

const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`

function urlPair(server: string): {readonly username: string; readonly password: string} {
  const {username = '', password = ''} = URL.parse(server) ?? {}
  try {
    return {username: decodeURIComponent(username), password: decodeURIComponent(password)}
  } catch {
    throw new CredentialError('the URL of the server has a name or a password with a broken escape (%)', {
      failureClass: 'unreachable',
    })
  }
}

async function tokenOf({token, tokenFile}: UserEntry): Promise<string> {
  if (tokenFile === '') return token
  try {
    // It usually ends with a line break.
    const text = (await readRegularFile(tokenFile, maxTokenBytes)).toString('utf8').trim()
    if (text === '') throw new Error('is empty')
    return text
  } catch (error) {
    if (token !== '') return token
    throw new CredentialError(`file ${tokenFile} ${error instanceof Error ? error.message : 'cannot be read'}`, {
      final: false,
    })
  }
}
