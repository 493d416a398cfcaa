import type {ClusterIdentity, ContextRef} from '../model/cluster.ts'
import {HubspokeError} from '../model/failure.ts'
import type {Clock} from '../shared/clock.ts'
import {createAccessReviews} from './access-reviews.ts'
import {serverVersion} from './answers/other-questions.ts'
import {readList} from './answers/read-list.ts'
import {namespaces} from './answers/resource.ts'
import {createApi} from './api.ts'
import {readClusterIdentity, requireSameCluster} from './cluster-identity.ts'
import {createConfigMaps} from './config-maps.ts'
import type {ProxyServer} from './connection/choose-proxy.ts'
import {createConnection} from './connection/connection.ts'
import type {ConnectionBudget} from './connection/connection-budget.ts'
import type {MachineTrust} from './connection/machine-trust.ts'
import type {ConnectionLimits} from './connection/open-line.ts'
import type {Credentials} from './credentials/credentials.ts'
import {expiryOf} from './credentials/credentials-expiry.ts'
import {createDisruptionBudgets} from './disruption-budgets.ts'
import {quoted} from './errors.ts'
import {createEvents} from './events.ts'
import {objectAt, textAt} from './json-fields.ts'
import {createLeases} from './leases.ts'
import {createObjects} from './objects.ts'
import type {ClusterAccess} from './ports/cluster-access.ts'
import {createWorkloads} from './workloads/workloads.ts'

export interface ClusterAccessDeps {
  readonly context: ContextRef
  /** The URL of the server. */
  readonly url: URL
  readonly credentials: Credentials
  readonly clock: Clock
  readonly proxy?: ProxyServer
  readonly machine?: MachineTrust
  readonly limits?: Partial<ConnectionLimits>
  readonly budget?: ConnectionBudget
}

/** Access to one cluster. Nothing is read, loaded or opened before the first request. */
export function createClusterAccess(deps: ClusterAccessDeps): ClusterAccess {
  const {context, url, credentials, clock, proxy, machine, limits, budget} = deps
  const party = {context: context.name, server: context.server}
  const connection = createConnection({
    party,
    origin: new URL(url.origin),
    clock,
    ...(proxy && {proxy}),
    ...(machine && {machine}),
    ...(limits && {limits}),
    ...(budget && {budget}),
  })
  const api = createApi({party, connection, credentials, clock, basePath: url.pathname.replace(/\/+$/, '')})
  const closing = new AbortController()
  const ca = async (): Promise<string | Buffer> => (await credentials.current()).tls.ca ?? ''
  let identity: ClusterIdentity | undefined
  const identityNow = async (signal: AbortSignal): Promise<ClusterIdentity> => {
    const found = await readClusterIdentity(api, ca, signal)
    // A fallback identity is not remembered: the UID may become readable later.
    identity = found.isFallback ? undefined : found
    return found
  }

  return {
    context,
    workloads: createWorkloads({api, clock, closing: closing.signal, watchLimit: connection.endlessLimit}),
    configMaps: createConfigMaps(api),
    leases: createLeases(api),
    budgets: createDisruptionBudgets(api),
    events: createEvents(api),
    objects: createObjects(api),
    access: createAccessReviews(api),
    identity: async (signal) => identity ?? identityNow(signal),
    identityNow,
    confirmIdentity: async (uid, signal) => requireSameCluster(context, uid, await identityNow(signal)),
    serverVersion: (signal) => api.get(serverVersion, signal),
    serverDate: async (signal) => (await api.getDated(serverVersion, signal)).serverDate,
    credentialsExpire: async () => expiryOf(await credentials.current()),
    async listNamespaces(signal) {
      const found = await readList(api, namespaces, {informs: true}, signal)
      return found.map((namespace) => textAt(objectAt(namespace, 'metadata'), 'name'))
    },
    cost: connection.cost,
    link: connection.link,
    async close() {
      closing.abort(new HubspokeError('unreachable', `The connection to context ${quoted(context.name)} was closed.`))
      await connection.close()
    },
  }
}
