import type {WorkloadIdentity, WorkloadKind, WorkloadState} from '../../model/workload.ts'
import {type JsonObject, objectAt, textAt} from '../json-fields.ts'
import type {WorkloadFeed} from '../ports/workloads.ts'
import {toWorkloadState} from '../workloads/workload-state.ts'
import {toVersion} from './resource-version.ts'
import {createFeed, type FeedSink} from './workload-feed.ts'

/** The workloads of one kind that are followed, and the feeds of each: whoever learns of a change tells it here. */
export interface FollowedWorkloads {
  add(workload: WorkloadIdentity): WorkloadFeed
  /** In one namespace, or in all. */
  list(namespace?: string): readonly WorkloadIdentity[]
  has(uid: string): boolean
  /** An object of the API as a watch tells of it; most are of workloads that nobody follows. */
  changed(object: JsonObject): void
  deleted(object: JsonObject): void
  /** What a read of a followed workload found. */
  found(workload: WorkloadIdentity, state: WorkloadState | undefined): void
  fail(workload: WorkloadIdentity, error: unknown): void
  /** It is followed, and nothing as new as this state was told of it. */
  isBehind(state: WorkloadState): boolean
}

interface Entry {
  readonly workload: WorkloadIdentity
  readonly sinks: Set<FeedSink>
  version: string
}

export function createFollowedWorkloads(kind: WorkloadKind): FollowedWorkloads {
  const entries = new Map<string, Entry>()
  /** The followed UIDs behind a name: more than one while somebody still follows what was deleted. */
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

  /** States may come twice, and from a read and a watch out of order: what is older than the last one is dropped. */
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
 * Resource versions of one kind are numbers that grow (Kubernetes 1.35 says so officially, etcd did always); of others
 * nothing is known, and nothing is dropped.
 */
function isOlder(version: string, than: string): boolean {
  const [ours, theirs] = [toVersion(version), toVersion(than)]
  return ours !== undefined && theirs !== undefined && ours < theirs
}
