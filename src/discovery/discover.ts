import type {ClusterAccess} from '../kube/ports/cluster-access.ts'
import type {ClusterReading, ContextRef, Cost} from '../model/cluster.ts'
import type {Discovery} from '../model/discovery.ts'
import type {OnEvent} from '../model/event.ts'
import {type Failure, toFailure} from '../model/failure.ts'
import {quoted} from '../shared/problem.ts'
import {untilStopped} from '../shared/until-stopped.ts'
import type {ReadRequest} from './answer/reader.ts'
import {clustersOfOneUid} from './clusters-of-one-uid.ts'
import {type ClusterAnswer, readCluster} from './read-cluster.ts'
import type {ReadingDeps} from './retry-read.ts'
import {refuseUnreadableSelector} from './select/label-selector.ts'
import {chooseNamespaces} from './select/select-namespaces.ts'
import {refuseUnmatchedNamespaces} from './select/unmatched-namespaces.ts'

/** What is looked for, and where. */
export interface DiscoveryRequest extends Omit<ReadRequest, 'namespaces'> {
  /** In the order of the kubeconfig. */
  readonly contexts: readonly ContextRef[]
  readonly contextsLeftOut: readonly ContextRef[]
  /** The patterns of `-n`; empty: all namespaces. */
  readonly namespaces: readonly string[]
}

export interface DiscoveryDeps extends ReadingDeps {
  open(context: string): ClusterAccess
  /** Contexts with the same endpoint reach the same server in the same way. */
  endpointOf(context: string): string
  readonly onEvent: OnEvent
}

/**
 * Stage 1: reads all contexts at once. A context that cannot be read is a reading with a problem, never a shorter list,
 * and keeps no other from being read. Stopped by the signal, it ends at once with what was read until then.
 *
 * @throws HubspokeError of class `usage` when the selector cannot be read (then nothing was asked), or a pattern of `-n`
 * matches no namespace of any cluster
 */
export async function discover(request: DiscoveryRequest, deps: DiscoveryDeps): Promise<Discovery> {
  const {contexts, contextsLeftOut, namespaces, ...rest} = request
  const choice = chooseNamespaces(namespaces)
  if (request.selector !== undefined) refuseUnreadableSelector(request.selector)
  deps.onEvent({type: 'discovery-started', contexts: contexts.map(({name}) => name)})
  const answers = await Promise.all(
    contexts.map(async (context) => {
      const answer = await readContext(context, {...rest, namespaces: choice}, deps)
      deps.onEvent({type: 'context-read', reading: answer.reading})
      return answer
    }),
  )
  await refuseUnmatchedNamespaces(choice, answers, deps)
  return {
    scope: {
      kinds: request.kinds,
      namespaces,
      ...(request.selector !== undefined && {selector: request.selector}),
      contexts: contexts.map(({name}) => name),
      contextsLeftOut: contextsLeftOut.map(({name}) => name),
    },
    readings: await toldApart(
      answers.map(({reading}) => reading),
      request,
      deps,
    ),
  }
}

/** Two clusters with one UID are two in an answer. A run that writes has a stronger proof: its lock. */
async function toldApart(
  readings: readonly ClusterReading[],
  {writes, kinds: [kind]}: Pick<DiscoveryRequest, 'writes' | 'kinds'>,
  deps: DiscoveryDeps,
): Promise<readonly ClusterReading[]> {
  if (writes || kind === undefined) return readings
  const found = readings.flatMap(({context, identity}) =>
    identity === undefined || identity.fromCache ? [] : [{context: context.name, uid: identity.uid}],
  )
  const firsts = await clustersOfOneUid(found, kind, deps)
  return readings.map((reading) => {
    const {context, identity} = reading
    const firstContext = firsts.get(context.name)
    if (identity === undefined || firstContext === undefined) return reading
    return {...reading, identity: {...identity, sharedFrom: firstContext}, cost: deps.open(context.name).cost()}
  })
}

/** Whatever goes wrong, a bug too, is this context's alone. */
async function readContext(context: ContextRef, request: ReadRequest, deps: DiscoveryDeps): Promise<ClusterAnswer> {
  let cluster: ClusterAccess | undefined
  const own = new AbortController()
  const signal = AbortSignal.any([deps.signal, own.signal])
  try {
    if (deps.signal.aborted) return notRead(context, stopped(context), noCost)
    cluster = deps.open(context.name)
    const answer = await untilStopped(readCluster(cluster, request, {...deps, signal}), deps.signal)
    if (answer) return answer
    return notRead(context, stopped(context), cluster.cost())
  } catch (error) {
    const failure = deps.signal.aborted ? stopped(context) : toFailure(error)
    return notRead(context, failure, cluster?.cost() ?? noCost)
  } finally {
    // Where one request has decided, the others need not be waited for, nor the sleeps before their next tries.
    own.abort()
  }
}

const noCost: Cost = {connections: 0, requests: 0, bytesRead: 0}

function notRead(context: ContextRef, problem: Failure, cost: Cost): ClusterAnswer {
  return {reading: {context, cost, workloadsRead: 0, matches: [], unread: [], problem}, patternsSeen: new Set()}
}

function stopped({name}: ContextRef): Failure {
  return {class: 'timeout', message: `Stopped before context ${quoted(name)} was read.`, suggestions: []}
}
