import {readFileSync} from 'node:fs'
import type {ResultEntry} from '../support/workload-documents.ts'
import type {RealCluster} from './real-cluster.ts'

/** A workload as its cluster itself has it. */
export interface Truth {
  readonly uid: string
  /** One more with every change of its pod template. */
  readonly revision: number
  readonly generation: number
  readonly stamp: string | undefined
}

interface AppsObject {
  readonly metadata: {
    readonly uid: string
    readonly generation: number
    readonly annotations?: Readonly<Record<string, string>>
    readonly ownerReferences?: readonly {readonly uid: string}[]
  }
  readonly spec: {readonly template: {readonly metadata: {readonly annotations?: Readonly<Record<string, string>>}}}
  readonly revision: number
}

/** Every workload of a cluster, by UID, asked for directly. */
export async function readTruth(cluster: RealCluster): Promise<ReadonlyMap<string, Truth>> {
  const list = async (plural: string) =>
    (await cluster.get<{items: readonly AppsObject[]}>(`/apis/apps/v1/${plural}`)).items
  const [deployments, revisions, ...others] = await Promise.all(
    ['deployments', 'controllerrevisions', 'statefulsets', 'daemonsets'].map(list),
  )
  const newest = new Map<string, number>()
  for (const {metadata, revision} of revisions ?? []) {
    const owner = metadata.ownerReferences?.[0]?.uid ?? ''
    newest.set(owner, Math.max(revision, newest.get(owner) ?? 0))
  }
  return new Map(
    [...(deployments ?? []), ...others.flat()].map(({metadata, spec}) => {
      const {uid, generation, annotations} = metadata
      const revision = newest.get(uid) ?? Number(annotations?.['deployment.kubernetes.io/revision'] ?? 0)
      const stamp = spec.template.metadata.annotations?.['kubectl.kubernetes.io/restartedAt']
      return [uid, {uid, revision, generation, stamp}]
    }),
  )
}

/** What the ledger of a run says of one target, by the UID of the workload. */
export interface Told {
  readonly writings: number
  readonly written: boolean
  /** A write was sent, and what came next was neither its acceptance nor its end. */
  readonly lostReply: boolean
}

export interface ToldRun {
  readonly stamp: string
  readonly targets: ReadonlyMap<string, Told>
}

export function readTold(ledger: string): ToldRun {
  const records: readonly Record<string, string>[] = readFileSync(ledger, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const ofTarget = Object.groupBy(
    records.filter(({type = ''}) => ['writing', 'written', 'retrying', 'result'].includes(type)),
    ({target = ''}) => target.split('/').at(-1) ?? '',
  )
  const targets = Object.entries(ofTarget).map(([uid, of = []]) => {
    const types = of.map(({type}) => type)
    const lost = types.some((type, index) => type === 'writing' && types[index + 1] !== 'written')
    const writings = types.filter((type) => type === 'writing').length
    return [uid, {writings, written: types.includes('written'), lostReply: lost}] as const
  })
  return {stamp: records.find(({type}) => type === 'run')?.mark ?? '', targets: new Map(targets)}
}

/** Patches of workloads that the API server says it has carried out, by namespace/name, from its audit log. */
export function acceptedPatches(auditLog: string, from: number): ReadonlyMap<string, number> {
  interface AuditEvent {
    readonly objectRef: {readonly resource: string; readonly namespace: string; readonly name: string}
    readonly userAgent?: string
    readonly responseStatus?: {readonly code: number}
  }
  const counts = new Map<string, number>()
  const lines = readFileSync(auditLog).subarray(from).toString().split('\n')
  for (const line of lines) {
    // A line may be torn where we began to read, or its server was killed; the next one goes on in the same line.
    const begin = line.lastIndexOf('{"kind":"Event"')
    if (begin < 0 || !line.endsWith('}')) continue
    const {objectRef, responseStatus, userAgent}: AuditEvent = JSON.parse(line.slice(begin))
    if (responseStatus?.code !== 200 || !userAgent?.startsWith('hubspoke')) continue
    const key = `${objectRef.resource}/${objectRef.namespace}/${objectRef.name}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

/** `rollout`: accepted, and not seen to its end when the deadline passed. */
const passing: ReadonlySet<string> = new Set(['unreachable', 'timeout', 'throttled', 'server-error', 'rollout'])

const mayBeStamped = {
  succeeded: [true],
  failed: [false],
  'not-run': [false],
  unverified: [true, false],
  unchanged: [],
  skipped: [],
} as const

export interface Compared {
  readonly result: ResultEntry
  readonly told: Told | undefined
  readonly before: Truth | undefined
  readonly after: Truth | undefined
  /** Of the whole run. */
  readonly stamp: string
  /** What the audit log says. */
  readonly patches: number
}

/** Where what was said of a target, and what its cluster says, differ; one line each. */
export function differences({result, told, before, after, stamp, patches}: Compared): readonly string[] {
  const {context, kind, namespace, name, outcome, reason, attempts} = result
  const restarts = (after?.revision ?? 0) - (before?.revision ?? 0)
  const changes = (after?.generation ?? 0) - (before?.generation ?? 0)
  const isMarked = after?.stamp === stamp
  const allowed: readonly boolean[] = mayBeStamped[outcome]
  const wrong = [
    before === undefined || after === undefined ? 'it was not planned' : undefined,
    restarts > 1 || changes > 1 || patches > 1 ? 'restarted more than once' : undefined,
    restarts !== changes || restarts !== Number(isMarked) ? 'its stamp and its revision do not fit' : undefined,
    allowed.includes(isMarked) ? undefined : 'its outcome is not true',
    outcome === 'unverified' && !told?.writings ? 'unverified, and nothing was sent' : undefined,
    passing.has(result.failure?.class ?? 'unreachable') ? undefined : 'its failure is none of the network',
  ].filter((sentence) => sentence !== undefined)
  const facts = JSON.stringify({outcome, attempts, restarts, changes, patches, isMarked, ...told, reason})
  return wrong.map((sentence) => `${context} ${kind} ${namespace}/${name}: ${sentence} ${facts}`)
}
