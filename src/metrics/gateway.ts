import {unescape as decoded} from 'node:querystring'

/** A Pushgateway, and how to log in to it. */
export interface Gateway {
  /** Without credentials. */
  readonly url: URL
  readonly authorization: string | undefined
}

/** Undefined: it is not the URL of a Pushgateway. */
export function parseGateway(text: string): Gateway | undefined {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') return undefined
  const {username, password} = url
  url.username = ''
  url.password = ''
  const credentials = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')
  return {url, authorization: username === '' && password === '' ? undefined : `Basic ${credentials}`}
}
