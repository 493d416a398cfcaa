/** An image that something runs and that whoever asked for another one may have meant. */
export interface NearImage {
  /** A repository, or a reference of the repository that was asked for. */
  readonly image: string
  /** How many of the workloads that were read run it. */
  readonly workloads: number
  /** How near it is; 0 is nearest. */
  readonly distance: number
}
