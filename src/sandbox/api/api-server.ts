import type {Clock} from '../../shared/clock.ts'
import type {Registry} from '../objects/registry.ts'
import {type Resource, selfSubjectAccessReviews, selfSubjectReviews} from '../objects/resources.ts'
import {methodNotAllowed, noSuchResource, unauthorized} from '../status.ts'
import type {Answer} from '../transport/answer.ts'
import type {Incoming} from '../transport/http-front.ts'
import {actingUser, authenticate, isAllowed, refusal, type User} from './access.ts'
import {reviewAccess, reviewSelf} from './access-review.ts'
import type {ActiveTroubles} from './active-troubles.ts'
import {answerGeneral} from './general-paths.ts'
import {interfere} from './interference.ts'
import {negotiate} from './negotiation.ts'
import {podLog} from './pod-log.ts'
import {maxBodyBytes, mediaType, tooLarge} from './read-body.ts'
import {Reads, selectorOf} from './reads.ts'
import {openStream, reply, replyError, replyText, toApiError} from './replies.ts'
import {finishText, Representation} from './representation.ts'
import {parseRequest, type ResourceRequest} from './request-info.ts'
import {scaleOf} from './scale.ts'
import {WatchProgress} from './watch-progress.ts'
import {readWatchQuery} from './watch-query.ts'
import {WatchStream} from './watch-stream.ts'
import {Writes} from './writes.ts'

export interface ServerDeps {
  readonly registry: Registry
  readonly troubles: ActiveTroubles
  readonly users: readonly User[]
  readonly clock: Clock
  readonly random: () => number
  readonly gitVersion: string
  /** Ends every stream. */
  readonly signal: AbortSignal
}

/** A request of a known user for a resource that is served. */
interface Call {
  readonly incoming: Incoming
  readonly answer: Answer
  readonly user: User
  readonly request: ResourceRequest & {readonly resource: Resource}
  readonly query: URLSearchParams
}

/** Answers requests as kube-apiserver does: authentication, authorisation, then the request itself. */
export class ApiServer {
  readonly #deps: ServerDeps
  readonly #reads: Reads
  readonly #writes: Writes
  readonly #progress: WatchProgress

  constructor(deps: ServerDeps) {
    this.#deps = deps
    this.#progress = new WatchProgress(deps.registry.store)
    this.#reads = new Reads(deps.registry, this.#progress)
    this.#writes = new Writes(deps.registry, deps.clock)
  }

  /** The user of the request; undefined: unknown. */
  userOf({headers}: Incoming): User | undefined {
    return authenticate(this.#deps.users, headers.authorization)
  }

  /** Never rejects: an error becomes an answer. */
  async answer(incoming: Incoming, answer: Answer): Promise<void> {
    try {
      await this.#answer(incoming, answer)
    } catch (error) {
      replyError(answer, toApiError(error))
    }
  }

  async #answer(incoming: Incoming, answer: Answer): Promise<void> {
    const url = new URL(incoming.url, 'https://sandbox')
    const asker = this.userOf(incoming)
    if (asker === undefined) throw unauthorized()
    const user = actingUser(asker, this.#deps.users, incoming.headers['impersonate-user'])
    const request = parseRequest(this.#deps.registry.catalog, incoming.method, url.pathname, url.searchParams)
    if (request === undefined) {
      const {
        gitVersion,
        registry: {catalog},
      } = this.#deps
      const server = incoming.headers[':authority'] ?? incoming.headers.host ?? ''
      await answerGeneral({incoming, url, server, gitVersion, catalog}, answer)
      return
    }
    const {clock, signal, troubles} = this.#deps
    if (!(await interfere(troubles, request, {user: user.name, answer, clock, signal}))) return
    if (!isAllowed(user, request, troubles.all)) throw refusal(user, request)
    const {resource} = request
    if (resource === undefined) throw noSuchResource()
    if (request.operation === undefined) throw methodNotAllowed()
    await this.#carryOut({incoming, answer, user, request: {...request, resource}, query: url.searchParams})
  }

  async #carryOut(call: Call): Promise<void> {
    const {request, answer, query, user} = call
    const scope = scopeOf(request)
    switch (request.operation) {
      case 'get':
        return this.#get(call)
      case 'list': {
        const areTokensExpired =
          query.has('continue') && this.#deps.troubles.take('expired-page-token', request, user.name) !== undefined
        const representation = this.#representation(call)
        const page = this.#reads.list(scope, query, areTokensExpired)
        return this.#reply(call, 200, representation.list(page), representation.contentType)
      }
      case 'watch':
        return this.#watch(call)
      default: {
        const {text, status} = await this.#write(call)
        return reply(answer, status, {text, contentType: 'application/json'}, undefined)
      }
    }
  }

  #get(call: Call): Promise<void> {
    const {request, query, answer} = call
    const object = this.#reads.get(scopeOf(request), request.name ?? '', query)
    if (request.subresource === 'log') {
      const tail = query.get('tailLines')
      replyText(answer, 200, podLog(object, query.get('container'), tail === null ? undefined : Number(tail)))
      return Promise.resolve()
    }
    if (request.subresource === 'scale') {
      return this.#reply(call, 200, JSON.stringify(scaleOf(request.resource, object)), 'application/json')
    }
    const representation = this.#representation(call)
    return this.#reply(call, 200, representation.one(object), representation.contentType)
  }

