/** The holder of a Lease, as written by it. Times are RFC 3339, by the holder's clock; missing text reads as `''`. */
export interface LeaseRecord {
  /** `''`: no holder. */
  readonly holderIdentity: string
  /** How long the holder counts as alive after a change of the record; 0: not given. */
  readonly leaseDurationSeconds: number
  readonly acquireTime: string
  readonly renewTime: string
  /** How often the holder changed. */
  readonly leaseTransitions: number
  /** Only displayed. */
  readonly annotations: Readonly<Record<string, string>>
}

export interface LeaseObject extends LeaseRecord {
  /** Differs after every change. */
  readonly resourceVersion: string
}

export interface Leases {
  /** Undefined: it, or its namespace, does not exist. */
  read(namespace: string, name: string, signal: AbortSignal): Promise<LeaseObject | undefined>
  /**
   * Creates it (no `resourceVersion`) or replaces exactly that version; a race is a `conflict`, a missing namespace
   * `not-found`. With `dryRun` the server checks it, and writes nothing.
   */
  write(
    namespace: string,
    name: string,
    content: {readonly record: LeaseRecord; readonly resourceVersion?: string; readonly dryRun?: boolean},
    signal: AbortSignal,
  ): Promise<LeaseObject>
}
