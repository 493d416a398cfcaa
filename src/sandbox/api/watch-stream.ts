import {setImmediate as immediate} from 'node:timers/promises'
import type {Clock} from '../../shared/clock.ts'
import type {ApiObject} from '../api-object.ts'
import type {Resource} from '../objects/resources.ts'
import type {Change, Store} from '../objects/store.ts'
import {expired} from '../status.ts'
import type {Answer} from '../transport/answer.ts'
import {bookmarkPhase, nextBookmarkMs} from './bookmarks.ts'
import type {Representation} from './representation.ts'
import type {WatchProgress} from './watch-progress.ts'
import type {WatchQuery} from './watch-query.ts'

export interface WatchScope {
  readonly resource: Resource
  readonly namespace: string | undefined
  readonly matches: (object: ApiObject) => boolean
}

export interface WatchDeps {
  readonly store: Store
  readonly progress: WatchProgress
  readonly clock: Clock
  readonly random: () => number
}

/** The shortest duration of a watch without a requested end, in milliseconds; at most twice as long. */
const longestMs = 1_800_000

/** Turns of the event loop by which a watch is behind the answers to writes; a real server is behind by milliseconds. */
const turnsBehind = 5

/** One watch: existing objects, changes, bookmarks, and its end. A change is sent after the answer to the write that made it. */
export class WatchStream {
  readonly #scope: WatchScope
  readonly #query: WatchQuery
  readonly #answer: Answer
  readonly #representation: Representation
  readonly #deps: WatchDeps
  #queue: Change[] = []
  #sent = 0
  /** Nothing up to this version is sent any more. */
  #from: bigint

  constructor(
    scope: WatchScope,
    query: WatchQuery,
    out: {readonly answer: Answer; readonly representation: Representation},
    deps: WatchDeps,
  ) {
    this.#scope = scope
    this.#query = query
    this.#answer = out.answer
    this.#representation = out.representation
    this.#deps = deps
    this.#from = query.from ?? BigInt(deps.store.version)
  }

  /** Runs until its end or until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const {store, clock, random} = this.#deps
    if (!this.#begin()) return
    const end = AbortSignal.any([signal, this.#answer.closed])
    const unsubscribe = store.subscribe((change) => this.#enqueue(change))
    if (this.#query.withBookmarks) void this.#sendBookmarks(end)
    await clock.sleep(this.#query.lastsMs ?? longestMs * (1 + random()), end)
    unsubscribe()
    this.#flush()
    this.#answer.end()
  }

  /** Sends past changes. False: the stream has ended with an error. */
  #begin(): boolean {
    const {store, progress} = this.#deps
    const {resource, namespace, matches} = this.#scope
    if (this.#query.withInitialEvents) {
      for (const object of store.all(resource)) {
        const isInside = namespace === undefined || object.metadata.namespace === namespace
        if (isInside && matches(object)) this.#send('ADDED', object)
      }
      this.#from = BigInt(store.version)
      progress.proved(resource, store.version)
      const annotations = {'k8s.io/initial-events-end': 'true'}
      if (this.#query.withBookmarks) this.#sendBookmark(store.version, {annotations})
      return true
    }
    const missed = this.#from > BigInt(store.version) ? [] : store.changesSince(Number(this.#from))
    if (missed === undefined) {
      const tooOld = expired(`too old resource version: ${this.#from} (${store.expiredUpTo})`)
      this.#answer.write(`${JSON.stringify({type: 'ERROR', object: tooOld.toStatus()})}\n`)
      this.#answer.end()
      return false
    }
    for (const change of missed) this.#tell(change)
    return true
  }

  #enqueue(change: Change): void {
    if (change.resource.id !== this.#scope.resource.id) return
    this.#queue.push(change)
    if (this.#queue.length === 1) void this.#flushLater()
  }

  /** Later by some turns of the event loop, in which the writer gets its answer. */
  async #flushLater(): Promise<void> {
    for (let turn = 0; turn < turnsBehind; turn++) await immediate()
    this.#flush()
  }

  #flush(): void {
    for (const change of this.#queue.splice(0)) this.#tell(change)
  }

  /** A change as seen through the selector: entering objects are added, leaving ones deleted. */
  #tell({type, resource, object, previous, version}: Change): void {
    const {namespace, matches} = this.#scope
    if (resource.id !== this.#scope.resource.id || BigInt(version) <= this.#from) return
    if (namespace !== undefined && object.metadata.namespace !== namespace) return
    const was = previous !== undefined && matches(previous)
    const is = type !== 'DELETED' && matches(object)
    if (is) this.#send(was ? 'MODIFIED' : 'ADDED', object)
    else if (was) this.#send('DELETED', type === 'DELETED' ? object : leaving(previous, version))
  }

  #send(type: string, object: ApiObject): void {
    this.#answer.write(this.#representation.event(type, object, this.#sent++ === 0))
  }

  async #sendBookmarks(end: AbortSignal): Promise<void> {
    const {clock, random, progress} = this.#deps
    const startedAt = clock.now()
    const phase = bookmarkPhase(random)
    while (!end.aborted) {
      const now = clock.now() - startedAt
      // A rounding remainder of a due time would be slept without end on a clock that only advances for sleepers.
      await clock.sleep(Math.max(1, nextBookmarkMs(now, this.#query.lastsMs, phase) - now), end)
      if (end.aborted) return
      this.#flush()
      const version = progress.of(this.#scope.resource)
      if (BigInt(version) > this.#from) this.#sendBookmark(version, {})
    }
  }

  #sendBookmark(version: number, metadata: {readonly annotations?: Record<string, string>}): void {
    const bookmark = {metadata: {resourceVersion: String(version), ...metadata}} as unknown as ApiObject
    this.#send('BOOKMARK', bookmark)
  }
}

/** An object that leaves the selection: its last state, with the version at which it left. */
function leaving(previous: ApiObject, version: number): ApiObject {
  return {...previous, metadata: {...previous.metadata, resourceVersion: String(version)}}
}
