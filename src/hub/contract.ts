import type {Discovery} from '../discovery/discover.ts'
import type {Marked} from '../discovery/plan/mark-targets.ts'
import type {Planned} from '../discovery/plan/plan-targets.ts'
import type {Preflighted} from '../discovery/plan/preflight.ts'
import type {DistributionDeps, FanOut} from '../distribution/distribute.ts'
import type {Spoke} from '../distribution/spoke.ts'
import type {Actor} from '../model/actor.ts'
import type {ArgumentsEntry} from '../model/arguments-entry.ts'
import type {ClusterReading} from '../model/cluster.ts'
import type {ContextsPlace} from '../model/contexts-place.ts'
import type {Ledger} from '../model/ledger.ts'
import type {Retried, RunFacts} from '../model/run-facts.ts'
import type {LockOutlook, RunLock} from '../model/run-lock.ts'
import type {RunOptions} from '../model/run-options.ts'
import type {Snapshot} from '../model/snapshot.ts'
import type {Plan} from '../model/target.ts'
import type {Wave} from '../model/wave.ts'

/** What a run is asked to do. The verb is the spoke's affair alone. */
export interface RunRequest {
  readonly id: string
  readonly spoke: Spoke
  /** What marks a write as this run's, for whoever reads the ledger. */
  readonly stamp: string
  /** The run whose targets this one takes up again. */
  readonly retryOf?: Retried
  /** Where its contexts come from, for whoever reads the ledger. */
  readonly place?: ContextsPlace
  /** Why it is made, as far as that is known before anybody is asked. */
  readonly reason?: string | undefined
  /** What an earlier invocation found before it wrote, by the UID of the workload: the ledger goes on with it. */
  readonly before?: ReadonlyMap<string, Snapshot>
  readonly arguments: ArgumentsEntry
  /** What a retry of the run keeps. */
  readonly options?: RunOptions
  /** How wide, given how many targets are planned. */
  fanOut(planned: number): FanOut
  /** The waves of the targets that will be tried; none: they start together. */
  waves(targets: Plan): readonly Wave[]
  readonly dryRun: RunFacts['dryRun']
  readonly waited: boolean
  readonly allowEmpty: boolean
}

/** A plan with all that was found out about it before the first write. */
export interface Proposal extends Omit<Planned, 'targets'>, Prospect {
  readonly discovery: Discovery
  readonly waves: readonly Wave[]
}

/** The answer to a proposal. */
export interface Agreement {
  readonly agreed: boolean
  /** Why the run is made, where that was asked for. */
  readonly reason?: string | undefined
  /** Why not, as a clause, where that was no plain No. */
  readonly because?: string | undefined
  /** How long the questions waited for their answers. */
  readonly askedMs?: number
  /** Where the answer comes from. */
  readonly consent?: 'prompt' | '--yes' | 'HUBSPOKE_YES'
}

/** What will stand in the way of a plan. */
export interface Prospect extends Preflighted, Marked {
  /** Clusters in which there can be no lock, as far as that is known before one is taken. */
  readonly withoutLock: readonly LockOutlook[]
}

export interface HubDeps extends Omit<DistributionDeps, 'ledger' | 'lock'> {
  /** Never rejects for a cluster's sake: one that cannot be read is a reading with a problem. */
  discover(): Promise<Discovery>
  planTargets(readings: readonly ClusterReading[]): Planned
  /** The same targets, each through a context that may act on it; and those that none may act on. */
  preflight(planned: Planned): Promise<Prospect>
  /** Shows the proposal and asks, where it has to. */
  agree(proposal: Proposal): Promise<Agreement>
  /**
   * Keeps other runs out of the clusters of these targets. Rejects when another run is there, the lock that is wanted cannot
   * be had, or the ways into one cluster are not shown to lead to one.
   */
  lock(targets: Plan, ways: Planned['sameCluster']): Promise<RunLock>
  openLedger(): Promise<Ledger>
  /** Who acts, as far as that is known once the lock is taken. */
  actor?(): Actor
  /** What a context has cost until now. */
  costOf(context: string): ClusterReading['cost']
}
