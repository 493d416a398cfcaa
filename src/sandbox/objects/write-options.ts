export interface WriteOptions {
  /** Who writes, for `metadata.managedFields`. */
  readonly manager: string
  readonly dryRun?: boolean
  /** Which door the write came through; undefined: the object itself. */
  readonly subresource?: string
  /** The whole object is given anew, as by `PUT`. */
  readonly isReplacement?: boolean
  /** Default `Update`; `Apply` has already said who owns what. */
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
