import {CredentialError} from './credential-error.ts'

/**
 * A header value as Go sends it: the bytes of UTF-8. Node takes one character for one byte, and refuses others.
 *
 * @param field the name of the field, for the message
 * @throws CredentialError where a header cannot contain it: a line break would start another header
 */
export function headerValue(text: string, field: string): string {
  if ([...text].some((char) => (char < ' ' && char !== '\t') || char === '\x7f')) {
    throw new CredentialError(`its ${field} has a line break or another control character`)
  }
  return Buffer.from(text, 'utf8').toString('latin1')
}
