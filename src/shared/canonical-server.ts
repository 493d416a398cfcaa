/**
 * One spelling for every spelling of a server's URL: host in lower case and without a final dot, no default port, no `/.`
 * or final `/`, no user information. Two URLs that differ may still lead to one server, so this is no cluster identity.
 */
export function canonicalServer(server: string): string {
  const url = URL.parse(server.trim())
  if (url === null || url.host === '') return server.trim().toLowerCase()
  const port = url.port === '' ? '' : `:${url.port}`
  return `${url.protocol}//${hostOf(url)}${port}${url.pathname.replace(/\/+$/, '')}`
}

/** The names of a server that a user may type: its canonical URL, also with the default port, and its host with a port and without. */
export function serverNames(server: string): readonly string[] {
  const canonical = canonicalServer(server)
  const url = URL.parse(canonical)
  if (url === null || url.host === '') return [canonical]
  const host = hostOf(url)
  const port = url.port || (url.protocol === 'http:' ? '80' : '443')
  const origins = [`${url.protocol}//${host}`, `${url.protocol}//${host}:${port}`]
  const path = url.pathname.replace(/\/+$/, '')
  return [...new Set([canonical, ...origins.map((origin) => `${origin}${path}`), host, `${host}:${port}`])]
}

function hostOf({hostname}: URL): string {
  return hostname.toLowerCase().replace(/\.+$/, '')
}
