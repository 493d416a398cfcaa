import {unescape as decoded} from 'node:querystring'

/** A server that something is sent to, and the headers that nothing may show. */
export interface Endpoint {
  /** Without credentials. */
  readonly url: URL
  /** By lower-case name. */
  readonly credentials: Readonly<Record<string, string>>
}

/** Undefined: it is not the URL of such a server. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') return undefined
  const {username, password} = url
  url.username = ''
  url.password = ''
  const login = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')
  return {url, credentials: username === '' && password === '' ? {} : {authorization: `Basic ${login}`}}
}
