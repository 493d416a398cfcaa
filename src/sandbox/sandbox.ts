import type {AnswerListener} from './answered-requests.ts'
import type {ApiObject} from './api-object.ts'
import type {WorkloadSpec} from './spec.ts'
import type {Trouble} from './trouble.ts'

/** Simulated clusters on the loopback interface. */
export interface Sandbox {
  /** YAML text: one context per cluster (and per further context), CA inline, current-context the first. */
  readonly kubeconfig: string
  readonly clusters: readonly SandboxCluster[]
  /** @throws RangeError when there is no cluster of that name: a mistake of the caller */
  cluster(name: string): SandboxCluster
  /** Ends every connection, watch and rollout; nothing is left pending afterwards. */
  close(): Promise<void>
}

/** One simulated cluster from inside: what a test may read and change without the API. */
export interface SandboxCluster {
  readonly name: string
  /** `https://127.0.0.1:port`, the same after a restart. */
  readonly server: string
  /** UID of the namespace `kube-system`. */
  readonly uid: string
  readonly token: string
  /** TLS connections accepted so far. */
  connections(): number
  /** Requests answered (or being answered) so far, in the order in which they arrived. */
  requests(): readonly LoggedRequest[]
  /** Deep copies, in the order of namespace and name. */
  objects(kind: string, namespace?: string): readonly ApiObject[]
  /** A deep copy. The namespace is ignored for kinds that have none. */
  object(kind: string, namespace: string, name: string): ApiObject | undefined
  /** Creates a workload (and its namespace), which then rolls out. */
  add(workload: WorkloadSpec): ApiObject
  /** Creates any object, as the API would. */
  create(object: ApiObject): ApiObject
  /** JSON merge patch (RFC 7386), as the API would apply it. */
  patch(kind: string, namespace: string, name: string, patch: object): ApiObject
  /** Gives an object another UID, which no API can do: so one cluster becomes another one, or the clone of another one. */
  setUid(kind: string, namespace: string, name: string, uid: string): void
  /** False when there was no such object. */
  remove(kind: string, namespace: string, name: string): boolean
  /** Calls back after each request for a resource, when its answer is complete; returns a function that removes the listener. */
  onAnswered(listener: AnswerListener): () => void
  /** Returns a function that removes the trouble. */
  addTrouble(trouble: Trouble): () => void
  /** Expires the history: watches from older versions, and page tokens, get 410 from now on. */
  expireHistory(): void
  /** Stops the server: connections break and new ones are refused. Controllers continue. */
  stop(): Promise<void>
  /** Starts it again on the same port, with the same objects. */
  start(): Promise<void>
}

/** A request as the server saw it. */
export interface LoggedRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly userAgent: string
  /** Name of the context of the user; empty: an unknown user. */
  readonly user: string
  /** 0 before the answer, or when its connection broke before it. */
  readonly status: number
  /** Bytes of the answer's body as they were sent, after compression. */
  readonly bytes: number
}
