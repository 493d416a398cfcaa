import {parseRequest, type ResourceRequest} from './api/request-info.ts'
import type {Catalog} from './objects/catalog.ts'
import type {Answer} from './transport/answer.ts'
import type {Incoming} from './transport/http-front.ts'

/** A request for a resource that was answered. */
export interface AnsweredRequest
  extends Pick<ResourceRequest, 'verb' | 'plural' | 'subresource' | 'namespace' | 'name'> {
  /** Name of the context of the user. */
  readonly user: string
  readonly status: number
  readonly dryRun: boolean
}

export type AnswerListener = (request: AnsweredRequest) => void

/** Reports each request of one server when its answer is complete. */
export class AnsweredRequests {
  readonly #catalog: Catalog
  readonly #listeners = new Set<AnswerListener>()

  /** @param catalog the resources that the server has */
  constructor(catalog: Catalog) {
    this.#catalog = catalog
  }

  /** Returns a function that removes the listener. */
  subscribe(listener: AnswerListener): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  report({method, url}: Incoming, user: string, {status}: Answer): void {
    if (this.#listeners.size === 0) return
    const {pathname, searchParams} = new URL(url, 'https://sandbox')
    const request = parseRequest(this.#catalog, method, pathname, searchParams)
    if (request === undefined) return
    const {verb, plural, subresource, namespace, name} = request
    const dryRun = searchParams.getAll('dryRun').includes('All')
    for (const listener of [...this.#listeners]) {
      listener({verb, plural, subresource, namespace, name, user, status, dryRun})
    }
  }
}
