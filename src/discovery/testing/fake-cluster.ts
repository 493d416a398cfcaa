import type {AccessQuestion} from '../../kube/ports/access-reviews.ts'
import type {ClusterAccess, CredentialsExpiry} from '../../kube/ports/cluster-access.ts'
import type {ConfigMapContent, ConfigMaps} from '../../kube/ports/config-maps.ts'
import type {ChangesSince, Workloads} from '../../kube/ports/workloads.ts'
import type {ClusterIdentity, Link} from '../../model/cluster.ts'
import type {DisruptionBudget} from '../../model/disruption-budget.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {WorkloadImages, WorkloadKind} from '../../model/workload.ts'
import {fakeRest, type Request} from './fake-rest.ts'

export interface FakeClusterOptions {
  readonly context?: string
  readonly identity?: ClusterIdentity
  readonly workloads?: readonly WorkloadImages[]
  /** Namespaces beyond those of the workloads. */
  readonly namespaces?: readonly string[]
  readonly pageSize?: number
  readonly budgets?: readonly DisruptionBudget[]
  /** The changes of a kind since its version in the image cache; default: none, proved. */
  readonly changes?: Partial<Record<WorkloadKind, ChangesSince>>
  readonly link?: Link
  /** The time of its clock, for every request. */
  readonly serverDate?: Date
  readonly credentialsExpire?: CredentialsExpiry
  /** The permissions, by `questionText`; default: everything. */
  readonly mayI?: (question: string) => boolean
  /** Called with every request, e.g. `list Deployment in shop`: an error that it throws is the answer, a promise is the delay. */
  readonly trouble?: (request: string, signal: AbortSignal) => void | Promise<void>
}

export interface FakeCluster extends ClusterAccess {
  /** Every request in the order of arrival. */
  readonly requests: readonly string[]
  /** `namespace/name` of each ConfigMap. */
  readonly stored: Map<string, StoredConfigMap>
}

export interface StoredConfigMap extends ConfigMapContent {
  readonly resourceVersion: string
  readonly uid?: string
}

/** A small working cluster in memory: lists in pages, ConfigMaps with versions, and troubles on demand. */
export function fakeCluster(options: FakeClusterOptions = {}): FakeCluster {
  const {context = 'east', workloads = [], trouble} = options
  const namespaces = new Set([
    ...workloads.map(({namespace}) => namespace),
    ...(options.namespaces ?? ['hubspoke-system']),
  ])
  const requests: string[] = []
  const stored = new Map<string, StoredConfigMap>()

  async function request(what: string, signal: AbortSignal): Promise<void> {
    requests.push(what)
    await trouble?.(what, signal)
  }

  const identity = async (signal: AbortSignal): Promise<ClusterIdentity> => {
    await request('identity', signal)
    return options.identity ?? {uid: `uid-${context}`, isFallback: false}
  }

  return {
    requests,
    stored,
    context: {name: context, server: `https://${context}.example`, namespace: 'default'},
    cost: () => ({connections: 1, requests: requests.length, bytesRead: 0}),
    link: () => options.link ?? {},
    close: () => Promise.resolve(),
    identity,
    identityNow: identity,
    confirmIdentity: async (_uid, signal) => void (await identity(signal)),
    async serverVersion(signal) {
      await request('version', signal)
      return 'v1.36.3'
    },
    async serverDate(signal) {
      await request('date', signal)
      return options.serverDate
    },
    credentialsExpire: async () => options.credentialsExpire,
    async listNamespaces(signal) {
      await request('namespaces', signal)
      return [...namespaces]
    },
    workloads: fakeWorkloads(options, request),
    configMaps: fakeConfigMaps({stored, namespaces, serverDate: options.serverDate}, request),
    ...unneeded,
    ...fakeRest(options.budgets, request),
    access: {
      whoAmI: async () => 'ada',
      async mayI(question, signal) {
        await request(`may I ${questionText(question)}`, signal)
        return options.mayI?.(questionText(question)) ?? true
      },
    },
  }
}

const listVersion = '100'

function fakeWorkloads({workloads = [], changes, pageSize = 500}: FakeClusterOptions, request: Request): Workloads {
  return {
    ...unused,
    async *list(kind, {namespace, selector}, signal) {
      const place = `${namespace === undefined ? '' : ` in ${namespace}`}${selector === undefined ? '' : ` -l ${selector}`}`
      const found = workloads.filter((one) => one.kind === kind && (namespace ?? one.namespace) === one.namespace)
      for (let at = 0; at === 0 || at < found.length; at += pageSize) {
        await request(`list ${kind}${place}${at === 0 ? '' : ` from ${at}`}`, signal)
        yield {workloads: found.slice(at, at + pageSize), resourceVersion: listVersion}
      }
    },
    async readListed({kind, namespace, name}, signal) {
      await request(`read ${kind} ${namespace}/${name}`, signal)
      return workloads.find((one) => one.kind === kind && one.namespace === namespace && one.name === name)
    },
    async changesSince(kind, resourceVersion, signal) {
      await request(`changes ${kind} since ${resourceVersion}`, signal)
      return changes?.[kind] ?? {changes: [], provenAt: listVersion}
    },
  }
}

