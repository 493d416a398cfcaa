/** What a run has to show for its lock in one cluster. */
export interface LockEntry {
  /** The context that the cluster is reached through. */
  readonly context: string
  /** `lost`: another run has it now. `none`: there is no lock there, and the reason says why. */
  readonly state: 'held' | 'lost' | 'none'
  readonly reason: string | null
}

/** A cluster in which there will be no lock, and the commands that change that. */
export interface LockOutlook extends LockEntry {
  readonly suggestions: readonly string[]
}

const namesShown = 5

/** One sentence for each reason why there is no lock somewhere; raw text. */
export function withoutLockSentences(without: readonly LockEntry[]): readonly string[] {
  return [...Map.groupBy(without, ({reason}) => reason)].map(([reason, entries]) => {
    const names = entries.slice(0, namesShown).map(({context}) => `"${context}"`)
    const rest = entries.length - names.length
    const contexts = names.join(', ') + (rest === 0 ? '' : ` and ${rest} more`)
    return `No lock in ${contexts}: ${reason}. Another run could act there at the same time.`
  })
}

/** Keeps other runs out of the clusters of a plan, where that is possible, until it is released. */
export interface RunLock {
  /**
   * May this run still write in that cluster? What is not sure is made sure first, by asking the cluster; true where
   * there is no lock. Rejects with a `HubspokeError` when the cluster cannot be asked.
   */
  holds(clusterUid: string): Promise<boolean>
  /** Resolves, with a sentence that says who has it, when another run has taken a lock of this one. Else it never settles. */
  readonly lost: Promise<string>
  /** As it is now, one per cluster of the plan. */
  entries(): readonly LockEntry[]
  /** Gives every lock back. Never rejects: one that cannot be given back lapses by itself. */
  release(): Promise<void>
}

/** For runs that lock nothing, because they write nothing. */
export const noLock: RunLock = {
  holds: async () => true,
  lost: new Promise(() => undefined),
  entries: () => [],
  release: async () => undefined,
}
