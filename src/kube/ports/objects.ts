/** A kind of object, as a cluster serves it. */
export interface ServedKind {
  /** Empty: the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly scope: 'namespace' | 'cluster'
}

/** Where an object is. Undefined: its kind has no namespaces. */
export interface ObjectPlace {
  readonly namespace: string | undefined
  readonly name: string
}

/** An object as the API has it. */
export type ApiObject = Readonly<Record<string, unknown>>

export interface ApplyWrite {
  /** Fields that other managers own are taken over; otherwise they are a conflict. */
  readonly force: boolean
  /** The server checks it, and writes nothing. */
  readonly dryRun: boolean
}

/** Objects of any kind in one cluster. */
export interface ClusterObjects {
  /** The kinds of each version of a group (`apps/v1`) that the cluster serves; those that it does not serve are left out. */
  kinds(apiVersions: readonly string[], signal: AbortSignal): Promise<readonly ServedKind[]>
  /** Undefined: it, or its namespace, does not exist. */
  read(kind: ServedKind, place: ObjectPlace, signal: AbortSignal): Promise<ApiObject | undefined>
  /**
   * Server-side apply with the field manager `hubspoke`: creates the object, or changes the fields that it names. A field of
   * another manager with another value rejects with class `conflict`, and names each of them (`conflicts`).
   *
   * @returns the whole object, as it is now; with `dryRun` as it would be
   */
  apply(
    kind: ServedKind,
    place: ObjectPlace,
    object: ApiObject,
    write: ApplyWrite,
    signal: AbortSignal,
  ): Promise<ApiObject>
}
