import type {WorkloadIdentity, WorkloadKind, WorkloadState} from '../../model/workload.ts'
import {type JsonObject, objectAt, textAt} from '../json-fields.ts'
import type {WorkloadFeed} from '../ports/workloads.ts'
import {toWorkloadState} from '../workloads/workload-state.ts'
import {toVersion} from './resource-version.ts'
import {createFeed, type FeedSink} from './workload-feed.ts'

/** The followed workloads of one kind, and the feeds of each: watches and reads report changes here. */
export interface FollowedWorkloads {
  add(workload: WorkloadIdentity): WorkloadFeed
  /** In one namespace, or in all. */
  list(namespace?: string): readonly WorkloadIdentity[]
  has(uid: string): boolean
  /** An object in the event of a watch; most are workloads that are not followed. */
  changed(object: JsonObject): void
  deleted(object: JsonObject): void
  /** The result of a read of a followed workload. */
  found(workload: WorkloadIdentity, state: WorkloadState | undefined): void
  fail(workload: WorkloadIdentity, error: unknown): void
  /** The workload is followed, and no state as new as this one was delivered. */
  isBehind(state: WorkloadState): boolean
}

interface Entry {
  readonly workload: WorkloadIdentity
  readonly sinks: Set<FeedSink>
  version: string
}

export function createFollowedWorkloads(kind: WorkloadKind): FollowedWorkloads {
  const entries = new Map<string, Entry>()
  /** The followed UIDs of a name: more than one while a deleted workload is still followed. */
  const byName = new Map<string, string>()

  function end(uid: string, how: Parameters<FeedSink['end']>[0]): void {
    const entry = entries.get(uid)
    if (entry === undefined) return
    forget(entry)
    for (const sink of entry.sinks) sink.end(how)
  }

  function forget({workload}: Entry): void {
    entries.delete(workload.uid)
    if (byName.get(nameOf(workload)) === workload.uid) byName.delete(nameOf(workload))
  }

  /** States may arrive twice, and from reads and watches out of order: those older than the last one are dropped. */
  function offer(uid: string, state: WorkloadState): void {
    const entry = entries.get(uid)
    if (entry === undefined || isOlder(state.resourceVersion, entry.version)) return
    entry.version = state.resourceVersion
    for (const sink of entry.sinks) sink.offer(state)
  }

  return {
    add(workload) {
      const entry = entries.get(workload.uid) ?? {workload, sinks: new Set(), version: ''}
      entries.set(workload.uid, entry)
      byName.set(nameOf(workload), workload.uid)
      const sink = createFeed((closed) => {
        entry.sinks.delete(closed)
        if (entry.sinks.size === 0 && entries.get(workload.uid) === entry) forget(entry)
      })
      entry.sinks.add(sink)
      return sink.feed
    },
    list: (namespace) =>
      [...entries.values()]
        .map(({workload}) => workload)
        .filter((workload) => namespace === undefined || workload.namespace === namespace),
    has: (uid) => entries.has(uid),
    changed(object) {
      const metadata = objectAt(object, 'metadata')
      const uid = textAt(metadata, 'uid')
      const named = byName.get(nameOf({namespace: textAt(metadata, 'namespace'), name: textAt(metadata, 'name')}))
      if (named !== undefined && named !== uid) end(named, 'deleted')
      if (entries.has(uid)) offer(uid, toWorkloadState(kind, object))
    },
    deleted: (object) => end(textAt(objectAt(object, 'metadata'), 'uid'), 'deleted'),
    found(workload, state) {
      if (state?.uid === workload.uid) offer(workload.uid, state)
      else end(workload.uid, 'deleted')
    },
    fail: (workload, error) => end(workload.uid, {error}),
    isBehind({uid, resourceVersion}) {
      const version = entries.get(uid)?.version
      return version === '' || (version !== undefined && isOlder(version, resourceVersion))
    },
  }
}

function nameOf({namespace, name}: Pick<WorkloadIdentity, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`
}

/**
 * Resource versions of one kind are numbers that grow (officially since Kubernetes 1.35, always with etcd); where they are
 * not numbers, nothing is dropped.
 */
function isOlder(version: string, than: string): boolean {
  const [ours, theirs] = [toVersion(version), toVersion(than)]
  return ours !== undefined && theirs !== undefined && ours < theirs
}
