import type {Distribution, DistributionDeps, DistributionRequest, FanOut} from '../distribution/distribute.ts'
import type {FailureLimit} from '../distribution/pace/failure-budget.ts'
import type {WaveSettings} from '../distribution/waves/plan-waves.ts'
import type {Actor} from '../model/actor.ts'
import type {ArgumentsEntry} from '../model/arguments-entry.ts'
import type {Cost} from '../model/cluster.ts'
import type {ContextsOrigin} from '../model/contexts-origin.ts'
import type {Ledger} from '../model/ledger.ts'
import type {Planned} from '../model/planned.ts'
import type {Proposal, Prospect} from '../model/proposal.ts'
import type {Retried, RunFacts} from '../model/run-facts.ts'
import type {RunLock} from '../model/run-lock.ts'
import type {Snapshot} from '../model/snapshot.ts'
import type {Source} from '../model/source.ts'
import type {Spoke} from '../model/spoke.ts'
import type {Plan} from '../model/target.ts'

/** How a plan is carried out. Limits in percent are resolved when it is known how many targets are planned. */
export interface Pace extends Omit<FanOut, 'maxFailures'> {
  /** Undefined: no budget. */
  readonly maxFailures: FailureLimit | undefined
  /** Undefined: all targets start together. */
  readonly waves: WaveSettings | undefined
}

/** What a run is asked to do. */
export interface RunRequest {
  readonly id: string
  /** For the ledger and the documents. */
  readonly verb: string
  readonly args: ArgumentsEntry
  /** Every option that was set: a retry of the run keeps those that pace and guard it. */
  readonly options: ArgumentsEntry
  /** The options that a retry would keep and that were not set, for the ledger. */
  readonly unset: ArgumentsEntry
  readonly spoke: Spoke
  /** What marks the writes of this run. */
  readonly mark: string
  /** The run whose targets this one retries. */
  readonly retryOf?: Retried
  /** Where its contexts come from, for the ledger. */
  readonly origin?: ContextsOrigin
  /** Why it is made, as far as that is known before the question. */
  readonly reason?: string | undefined
  /** The states before the writes of earlier invocations, by key of the target. */
  readonly snapshots?: ReadonlyMap<string, Snapshot>
  readonly pace: Pace
  readonly dryRun: RunFacts['dryRun']
  readonly waited: boolean
  readonly allowEmpty: boolean
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

export interface HubDeps extends Omit<DistributionDeps, 'ledger' | 'lock'> {
  readonly source: Source
  /** The same targets, each through an access path that is permitted, with what the plan shows about them. */
  preflight(planned: Planned): Promise<Prospect>
  /** Shows the proposal and asks, where it has to. */
  agree(proposal: Proposal): Promise<Agreement>
  /**
   * Keeps other runs out of the places of these targets. Rejects when another run holds a lock, a required lock cannot
   * be acquired, or the access paths of one cluster are not shown to lead to one.
   */
  lock(targets: Plan, sameCluster: Planned['sameCluster']): Promise<RunLock>
  openLedger(): Promise<Ledger>
  /** Carries out the plan: in this process, or with another engine. */
  distribute(request: DistributionRequest, deps: DistributionDeps): Promise<Distribution>
  /** Who acts, as far as that is known once the lock is acquired. */
  actor?(): Actor
  /** What an access path has cost until now. */
  costOf(via: string): Cost
}