interface FakeStore {
  readonly stored: Map<string, StoredConfigMap>
  readonly namespaces: Set<string>
  readonly serverDate: Date | undefined
}

function fakeConfigMaps({stored, namespaces, serverDate}: FakeStore, request: Request): ConfigMaps {
  let version = 0
  const remove = (place: string): void => {
    const uid = stored.get(place)?.uid
    stored.delete(place)
    for (const [other, {owner}] of stored) if (owner && owner.uid === uid) remove(other)
  }
  return {
    async read(namespace, name, signal) {
      await request(`read ${namespace}/${name}`, signal)
      const found = stored.get(`${namespace}/${name}`)
      return found && {uid: '', data: {}, binaryData: {}, ...found, ...(serverDate && {serverDate})}
    },
    async write(namespace, name, content, signal) {
      await request(`write ${namespace}/${name}`, signal)
      const place = `${namespace}/${name}`
      if (!namespaces.has(namespace))
        throw new HubspokeError('not-found', `No namespace "${namespace}".`, {status: 404})
      if (stored.get(place)?.resourceVersion !== content.resourceVersion) {
        throw new HubspokeError('conflict', 'Changed in between.', {status: 409})
      }
      const uid = stored.get(place)?.uid ?? `uid-${++version}`
      const written = {...content, uid, resourceVersion: String(++version)}
      stored.set(place, written)
      return {uid, resourceVersion: written.resourceVersion}
    },
    async list(namespace, label, signal) {
      await request(`list ${label} in ${namespace}`, signal)
      const found = [...stored].filter(([place, {labels}]) => place.startsWith(`${namespace}/`) && labels?.[label])
      return found.map(([place]) => place.slice(namespace.length + 1)).sort()
    },
    async delete(namespace, name, signal) {
      await request(`delete ${namespace}/${name}`, signal)
      remove(`${namespace}/${name}`)
    },
    async createNamespace(namespace, signal) {
      await request(`create namespace ${namespace}`, signal)
      namespaces.add(namespace)
    },
  }
}

/** `patch deployments.apps in shop`, `update leases.coordination.k8s.io in ops named lock` */
export function questionText({verb, group, resource, namespace, name}: AccessQuestion): string {
  const place = namespace === undefined ? '' : ` in ${namespace}`
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}${place}${name === undefined ? '' : ` named ${name}`}`
}

const notNeeded = (): never => {
  throw new Error('discovery does not need this')
}

const unused = {
  watch: notNeeded,
  newest: notNeeded,
  read: notNeeded,
  patchTemplate: notNeeded,
  follow: notNeeded,
  revisions: notNeeded,
  podTroubles: notNeeded,
  scale: notNeeded,
  autoscalerOf: async () => undefined,
  runnerOf: async () => undefined,
  logTail: notNeeded,
}

const unneeded = {events: {record: notNeeded}, objects: {kinds: notNeeded, read: notNeeded, apply: notNeeded}}

/** A Deployment (or another kind) with one container per image. */
export function workload(place: string, ...images: readonly string[]): WorkloadImages {
  const parts = place.split('/')
  const [namespace = '', name = ''] = parts.slice(-2)
  const kind = parts.length === 3 && (parts[0] === 'StatefulSet' || parts[0] === 'DaemonSet') ? parts[0] : 'Deployment'
  const uid = `uid-${kind}-${namespace}-${name}`
  return {
    kind,
    namespace,
    name,
    uid,
    images: images.map((image, i) => ({container: `c${i}`, image, role: 'container'})),
  }
}

/** Trouble that refuses matching requests, as an authorised server does. */
export function refusing(pattern: RegExp): (request: string) => void {
  return failing(pattern, () => new HubspokeError('forbidden', 'Not allowed.', {status: 403}))
}

/** Trouble for the first `times` matching requests. */
export function failing(
  pattern: RegExp,
  error: () => Error,
  times = Number.POSITIVE_INFINITY,
): (request: string) => void {
  let left = times
  return (request) => {
    if (pattern.test(request) && left-- > 0) throw error()
  }
}

/** Until the signal is aborted, like a server that does not answer. */
export function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new HubspokeError('timeout', 'Stopped.'))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, {once: true})
  })
}
