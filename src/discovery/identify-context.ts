import type {ClusterAccess} from '../kube/ports/cluster-access.ts'
import type {ClusterReading, ContextRef} from '../model/cluster.ts'
import {onFailure, toFailure} from '../model/failure.ts'
import {untilStopped} from '../shared/until-stopped.ts'
import type {DiscoveryDeps} from './discover.ts'
import {retryRead} from './retry-read.ts'

/**
 * Asks a context which cluster it leads to. The answer is a reading without workloads; whatever goes wrong, a bug too, is
 * the problem of this context alone.
 *
 * @param told which source answers, and why
 */
export async function identifyContext(
  context: ContextRef,
  told: Pick<ClusterReading, 'tier' | 'tierReason'>,
  deps: DiscoveryDeps,
): Promise<ClusterReading> {
  let cluster: ClusterAccess | undefined
  let learned: Pick<ClusterReading, 'identity' | 'serverVersion' | 'problem'>
  try {
    cluster = deps.open(context.name)
    learned = (await untilStopped(ask(cluster, deps), deps.signal)) ?? stopped(context)
  } catch (error) {
    learned = deps.signal.aborted ? stopped(context) : {problem: toFailure(error)}
  }
  return {
    context,
    ...learned,
    ...(learned.problem === undefined && told),
    cost: cluster?.cost() ?? {connections: 0, requests: 0, bytesRead: 0},
    workloadsRead: 0,
    matches: [],
    unread: [],
  }
}

async function ask(
  cluster: ClusterAccess,
  deps: DiscoveryDeps,
): Promise<Pick<ClusterReading, 'identity' | 'serverVersion'>> {
  const identity = await retryRead(() => cluster.identity(deps.signal), deps)
  const version = await tryVersion(cluster, deps)
  return {identity, ...(version !== undefined && {serverVersion: version})}
}

/** Informational only. */
async function tryVersion(cluster: ClusterAccess, {signal}: DiscoveryDeps): Promise<string | undefined> {
  return cluster.serverVersion(signal).catch(onFailure(undefined))
}

function stopped({name}: ContextRef): Pick<ClusterReading, 'problem'> {
  return {problem: {class: 'timeout', message: `Stopped before context "${name}" was asked.`, suggestions: []}}
}
