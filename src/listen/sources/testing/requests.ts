import {createHmac} from 'node:crypto'
import type {SourceRequest} from '../source.ts'

export const secret = 'correct-horse-battery'
export const digestA = `sha256:${'a1'.repeat(32)}`
export const digestB = `sha256:${'b2'.repeat(32)}`

/** A request as the server hands it over: a body as it is, or as JSON. */
export function requestOf(
  body: unknown,
  {headers = {}, token}: Pick<Partial<SourceRequest>, 'headers' | 'token'> = {},
): SourceRequest {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body))
  const now = new Date('2026-12-01T12:00:00Z')
  return {method: 'POST', headers, path: '/hooks/test', body: bytes, now, ...(token !== undefined && {token})}
}

/** HMAC-SHA256 in hexadecimal, as GitHub and Gitea compute it. */
export function hmacOf(body: Buffer, key = secret): string {
  return createHmac('sha256', key).update(body).digest('hex')
}

/** The request of a sender that signs the body in `X-Hub-Signature-256`. */
export function signed(body: unknown, key = secret): SourceRequest {
  const request = requestOf(body)
  return {...request, headers: {'x-hub-signature-256': `sha256=${hmacOf(request.body, key)}`}}
}

/** A copy with another value at a path such as `events.0.target.tag`; `undefined` removes the field. */
export function changed<T>(payload: T, path: string, value: unknown): T {
  const copy = structuredClone(payload)
  const names = path.split('.')
  const last = names.pop() ?? ''
  let parent: Record<string, unknown> = copy as Record<string, unknown>
  for (const name of names) parent = parent[name] as Record<string, unknown>
  if (!(last in parent) && value === undefined) throw new Error(`there is no ${path}`)
  if (value === undefined) delete parent[last]
  else parent[last] = value
  return copy
}

/** The paths of all values in a payload, objects and arrays included. */
export function pathsOf(payload: unknown, prefix = ''): readonly string[] {
  if (typeof payload !== 'object' || payload === null) return []
  return Object.entries(payload).flatMap(([name, value]) => [
    `${prefix}${name}`,
    ...pathsOf(value, `${prefix}${name}.`),
  ])
}