  async #watch(call: Call): Promise<void> {
    const {request, query, answer, user} = call
    const {troubles, registry, clock, random, signal} = this.#deps
    const watch = readWatchQuery(query)
    const name = request.name === undefined ? undefined : `metadata.name=${request.name}`
    const matches = selectorOf(request.resource, withField(query, name)) ?? (() => true)
    const representation = this.#representation(call)
    openStream(answer, representation.contentType)
    if (troubles.take('silent-watch', request, user.name) !== undefined) return
    const deps = {store: registry.store, progress: this.#progress, clock, random}
    const stream = new WatchStream({...scopeOf(request), matches}, watch, {answer, representation}, deps)
    await stream.run(signal)
  }

  async #write(call: Call): Promise<{readonly text: string; readonly status: number}> {
    const {incoming, request, query, user} = call
    const body = await readBody(incoming)
    const contentType = incoming.headers['content-type']
    if (request.resource === selfSubjectReviews) return {text: JSON.stringify(reviewSelf(user)), status: 201}
    if (request.resource === selfSubjectAccessReviews) {
      return {
        text: JSON.stringify(reviewAccess(user, this.#deps.troubles.all, body, mediaType(contentType))),
        status: 201,
      }
    }
    const write = {
      ...scopeOf(request),
      subresource: request.subresource,
      name: request.name ?? '',
      query,
      text: body.toString(),
      bytes: body,
      contentType,
      userAgent: incoming.headers['user-agent'] ?? '',
      refuseCreate: () => {
        const creating = {...request, verb: 'create'} as const
        if (!isAllowed(user, creating, this.#deps.troubles.all)) throw refusal(user, creating)
      },
    }
    const operation = request.operation as 'create' | 'update' | 'patch' | 'delete'
    const {object, status, isDocument} = this.#writes[operation](write)
    const form = negotiate(incoming.headers.accept, query, write.userAgent)
    const written = isDocument ? finishText(JSON.stringify(object), form) : this.#representation(call).one(object)
    return {text: written, status}
  }

  #representation({incoming, request, query}: Call): Representation {
    const form = negotiate(incoming.headers.accept, query, incoming.headers['user-agent'] ?? '')
    const options = {includeObject: query.get('includeObject'), now: this.#deps.clock.date()}
    return new Representation(form, request.resource, options)
  }

  #reply({answer, incoming}: Call, status: number, text: string, contentType: string): Promise<void> {
    return reply(answer, status, {text, contentType}, incoming.headers['accept-encoding'])
  }
}

function scopeOf({resource, namespace}: Call['request']): {resource: Resource; namespace: string | undefined} {
  return {resource, namespace: resource.namespaced ? namespace : undefined}
}

function withField(query: URLSearchParams, field: string | undefined): URLSearchParams {
  if (field === undefined) return query
  const both = new URLSearchParams(query)
  both.set('fieldSelector', [query.get('fieldSelector'), field].filter(Boolean).join(','))
  return both
}

async function readBody(incoming: Incoming): Promise<Buffer> {
  try {
    return await incoming.body(maxBodyBytes)
  } catch (error) {
    throw error instanceof RangeError ? tooLarge() : error
  }
}
