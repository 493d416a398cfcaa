import {own} from '../../shared/own.ts'
import {ApiError} from '../status.ts'

/** The form of an answer. */
export interface Form {
  readonly as: 'object' | 'table' | 'metadata'
  readonly encoding: 'json' | 'yaml'
  readonly isPretty: boolean
}

const known = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'

/**
 * The first of the accepted forms that the server supports. Indented JSON for people (`?pretty=true`, curl, browsers).
 *
 * @throws ApiError 406 when there is none
 */
export function negotiate(accept: string | undefined, query: URLSearchParams, userAgent: string): Form {
  const isPretty = isTrue(query.get('pretty')) ?? /^(curl|Wget|Mozilla)\//.test(userAgent)
  for (const range of (accept ?? '*/*').split(',')) {
    const [type = '', ...parameters] = range
      .trim()
      .split(';')
      .map((part) => part.trim())
    const encoding = own(encodings, type)
    if (encoding === undefined) continue
    const as = own(kinds, new Map(parameters.map(pair)).get('as') ?? '')
    if (as !== undefined) return {as, encoding, isPretty}
  }
  const isKnown = (accept ?? '').split(',').some((range) => own(encodings, range.split(';')[0]?.trim() ?? ''))
  throw new ApiError({
    code: 406,
    reason: 'NotAcceptable',
    ...(isKnown
      ? {message: `only the following media types are accepted: ${known}`}
      : {message: `406: Not Acceptable\n\nAvailable representations: ${known}`, details: {}}),
  })
}

/** Whether the document of discovery may be the aggregated one. */
export function acceptsAggregatedDiscovery(accept: string | undefined): boolean {
  return accept?.includes('g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList') ?? false
}

const encodings: Readonly<Record<string, Form['encoding']>> = {
  '*/*': 'json',
  'application/*': 'json',
  'application/json': 'json',
  'application/yaml': 'yaml',
}

const kinds: Readonly<Record<string, Form['as']>> = {
  '': 'object',
  Table: 'table',
  PartialObjectMetadata: 'metadata',
  PartialObjectMetadataList: 'metadata',
}

function pair(parameter: string): [string, string] {
  const [key = '', value = ''] = parameter.split('=')
  return [key, value]
}

function isTrue(text: string | null): boolean | undefined {
  return text === null ? undefined : ['1', 'true', ''].includes(text)
}
