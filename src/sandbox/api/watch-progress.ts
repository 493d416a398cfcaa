import type {Resource} from '../objects/resources.ts'
import type {Store} from '../objects/store.ts'

/**
 * The version of each resource up to which its watchers have certainly received all changes. It advances with every change
 * of that resource, and with every consistent list of it; changes of other resources do not advance it.
 *
 * Source: consistent reads from cache, https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/2340-Consistent-reads-from-cache
 */
export class WatchProgress {
  readonly #versions = new Map<string, number>()

  constructor(store: Store) {
    store.subscribe(({resource, version}) => this.#versions.set(resource.id, version))
  }

  of(resource: Resource): number {
    return this.#versions.get(resource.id) ?? 0
  }

  /** A list has proved the version. */
  proved(resource: Resource, version: number): void {
    this.#versions.set(resource.id, Math.max(version, this.of(resource)))
  }
}
