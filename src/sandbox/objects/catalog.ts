import {builtInResources, type Resource} from './resources.ts'

/** The resources of one cluster: those of Kubernetes itself, and those that its CustomResourceDefinitions add. */
export class Catalog {
  #all: readonly Resource[] = builtInResources

  get all(): readonly Resource[] {
    return this.#all
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    return this.#all.find((each) => each.plural === plural && each.group === group && each.version === version)
  }

  /** The first resource of that kind, in any group. */
  ofKind(kind: string): Resource | undefined {
    return this.#all.find((each) => each.kind === kind)
  }

  /** Replaces every version of a custom resource by these; none: it is no longer served. */
  serve(id: string, versions: readonly Resource[]): void {
    this.#all = [...this.#all.filter((each) => each.id !== id), ...versions]
  }
}
