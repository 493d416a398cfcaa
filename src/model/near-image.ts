/** An image that something runs, and that may have been meant instead of the one that was asked for. */
export interface NearImage {
  /** A repository, or a reference of the repository that was asked for. */
  readonly image: string
  /** How many of the workloads that were read run it. */
  readonly workloads: number
  /** How near it is; 0 is nearest. */
  readonly distance: number
}
