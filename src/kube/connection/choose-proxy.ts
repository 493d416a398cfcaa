import {BlockList, isIP} from 'node:net'

/** A proxy as it is dialled. */
export interface ProxyServer {
  /** Without user name and password. */
  readonly url: URL
  /** The user information of its URL, unescaped. */
  readonly login?: {readonly username: Buffer; readonly password: Buffer} | undefined
  /** The URL as configured, with credentials: only for exec plugins, which get it as from kubectl. */
  readonly whole: string
  /** Where it was configured, for messages: `proxy-url` of the kubeconfig, or a variable. */
  readonly from: string
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The supported schemes of proxies: those of Go, and so of kubectl. */
const spoken: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:', 'socks5h:'])

/**
 * The proxy through which kubectl would reach a server: `proxy-url` of the cluster, whatever the environment says; else
 * `HTTPS_PROXY` (`HTTP_PROXY` for a server without TLS) where `NO_PROXY` does not exempt the server. Loopback addresses
 * are never reached through a proxy of the environment.
 *
 * Rules: https://pkg.go.dev/golang.org/x/net/http/httpproxy
 *
 * @returns a clause that says what is wrong with the configured proxy; it never quotes its credentials
 */
export function chooseProxy(server: URL, proxyUrl: string, env: Environment): ProxyServer | string | undefined {
  if (proxyUrl !== '') return parseProxy(proxyUrl, 'proxy-url')
  const name = server.protocol === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY'
  const [variable, value] = firstOf(env, name, name.toLowerCase())
  if (value === '' || isExempt(server, firstOf(env, 'NO_PROXY', 'no_proxy')[1])) return undefined
  return parseProxy(/^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`, variable)
}

/** The proxy as it may be shown: without credentials. */
export function proxyName({url}: ProxyServer): string {
  return `${url.protocol}//${url.host}`
}

function parseProxy(text: string, from: string): ProxyServer | string {
  const url = URL.parse(text)
  // Not quoted in any case: a text that is not a URL may be a password.
  if (url === null || url.hostname === '') return `is reached through a proxy (${from}) whose address is not a URL`
  if (!spoken.has(url.protocol)) {
    // A name and a password without a scheme parse as one: only what is certainly a scheme is shown.
    const isScheme = /^(?:ftp|socks4?a?|wss?|ssh|tcp|unix):$/.test(url.protocol)
    const kind = isScheme ? `the kind ${url.protocol.slice(0, -1)}, which` : 'a kind that'
    return `is reached through a proxy (${from}) of ${kind} is not supported`
  }
  const [username, password] = [unescaped(url.username), unescaped(url.password)]
  if (username === undefined || password === undefined) {
    return `is reached through a proxy (${from}) whose name or password has a broken escape; a percent sign is written %25`
  }
  if (url.protocol.startsWith('socks') && Math.max(username.length, password.length) > maxSocksField) {
    return `is reached through a proxy (${from}) whose name or password is longer than SOCKS allows`
  }
  const whole = url.href
  url.username = ''
  url.password = ''
  return {url, whole, from, ...(username.length + password.length > 0 && {login: {username, password}})}
}

/** RFC 1929. */
const maxSocksField = 255

/** The bytes that a part of a URL encodes, whether they are UTF-8 or not; undefined where an escape is broken. */
function unescaped(text: string): Buffer | undefined {
  if (/%(?![\da-f]{2})/i.test(text)) return undefined
  const bytes = text.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  // The parser has escaped all non-ASCII characters.
  return Buffer.from(bytes, 'latin1')
}

function firstOf(env: Environment, ...names: readonly string[]): readonly [string, string] {
  const name = names.find((each) => env[each])
  return [name ?? '', (name && env[name]) ?? '']
}

interface Destination {
  readonly host: string
  readonly port: string
}

/** Does `NO_PROXY`, or a loopback address, exempt the server from the proxy? */
function isExempt(server: URL, noProxy: string): boolean {
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const port = server.port || (server.protocol === 'http:' ? '80' : '443')
  if (isThisMachine(host)) return true
  return noProxy.split(',').some((entry) => exempts(entry.trim().toLowerCase(), {host, port}))
}

/** Is a host, as spelled in a URL, an address that never leaves this machine? */
export function isThisMachine(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  return host === 'localhost' || inSubnet(host, '127.0.0.0', 8) || inSubnet(host, '::1', 128)
}

/** One entry of `NO_PROXY`: `*`, a CIDR, an address, a domain (`.domain`, `*.domain`), the latter ones with a port or not. */
function exempts(entry: string, destination: Destination): boolean {
  if (entry === '') return false
  if (entry === '*') return true
  const [network, length, ...rest] = entry.split('/')
  if (network !== undefined && isIP(network) !== 0 && /^\d{1,3}$/.test(length ?? '') && rest.length === 0) {
    return inSubnet(destination.host, network, Number(length))
  }
  const {host, port} = splitPort(entry)
  if (host === '' || (port !== '' && port !== destination.port)) return false
  if (isIP(host) !== 0) return inSubnet(destination.host, host, isIP(host) === 4 ? 32 : 128)
  return isOfDomain(destination.host, host.startsWith('*.') ? host.slice(1) : host)
}

/** `domain` and `*.domain` match subdomains; without a leading dot also the domain itself. */
function isOfDomain(host: string, domain: string): boolean {
  return domain.startsWith('.') ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`)
}

function splitPort(entry: string): Destination {
  const bracketed = entry.match(/^\[([^\]]*)\](?::(\d*))?$/)
  if (bracketed !== null) return {host: bracketed[1] ?? '', port: bracketed[2] ?? ''}
  const [host = '', port = '', ...rest] = entry.split(':')
  return rest.length > 0 ? {host: entry, port: ''} : {host, port}
}

function inSubnet(host: string, network: string, length: number): boolean {
  const [family, networkFamily] = [isIP(host), isIP(network)]
  if (family === 0 || length > (networkFamily === 4 ? 32 : 128)) return false
  const list = new BlockList()
  list.addSubnet(network, length, networkFamily === 4 ? 'ipv4' : 'ipv6')
  return list.check(host, family === 4 ? 'ipv4' : 'ipv6')
}
