import {readFileSync} from 'node:fs'
import {dirname, resolve} from 'node:path'
import {Client, type Dispatcher} from 'undici'
import {parse} from 'yaml'
import {readWatch, type Watch} from './read-watch.ts'

/** The address of an API server and the credentials. Contents, not paths. */
export interface Credentials {
  readonly server: string
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly token?: string
  readonly servername?: string
}

export interface RawReply<T> {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Parsed where it is JSON, else the text. */
  readonly body: T
}

export interface RawRequest {
  readonly body?: unknown
  /** Default `application/json`. */
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Called when the head of the reply has come. */
  readonly onHead?: () => void
}

export const mergePatch = 'application/merge-patch+json'
export const strategicMergePatch = 'application/strategic-merge-patch+json'
export const applyPatch = 'application/apply-patch+yaml'

/**
 * Sends requests to an API server over one HTTP/2 connection: no retries, no evaluation of the status. It shares no code
 * with hubspoke, so that a mistake in hubspoke is not repeated here.
 */
export class RawClient {
  readonly credentials: Credentials
  readonly #connection: Client

  constructor(credentials: Credentials) {
    this.credentials = credentials
    const {ca, cert, key, servername} = credentials
    this.#connection = new Client(credentials.server, {
      allowH2: true,
      connect: {...(ca && {ca}), ...(cert && {cert}), ...(key && {key}), ...(servername && {servername})},
      headersTimeout: 30_000,
      bodyTimeout: 0,
    })
  }

  async request<T>(method: Dispatcher.HttpMethod, path: string, request: RawRequest = {}): Promise<RawReply<T>> {
    const {statusCode, headers, body} = await this.#connection.request({
      method,
      path,
      headers: this.#headers(request),
      ...(request.body !== undefined && {body: JSON.stringify(request.body)}),
    })
    request.onHead?.()
    return {status: statusCode, headers, body: fromText(await body.text()) as T}
  }

  get<T>(path: string): Promise<RawReply<T>> {
    return this.request<T>('GET', path)
  }

  post<T>(path: string, body: unknown): Promise<RawReply<T>> {
    return this.request<T>('POST', path, {body})
  }

  put<T>(path: string, body: unknown): Promise<RawReply<T>> {
    return this.request<T>('PUT', path, {body})
  }

  patch<T>(path: string, body: unknown, contentType: string = mergePatch): Promise<RawReply<T>> {
    return this.request<T>('PATCH', path, {body, contentType})
  }

  delete<T>(path: string): Promise<RawReply<T>> {
    return this.request<T>('DELETE', path)
  }

  /** Resolves with the first byte of the answer's head; `path` holds `watch=1`. */
  async watch(path: string): Promise<Watch> {
    const reply = await this.#connection.request({method: 'GET', path, headers: this.#headers({})})
    return readWatch(reply.statusCode, reply.body)
  }

  /** The same server with other credentials. */
  as(token: string): RawClient {
    const {cert: _cert, key: _key, ...server} = this.credentials
    return new RawClient({...server, token})
  }

  async close(): Promise<void> {
    await this.#connection.destroy()
  }

  #headers(request: RawRequest): Record<string, string> {
    const {token} = this.credentials
    return {
      accept: 'application/json',
      ...(request.body !== undefined && {'content-type': request.contentType ?? 'application/json'}),
      ...(token && {authorization: `Bearer ${token}`}),
      ...request.headers,
    }
  }
}

function fromText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

interface KubeconfigEntry {
  readonly name: string
  readonly cluster?: Readonly<Record<string, string>>
  readonly user?: Readonly<Record<string, string>>
  readonly context?: {readonly cluster: string; readonly user: string}
}

type KubeconfigText = Readonly<
  Record<'clusters' | 'users' | 'contexts', readonly KubeconfigEntry[]> & {'current-context': string}
>

/** Reads one context of a kubeconfig (default: the current one): certificates and static tokens, no plugins. */
export function readCredentials(kubeconfig: string, context?: string, folder = '.'): Credentials {
  const config = parse(kubeconfig) as KubeconfigText
  const entry = (section: 'clusters' | 'users' | 'contexts', name: string | undefined): KubeconfigEntry => {
    const found = config[section].find((candidate) => candidate.name === name)
    if (!found) throw new Error(`the kubeconfig has no ${section} entry "${name}"`)
    return found
  }
  const pair = entry('contexts', context ?? config['current-context']).context
  const cluster = entry('clusters', pair?.cluster).cluster ?? {}
  const user = entry('users', pair?.user).user ?? {}
  const content = (source: Readonly<Record<string, string>>, key: string): string | undefined => {
    if (source[`${key}-data`]) return Buffer.from(source[`${key}-data`] ?? '', 'base64').toString()
    return source[key] ? readFileSync(resolve(folder, source[key]), 'utf8') : undefined
  }
  const found = {
    ca: content(cluster, 'certificate-authority'),
    cert: content(user, 'client-certificate'),
    key: content(user, 'client-key'),
    token: user.token,
    servername: cluster['tls-server-name'],
  }
  const known = Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
  return {server: cluster.server ?? '', ...known}
}

/** Opens a context of a kubeconfig file; default: its current one. */
export function openRawClient(kubeconfigPath: string, context?: string): RawClient {
  return new RawClient(readCredentials(readFileSync(kubeconfigPath, 'utf8'), context, dirname(kubeconfigPath)))
}
