export interface WriteOptions {
  /** The field manager, for `metadata.managedFields`. */
  readonly manager: string
  readonly dryRun?: boolean
  /** The subresource that was written; undefined: the object itself. */
  readonly subresource?: string
  /** Default `Update`; `Apply` has already determined the owners of fields. */
  readonly operation?: 'Apply' | 'Update'
}

export interface DeleteOptions {
  readonly dryRun?: boolean
  readonly uid?: string
  readonly resourceVersion?: string
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan'
  /** Pods only; 0: at once. */
  readonly gracePeriodSeconds?: number
}
