import {workloadKinds} from '../../model/workload.ts'
import type {Moment} from '../../sandbox/scenario/scenario.ts'
import type {RequestMatch} from '../../sandbox/trouble.ts'
import {mapping, oneOrMore, shortOrLong} from '../../yaml/compound-shapes.ts'
import {choice, duration, integer, type JsonSchema, mapped, type Shape, text} from '../../yaml/shape.ts'

const label = {pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, means: 'a name of lower case letters, digits and "-"'}
const subdomain = {
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  means: 'a name of lower case letters, digits, "-" and "."',
}

export const namespaceName = text('A namespace.', {...label, maxLength: 63})
export const objectName = text('The name of an object.', subdomain)
/** A kubeconfig takes any. */
export const contextName = text('The name of a context.', {
  pattern: /^[^\p{C}]+$/u,
  means: 'a name without control characters',
  maxLength: 500,
})
export const kind = choice('Default: Deployment.', workloadKinds)
export const imageReference = text('An image reference.', {
  pattern: /^[^\s*]+$/,
  means: 'an image reference without spaces and "*"',
  maxLength: 500,
})

/** The names of clusters; those of the same file. */
export const clusterNames = oneOrMore(
  text('Names of clusters. Default: all of the file.', {maxLength: 500}),
  'cluster names',
)

const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'] as const

/** Which requests are meant. */
export const requestMatch = {
  verb: oneOrMore(choice('The verb of the request.', verbs), 'verbs'),
  resource: oneOrMore(text('The resource as in the path: deployments, pods/log.'), 'resources'),
  namespace: text('The namespace of the request.'),
  name: text('The name of the object.'),
  user: text('The context whose user sends the request.'),
}

/** Any change of a workload. */
const write: RequestMatch = {
  verb: ['create', 'update', 'patch', 'delete'],
  resource: ['deployments', 'statefulsets', 'daemonsets'],
}

const atOnce: Moment = {afterMs: 0}

const momentWord = mapped(
  text('"start", "first-write", or a duration since the start.', {
    pattern: /^(start|first-write|(\d+(\.\d+)?(ms|s|m|h|d|w))+)$/,
    means: '"start", "first-write", or a duration as "30s"',
  }),
  (word, item, reader): Moment => {
    if (word === 'start') return atOnce
    if (word === 'first-write') return {request: write, afterMs: 0}
    return {afterMs: duration('').read(item, reader)}
  },
)

const momentMapping = mapped(
  mapping(
    'After a request was carried out.',
    {},
    {
      request: mapping('Which requests count. Default: writes of workloads.', {}, requestMatch),
      count: integer('How many of them it takes. Default: 1.', {min: 1, max: 1_000_000}),
      clusters: oneOrMore(
        text('Clusters whose requests are counted together. Default: each cluster counts its own.', {maxLength: 500}),
        'cluster names',
      ),
      after: duration('How long after that. Default: at once.'),
    },
  ),
  ({request = write, count = 1, clusters, after = 0}): Moment => ({
    request,
    count,
    ...(clusters !== undefined && {clusters}),
    afterMs: after,
  }),
)

const anyMoment = shortOrLong('A moment.', momentWord, momentMapping)

/** What the schema of a file says once and refers to. */
export const definitions: Readonly<Record<string, JsonSchema>> = {moment: anyMoment.schema}

/** When something begins, ends or happens. */
export function moment(description: string): Shape<Moment> {
  return {schema: {description, $ref: '#/$defs/moment'}, read: anyMoment.read}
}
