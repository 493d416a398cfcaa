/**
 * What one spoke acts on, as the hub, the distribution and the ledger see it: plain data. Each type of target adds the
 * fields that its verbs need ([WorkloadTarget](workload-target.ts) is one), and generic code passes them on unread.
 */
export interface Target {
  /** `workload`, `cluster`, `repository`. */
  readonly type: string
  /** The same target has the same key in every run; it contains no local alias. */
  readonly key: string
  /** What people are shown: `prod-eu/shop/Deployment/web`. */
  readonly label: string
  /** The scope of a lock, a concurrency limit and a lane in the report: the UID of a cluster, the host of a forge. */
  readonly place: string
  /** The access path: a context, an account of a forge. */
  readonly via: string
}

/** The planned targets of a run in the order in which they start, fixed before the first write. */
export type Plan = readonly Target[]
