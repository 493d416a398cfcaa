import type {LeaseObject, LeaseRecord, Leases} from '../../src/kube/ports/leases.ts'
import {HubspokeError} from '../../src/model/failure.ts'
import {conflict} from './distribution/in-memory-workloads.ts'

type Verb = 'read' | 'write'

/** The behaviour of a call: `fine`, or it fails, succeeds with a lost response, or never answers. */
type Mishap = HubspokeError | {readonly afterwards: HubspokeError} | 'hangs' | 'fine'

/** The Leases of one cluster, in this object, with the rules of the API that a lock rests on. One Lease is enough. */
export interface InMemoryLeases extends Leases {
  /** `read`, `create ada`, `update ada 1`, … in the order in which they arrived; the holder, and the version replaced. */
  readonly calls: readonly string[]
  readonly lease: LeaseObject | undefined
  readonly holder: string | undefined
  /** The behaviour of the next calls of the verb. */
  trouble(verb: Verb, ...mishaps: readonly Mishap[]): void
  /** Every call of the verb from now on, until it is undefined. */
  always(verb: Verb, mishap: Mishap | undefined): void
  /** A write by another client, whatever the current content is. */
  put(changes: Partial<LeaseRecord>): void
  remove(): void
}

const freeRecord: LeaseRecord = {
  holderIdentity: '',
  leaseDurationSeconds: 0,
  acquireTime: '',
  renewTime: '',
  leaseTransitions: 0,
  annotations: {},
}

/** @param log also gets every write, with the name of the cluster in front */
export function createInMemoryLeases(name = 'eu', log: string[] = []): InMemoryLeases {
  const calls: string[] = []
  const mishaps: Record<Verb, Mishap[]> = {read: [], write: []}
  const always: Partial<Record<Verb, Mishap | undefined>> = {}
  let lease: LeaseObject | undefined
  let version = 0

  const store = (record: LeaseRecord): LeaseObject => {
    version += 1
    lease = {...record, resourceVersion: String(version)}
    return lease
  }
  const call = async <T>(verb: Verb, signal: AbortSignal, work: () => T): Promise<T> => {
    await new Promise((resolve) => setImmediate(resolve))
    signal.throwIfAborted()
    const mishap = mishaps[verb].shift() ?? always[verb]
    if (mishap instanceof HubspokeError) throw mishap
    if (mishap === 'hangs')
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const answer = work()
    if (typeof mishap === 'object') throw mishap.afterwards
    return answer
  }

  return {
    calls,
    get lease() {
      return lease
    },
    get holder() {
      return lease?.holderIdentity
    },
    trouble: (verb, ...more) => void mishaps[verb].push(...more),
    always(verb, mishap) {
      always[verb] = mishap
    },
    put: (changes) => void store({...(lease ?? freeRecord), ...changes}),
    remove() {
      lease = undefined
    },
    read(_namespace, _name, signal) {
      calls.push('read')
      return call('read', signal, () => lease)
    },
    write(_namespace, _name, {record, resourceVersion, dryRun}, signal) {
      const what = resourceVersion === undefined ? 'create' : 'update'
      const words = [what, record.holderIdentity || 'none', ...(resourceVersion === undefined ? [] : [resourceVersion])]
      calls.push(words.join(' '))
      if (!dryRun) log.push(`${name} ${words[1]}`)
      return call('write', signal, () => {
        if (lease?.resourceVersion !== resourceVersion) throw conflict()
        return dryRun ? {...record, resourceVersion: ''} : store(record)
      })
    },
  }
}

export function unreachable(): HubspokeError {
  return new HubspokeError('unreachable', 'Cannot reach it.')
}

export function refused(failureClass: 'forbidden' | 'not-found' | 'rejected'): HubspokeError {
  return new HubspokeError(failureClass, `It is ${failureClass}.`, {refused: true})
}
