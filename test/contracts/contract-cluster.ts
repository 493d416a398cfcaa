import {randomBytes} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'
import {applyPatch, type RawClient, type RawReply} from '../cluster/raw-client.ts'

/** What the contract asks of a cluster that is not said over its API. */
export interface ContractCluster {
  /** Sends requests as an administrator. */
  readonly client: RawClient
  /** Images that begin with this cannot be pulled. */
  readonly brokenImages: string
  /**
   * Whether a consistent list moves the bookmarks of its kind up to the store. A server that does not answer such lists
   * from its watch cache (the default before 1.31) sends a bookmark only when it happens to have heard of something.
   */
  readonly listsMoveBookmarks: boolean
  /** Sees to it that no pod of that workload finds a node; what has to be in the spec of its pods for that. */
  unschedulable(namespace: string, name: string): {readonly podSpec: object}
  /** From now on a webhook has to admit ConfigMaps of that namespace. Returns its end. */
  webhook(namespace: string, how: WebhookAnswer): Promise<() => Promise<void>>
  /** The user name of the limited client, for impersonation. */
  readonly limitedUser: string
  /** Sends requests as a user that may read Deployments, read and write ConfigMaps, and nothing else. */
  openLimitedClient(): Promise<RawClient>
  /** Drops the history of the cluster. Undefined: not possible in this cluster. */
  readonly expireHistory?: () => Promise<void>
  close(): Promise<void>
}

export const webhookName = 'policy.example.com'

/** `refused`: it cannot be called. */
export type WebhookAnswer = 'refused' | {readonly denies: string}

export type OpenCluster = () => Promise<ContractCluster>

/** As much of any object as the contract addresses by name; the rest is looked at with matchers. */
export interface ApiObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: ObjectMeta
  // biome-ignore lint/suspicious/noExplicitAny: assertions reach into it, whatever its shape
  readonly [field: string]: any
}

export interface ObjectMeta {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly resourceVersion: string
  readonly generation: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly {readonly kind: string; readonly name: string; readonly uid: string}[]
}

export interface ApiList {
  readonly kind: string
  readonly metadata: {
    readonly resourceVersion: string
    readonly continue?: string
    readonly remainingItemCount?: number
  }
  readonly items: readonly ApiObject[]
}

const groundLabel = {'hubspoke.test/ground': 'contract'}

/** Removes every namespace that the contract made in a cluster that lives on. */
export async function clearGrounds(client: RawClient): Promise<void> {
  const {body} = await client.get<ApiList>('/api/v1/namespaces?labelSelector=hubspoke.test%2Fground%3Dcontract')
  for (const {metadata} of body.items) await client.delete(`/api/v1/namespaces/${metadata.name}`)
}

/** A namespace of its own for a group of cases, and the paths below it. */
export class Ground {
  readonly client: RawClient
  readonly namespace: string

  private constructor(client: RawClient, namespace: string) {
    this.client = client
    this.namespace = namespace
  }

  static async create({client}: ContractCluster): Promise<Ground> {
    const name = `contract-${randomBytes(4).toString('hex')}`
    const object = {apiVersion: 'v1', kind: 'Namespace', metadata: {name, labels: groundLabel}}
    const {status, body} = await client.post('/api/v1/namespaces', object)
    if (status !== 201) throw new Error(`namespace ${name}: ${status} ${JSON.stringify(body)}`)
    return new Ground(client, name)
  }

  /** `deployments`, `deployments/web`, `configmaps?limit=1`. */
  path(resource: string): string {
    const plural = resource.split(/[/?]/)[0] ?? ''
    return `${groupOf(plural)}/namespaces/${this.namespace}/${resource}`
  }

  async list(resource: string): Promise<ApiList> {
    return (await this.expect(200, this.client.get<ApiList>(this.path(resource)))).body
  }

  async read(resource: string): Promise<ApiObject> {
    return (await this.expect(200, this.client.get<ApiObject>(this.path(resource)))).body
  }

