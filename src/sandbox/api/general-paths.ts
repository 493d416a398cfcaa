import type {Catalog} from '../objects/catalog.ts'
import {noSuchResource} from '../status.ts'
import type {Answer} from '../transport/answer.ts'
import type {Incoming} from '../transport/http-front.ts'
import {aggregatedDiscovery, discoveryDocument, isInKnownGroup, versionDocument} from './discovery-documents.ts'
import {acceptsAggregatedDiscovery, negotiate} from './negotiation.ts'
import {openapiDocument} from './openapi-documents.ts'
import {reply, replyText} from './replies.ts'
import {finishText} from './representation.ts'

const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

interface General {
  readonly incoming: Incoming
  readonly url: URL
  /** Host and port, as the client sees them. */
  readonly server: string
  readonly gitVersion: string
  readonly catalog: Catalog
}

/** Answers requests about the server itself: version, health, discovery. */
export async function answerGeneral(
  {incoming, url, server, gitVersion, catalog}: General,
  answer: Answer,
): Promise<void> {
  const {accept, 'user-agent': userAgent = '', 'accept-encoding': acceptEncoding} = incoming.headers
  const path = url.pathname === '/' ? '/' : url.pathname.replace(/\/$/, '')
  if (/^\/(livez|readyz|healthz)(\/|$)/.test(path)) return replyText(answer, 200, 'ok')
  const aggregated = acceptsAggregatedDiscovery(accept) ? aggregatedDiscovery(catalog, path) : undefined
  const document =
    aggregated ??
    (path === '/version'
      ? versionDocument(gitVersion)
      : (discoveryDocument(catalog, path, server) ?? openapiDocument(catalog, path)))
  if (document === undefined && isInKnownGroup(catalog, path)) throw noSuchResource()
  if (document === undefined) return replyText(answer, 404, '404 page not found\n')
  const contentType = aggregated === undefined ? 'application/json' : aggregatedType
  const form = negotiate(aggregated === undefined ? accept : '*/*', url.searchParams, userAgent)
  const text = finishText(JSON.stringify(document), form)
  await reply(answer, 200, {text, contentType}, acceptEncoding)
}
