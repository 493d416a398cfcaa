import type {StrangeAnswer} from './gateway.ts'

type Json = Readonly<Record<string, unknown>>

const objectOf = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})

const status = (code: number, reason: string, details?: object): string =>
  JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'from another sender',
    reason,
    ...(details && {details}),
    code,
  })

/** A field of the metadata of an object, and of each object of a list, is left out. */
function without(field: string): StrangeAnswer['body'] {
  const strip = (object: unknown): unknown => {
    const {[field]: _, ...metadata} = objectOf(objectOf(object).metadata)
    return {...objectOf(object), metadata}
  }
  return (genuine) => {
    const {items} = objectOf(genuine)
    return Array.isArray(items) ? {...objectOf(genuine), items: items.map(strip)} : strip(genuine)
  }
}

const html = (text: string): string => `<!doctype html><html><body>${text}</body></html>`
const page = {contentType: 'text/html'}
const plain = {contentType: 'text/plain; charset=utf-8'}
const other = {name: 'something-else', group: 'apps', kind: 'deployments'}

/**
 * Invalid responses, as from misconfigured gateways, captive portals, caches, and faulty
 * servers. None of them is a response of Kubernetes to any request.
 */
export const strangeAnswers: Readonly<Record<string, StrangeAnswer>> = {
  '404 page': {status: 404, ...page, body: html('default backend - 404')},
  '404 text': {status: 404, ...plain, body: '404 page not found\n'},
  '404 JSON': {status: 404, body: '{"error":"no route"}'},
  '404 Status of another object': {status: 404, body: status(404, 'NotFound', other)},
  '404 Status without details': {status: 404, body: status(404, 'NotFound')},
  '404 Status of a client': {
    status: 404,
    body: status(404, 'NotFound', {causes: [{reason: 'UnexpectedServerResponse'}]}),
  },
  '400 text': {status: 400, ...plain, body: 'bad request'},
  '403 page': {status: 403, ...page, body: html('403 Forbidden')},
  '409 text': {status: 409, ...plain, body: 'conflict'},
  '409 Status of another object': {status: 409, body: status(409, 'AlreadyExists', other)},
  '410 text': {status: 410, ...plain, body: 'gone'},
  '422 text': {status: 422, ...plain, body: 'unprocessable'},
  '302 to a log-in': {status: 302, ...page, body: ''},
  '500 page': {status: 500, ...page, body: html('500')},
  '200 page': {status: 200, ...page, body: html('Welcome')},
  '200 {}': {status: 200, body: '{}'},
  '200 null': {status: 200, body: 'null'},
  '200 []': {status: 200, body: '[]'},
  '200 text': {status: 200, body: '"ok"'},
  '200 of another kind': {
    status: 200,
    body: JSON.stringify({kind: 'Other', apiVersion: 'v1', metadata: {}, items: []}),
  },
  '200 of another group': {status: 200, body: (genuine) => ({...objectOf(genuine), apiVersion: 'other.io/v1'})},
  '200 Status of failure': {status: 200, body: status(500, 'InternalError')},
  '200 Status of success': {status: 200, body: '{"kind":"Status","apiVersion":"v1","status":"Success"}'},
  '200 cut in two': {
    status: 200,
    body: '{"kind":"DeploymentList","apiVersion":"apps/v1","metadata":{"resourceVersion":"1"},"items":[{',
  },
  '200 without uid': {status: 200, body: without('uid')},
  '200 without name': {status: 200, body: without('name')},
  '200 without resourceVersion': {status: 200, body: without('resourceVersion')},
  '204 empty': {status: 204, body: ''},
}