  /** A workload with the container `app` and the label `app`; `spec` is laid over what is usual. */
  async workload(plural: Plural, name: string, spec: WorkloadSpec = {}): Promise<ApiObject> {
    const {image = 'registry.example/app:1', annotations, labels, ...rest} = spec
    const object = {
      apiVersion: 'apps/v1',
      kind: kinds[plural],
      metadata: {name, annotations, labels: {app: name, ...labels}},
      spec: {
        ...(plural !== 'daemonsets' && {replicas: 2}),
        ...(plural === 'statefulsets' && {serviceName: name}),
        selector: {matchLabels: {app: name}},
        template: {
          metadata: {labels: {app: name}},
          spec: {containers: [{name: 'app', image}], terminationGracePeriodSeconds: 0},
        },
        ...rest,
      },
    }
    return (await this.expect(201, this.client.post<ApiObject>(this.path(plural), object))).body
  }

  async configMap(name: string, data: Readonly<Record<string, string>> = {}, labels = {}): Promise<ApiObject> {
    const object = {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name, labels}, data}
    return (await this.expect(201, this.client.post<ApiObject>(this.path('configmaps'), object))).body
  }

  /** Server-side apply to an object of the namespace. */
  apply(resource: string, object: object, query: ApplyQuery): Promise<RawReply<ApiObject>> {
    const {manager, force = false, dryRun = false} = query
    const text = `fieldManager=${manager}${force ? '&force=true' : ''}${dryRun ? '&dryRun=All' : ''}`
    return this.client.patch<ApiObject>(`${this.path(resource)}?${text}`, object, applyPatch)
  }

  async expect<T>(status: number, asked: Promise<RawReply<T>>): Promise<RawReply<T>> {
    const reply = await asked
    if (reply.status !== status) throw new Error(`${reply.status} instead of ${status}: ${JSON.stringify(reply.body)}`)
    return reply
  }

  /** Reads it again and again until it is in the desired state; the last state is the message when it never gets there. */
  async until(resource: string, isSo: (object: ApiObject) => boolean, withinMs = 20_000): Promise<ApiObject> {
    const deadline = performance.now() + withinMs
    for (;;) {
      const object = await this.read(resource)
      if (isSo(object)) return object
      if (performance.now() > deadline) throw new Error(`${resource} stays ${JSON.stringify(object.status)}`)
      await sleep(25)
    }
  }

  /** Rolled out as `kubectl rollout status` would have it. */
  rolledOut(resource: string): Promise<ApiObject> {
    return this.until(resource, ({metadata, spec, status = {}}) => {
      const wanted = spec.replicas ?? status.desiredNumberScheduled ?? -1
      const updated = status.updatedReplicas ?? status.updatedNumberScheduled ?? 0
      const available = status.availableReplicas ?? status.numberAvailable ?? 0
      const total = status.replicas ?? status.currentNumberScheduled ?? 0
      const isSeen = (status.observedGeneration ?? 0) >= metadata.generation
      return isSeen && updated === wanted && available === wanted && total === wanted
    })
  }
}

export interface ApplyQuery {
  readonly manager: string
  readonly force?: boolean
  readonly dryRun?: boolean
}

export interface WorkloadSpec {
  readonly image?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly labels?: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

export type Plural = keyof typeof kinds
const kinds = {deployments: 'Deployment', statefulsets: 'StatefulSet', daemonsets: 'DaemonSet'} as const

const groups: Readonly<Record<string, string>> = {
  leases: '/apis/coordination.k8s.io/v1',
  jobs: '/apis/batch/v1',
  cronjobs: '/apis/batch/v1',
  ingresses: '/apis/networking.k8s.io/v1',
  poddisruptionbudgets: '/apis/policy/v1',
  horizontalpodautoscalers: '/apis/autoscaling/v2',
  roles: '/apis/rbac.authorization.k8s.io/v1',
  rolebindings: '/apis/rbac.authorization.k8s.io/v1',
}
const core = ['configmaps', 'pods', 'events', 'secrets', 'services', 'serviceaccounts', 'resourcequotas']

function groupOf(plural: string): string {
  return groups[plural] ?? (core.includes(plural) ? '/api/v1' : '/apis/apps/v1')
}

/** The patch of a rolling restart, as kubectl sends it; `metadata` goes in beside it. */
export function restartPatch(restartedAt: string, metadata: Partial<ObjectMeta> = {}): object {
  const annotations = {'kubectl.kubernetes.io/restartedAt': restartedAt}
  return {metadata, spec: {template: {metadata: {annotations}}}}
}
