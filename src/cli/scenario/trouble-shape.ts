import type {OtherClient, ScriptedTrouble} from '../../sandbox/scenario/scenario.ts'
import type {Trouble} from '../../sandbox/trouble.ts'
import {byType, type Shapes, type Variant} from '../../yaml/compound-shapes.ts'
import {choice, duration, integer, mapped, type Shape, text, truth} from '../../yaml/shape.ts'
import type {InSome} from './change-shape.ts'
import {clusterNames, kind, moment, namespaceName, objectName, requestMatch} from './common-shapes.ts'

const counted = {
  ...requestMatch,
  times: integer('After so many requests it is over. Default: never.', {min: 1, max: 1_000_000}),
}

const {user: _user, ...writeMatch} = requestMatch

const common = {
  clusters: clusterNames,
  from: moment('When it begins. Default: start.'),
  until: moment('When it ends. Default: it lasts. A duration counts from the start of the sandbox.'),
  for: duration('How long it lasts, from its begin.'),
}

function variant<R extends Shapes, O extends Shapes>(about: string, required: R, optional: O) {
  return {about, required, optional: {...optional, ...common}} satisfies Variant
}

const workload = {namespace: namespaceName, name: objectName}

const types = {
  'unpullable-image': variant(
    'Images that match cannot be pulled.',
    {image: text('An image; "*" stands for any text.')},
    {why: choice('What the registry answers. Default: not-found.', ['not-found', 'unavailable', 'denied'])},
  ),
  'stuck-rollout': variant('New pods of the workload run and never become ready.', workload, {kind}),
  'crash-loop': variant('New pods of the workload exit with 1, again and again.', workload, {kind}),
  'volume-attached-elsewhere': variant('New pods wait for a volume that another node has.', workload, {kind}),
  unschedulable: variant('New pods of the workload fit on no node.', workload, {kind}),
  'lost-nodes': variant(
    'Nodes do not answer any more. Their pods are deleted five minutes later, and stay terminating.',
    {nodes: text('The name of a node; "*" stands for any text. Nodes are named CLUSTER-node-1 and so on.')},
    {},
  ),
  answer: variant(
    'Requests are answered with this status and not carried out.',
    {status: integer('The HTTP status.', {min: 400, max: 599})},
    {
      reason: text('The reason of the Status. Default: that of the HTTP status.'),
      message: text('The message of the Status.', {maxLength: 2_000}),
      retryAfter: duration('The Retry-After of the answer, in whole seconds.'),
      plain: truth('Whether the body is text instead of a Status.'),
      ...counted,
    },
  ),
  latency: variant('Answers start later.', {delay: duration('How much later.')}, counted),
  unreachable: variant(
    'The API server cannot be reached.',
    {how: choice('Connections are refused, or nothing is ever answered.', ['refused', 'black-hole'])},
    {},
  ),
  cut: variant(
    'The connection breaks in the middle of the answer.',
    {},
    {afterBytes: integer('After so many bytes of the body.', {min: 0, max: 1_000_000_000}), ...counted},
  ),
  'lost-reply': variant('The request is carried out and its answer is lost.', {}, counted),
  forbidden: variant('Requests are answered with 403, and access reviews with "no".', {}, requestMatch),
  quota: variant(
    'A namespace may hold no more than so many of a kind; one more is refused with 403.',
    {
      namespace: namespaceName,
      resource: text('What is counted, as in a ResourceQuota: pods, count/deployments.apps.'),
      limit: integer('How many there may be.', {min: 0, max: 1_000_000}),
    },
    {quota: text('The name of the quota in refusals. Default: quota.', {maxLength: 253})},
  ),
  webhook: variant(
    'A validating webhook that cannot be called, or that denies writes.',
    {how: choice('What happens to a write.', ['refused', 'timeout', 'denies'])},
    {
      webhook: text('The name of the webhook. Default: policy.example.com.', {maxLength: 253}),
      message: text('Why it denies.', {maxLength: 2_000}),
      ...writeMatch,
    },
  ),
  'expired-page-token': variant('The next page of a list is answered with 410.', {}, counted),
  'silent-watch': variant('Watches are accepted and stay silent.', {}, counted),
  reverted: variant(
    'A controller puts the workload back to what it was, after each write of another client.',
    workload,
    {kind, after: duration('How long after the write. Default: 5s.')},
  ),
  'lock-held': variant(
    'Another run of hubspoke holds the lock of the cluster, and releases it in the end.',
    {user: text('The user of that run.'), host: text('The host of that run.')},
    {namespace: namespaceName, verb: text('The verb of that run. Default: restart.')},
  ),
} as const

const read = byType('A trouble of one or more clusters.', types)

/** A trouble of a scenario file. */
export const trouble: Shape<InSome<ScriptedTrouble>> = mapped(
  read,
  ({clusters, from = {afterMs: 0}, until, for: forMs, ...rest}) => ({
    clusters,
    trouble: toTrouble(rest),
    from,
    ...(until !== undefined && {until}),
    ...(forMs !== undefined && {forMs}),
  }),
)

/** The same words, but for durations. */
function toTrouble(said: Readonly<Record<string, unknown>>): Trouble | OtherClient {
  const {after, delay, retryAfter, ...rest} = said as {after?: number; delay?: number; retryAfter?: number}
  return {
    ...rest,
    ...(after !== undefined && {afterMs: after}),
    ...(delay !== undefined && {ms: delay}),
    ...(retryAfter !== undefined && {retryAfterSeconds: Math.ceil(retryAfter / 1000)}),
  } as Trouble | OtherClient
}
