import type {ApiObject} from '../api-object.ts'
import {orderedMetadata} from './metadata.ts'
import type {Resource} from './resources.ts'

/** One step of a cluster's history. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly resource: Resource
  readonly key: string
  /** The object after the change; a deleted object in its last state, with the version of its deletion. */
  readonly object: ApiObject
  readonly previous: ApiObject | undefined
  readonly version: number
}

/** How many changes are kept; older versions are expired, as after a compaction of etcd. */
const historyLimit = 20_000

/** The key of an object among those of its resource; lists are sorted by it. */
export function keyOf({metadata}: ApiObject): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`
}

/**
 * The objects of one cluster with one counter of versions, and the history of their changes. It applies no rules of the
 * API: every object is stored as given, and never changed in place afterwards.
 */
export class Store {
  readonly #objects = new Map<string, Map<string, ApiObject>>()
  readonly #resources = new Map<string, Resource>()
  readonly #sorted = new Map<string, readonly string[]>()
  readonly #owned = new Map<string, Map<string, ApiObject>>()
  readonly #listeners = new Set<(change: Change) => void>()
  #history: Change[] = []
  #version = 0
  #expiredUpTo = 0

  /** The version of the newest change. */
  get version(): number {
    return this.#version
  }

  /** Changes up to this version are expired. */
  get expiredUpTo(): number {
    return this.#expiredUpTo
  }

  /** Every resource of which there may be objects. */
  get resources(): readonly Resource[] {
    return [...this.#resources.values()]
  }

  get(resource: Resource, key: string): ApiObject | undefined {
    return this.#of(resource).get(key)
  }

  /** In the order of keys. */
  all(resource: Resource): readonly ApiObject[] {
    const objects = this.#of(resource)
    let keys = this.#sorted.get(resource.id)
    if (keys === undefined) {
      keys = [...objects.keys()].sort()
      this.#sorted.set(resource.id, keys)
    }
    return keys.flatMap((key) => objects.get(key) ?? [])
  }

  /** The objects at a version, in the order of keys; undefined: that version is expired. */
  allAt(resource: Resource, version: number): readonly ApiObject[] | undefined {
    if (version < this.#expiredUpTo) return undefined
    const undone = new Map<string, ApiObject | undefined>()
    for (const change of this.changesSince(version) ?? []) {
      if (change.resource.id === resource.id && !undone.has(change.key)) undone.set(change.key, change.previous)
    }
    if (undone.size === 0) return this.all(resource)
    const objects = new Map(this.#of(resource))
    for (const [key, previous] of undone) {
      if (previous === undefined) objects.delete(key)
      else objects.set(key, previous)
    }
    return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object)
  }

  /** The objects whose controlling owner has this UID. */
  ownedBy(ownerUid: string, resource: Resource): readonly ApiObject[] {
    const prefix = `${resource.id}:`
    return [...(this.#owned.get(ownerUid) ?? [])].filter(([key]) => key.startsWith(prefix)).map(([, object]) => object)
  }

  /** Stores the object under the next version and returns it as stored. */
  put(resource: Resource, object: ApiObject): ApiObject {
    const key = keyOf(object)
    const previous = this.get(resource, key)
    const stored = this.#stamped(object)
    this.#of(resource).set(key, stored)
    if (previous === undefined) this.#sorted.delete(resource.id)
    else this.#disown(resource, key, previous)
    for (const owner of stored.metadata.ownerReferences ?? []) {
      const owned = this.#owned.get(owner.uid) ?? new Map<string, ApiObject>()
      this.#owned.set(owner.uid, owned.set(`${resource.id}:${key}`, stored))
    }
    this.#record({type: previous ? 'MODIFIED' : 'ADDED', resource, key, object: stored, previous})
    return stored
  }

  /** Returns the object with the version of its deletion. */
  delete(resource: Resource, key: string): ApiObject | undefined {
    const previous = this.get(resource, key)
    if (previous === undefined) return undefined
    this.#of(resource).delete(key)
    this.#sorted.delete(resource.id)
    this.#disown(resource, key, previous)
    const object = this.#stamped(previous)
    this.#record({type: 'DELETED', resource, key, object, previous})
    return object
  }

  /** Every change after a version, oldest first; undefined: that version is expired. */
  changesSince(version: number): readonly Change[] | undefined {
    if (version < this.#expiredUpTo) return undefined
    let start = this.#history.length
    while (start > 0 && (this.#history[start - 1]?.version ?? 0) > version) start--
    return this.#history.slice(start)
  }

  /** Called after every change; returns a function that removes the listener. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Expires every version so far. */
  expire(): void {
    this.#version++
    this.#expiredUpTo = this.#version
    this.#history = []
  }

  #of(resource: Resource): Map<string, ApiObject> {
    let objects = this.#objects.get(resource.id)
    if (objects === undefined) {
      objects = new Map()
      this.#objects.set(resource.id, objects)
      this.#resources.set(resource.id, resource)
    }
    return objects
  }

  #stamped(object: ApiObject): ApiObject {
    this.#version++
    return {...object, metadata: orderedMetadata({...object.metadata, resourceVersion: String(this.#version)})}
  }

  #disown(resource: Resource, key: string, object: ApiObject): void {
    for (const owner of object.metadata.ownerReferences ?? []) {
      const owned = this.#owned.get(owner.uid)
      owned?.delete(`${resource.id}:${key}`)
      if (owned?.size === 0) this.#owned.delete(owner.uid)
    }
  }

  #record(change: Omit<Change, 'version'>): void {
    const recorded = {...change, version: this.#version}
    this.#history.push(recorded)
    if (this.#history.length > historyLimit * 1.25) {
      const dropped = this.#history.splice(0, this.#history.length - historyLimit)
      this.#expiredUpTo = dropped.at(-1)?.version ?? this.#expiredUpTo
    }
    for (const listener of [...this.#listeners]) listener(recorded)
  }
}
