import {type DiscoveryDeps, type DiscoveryRequest, discover} from '../../discovery/discover.ts'
import {markTargets} from '../../discovery/plan/mark-targets.ts'
import {planTargets} from '../../discovery/plan/plan-targets.ts'
import {type AccessNeed, type Preflighted, preflight} from '../../discovery/plan/preflight.ts'
import {planRecalled} from '../../discovery/recall/plan-recalled.ts'
import {type RecallRequest, recallTargets} from '../../discovery/recall/recall-targets.ts'
import {checkedLeases} from '../../distribution/identity/checked-leases.ts'
import type {ClusterCheck} from '../../distribution/identity/cluster-check.ts'
import {lockOutlook} from '../../distribution/lock/lock-outlook.ts'
import {type LockPolicy, takeRunLock} from '../../distribution/lock/run-lock.ts'
import type {Gate} from '../../distribution/waves/between-waves.ts'
import type {Agreement, HubDeps, Proposal} from '../../hub/contract.ts'
import {toBeTried} from '../../hub/run-hub.ts'
import {boundedLedger} from '../../ledger/bounded-ledger.ts'
import {ledgerDirectory} from '../../ledger/ledger-directory.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {LockEntry} from '../../model/run-lock.ts'
import type {Target} from '../../model/target.ts'
import {printable} from '../../shared/printable.ts'
import type {Clusters} from '../clusters.ts'
import type {Runtime} from '../process/runtime.ts'
import type {Session} from '../process/session.ts'
import type {Actors} from './cluster-users.ts'
import {readingDeps} from './discovery-request.ts'
import type {RunIdentity} from './run-identity.ts'
import {openRunLedger} from './run-ledger.ts'
import type {RunMeaning} from './same-run.ts'

/** What the composition root needs to know of a run. */
export interface RunComposition {
  readonly run: RunIdentity
  /** What it is about: a run that goes on is about the same. */
  readonly meaning: RunMeaning
  /** What is looked for; or the targets of an earlier run, that are taken up again. */
  readonly discovery: DiscoveryRequest | RecallRequest
  /** What the verb must be allowed to do with a target. */
  needs(target: Target): readonly AccessNeed[]
  /** A missing permission ends the run before the first write. */
  readonly strict: boolean
  readonly lock: LockPolicy
  readonly actors: Pick<Actors, 'learn' | 'actor'>
  /** Whether a context still points at the cluster that was planned. */
  readonly check: ClusterCheck
  agree(proposal: Proposal): Promise<Agreement>
  /** Asks between two waves; undefined: nobody is asked. */
  readonly gate: Gate | undefined
}

/** The hub's dependencies, each from its folder: the only place that knows them all. */
export function hubDeps(
  {run, meaning, discovery, needs, strict, lock, actors, check, agree, gate}: RunComposition,
  runtime: Runtime,
  clusters: Clusters,
  session: Session,
): HubDeps {
  const {clock, random, env, homeDir} = runtime
  const {stop, onEvent} = session
  const reading = readingDeps(runtime, clusters, session) // open connections, clock, progress, stop signal
  const leases = (context: string) => clusters.open(context).leases
  let told: readonly LockEntry[] = []
  const locking = {leases, clock, onEvent, signal: stop.signal}
  return {
    clock,
    random,
    stop,
    onEvent,
    abort: session.abort,
    ...sourceOf(discovery, reading),
    preflight: async (planned) => {
      const preflighted = await preflight(planned, {...reading, needs})
      if (strict) refuseDenied(preflighted)
      const tried = toBeTried(preflighted)
      const [marked, withoutLock] = await Promise.all([
        markTargets(tried, planned.traits, reading),
        lockOutlook(tried, lock, locking),
      ])
      told = withoutLock
      return {...preflighted, ...marked, withoutLock}
    },
    agree,
    ...(gate !== undefined && {gate}),
    async lock(targets, ways) {
      await actors.learn(targets)
      return takeRunLock({targets, ways, told}, lock, {
        ...locking,
        leases: (context, clusterUid) => checkedLeases(leases(context), {context, clusterUid}, check),
        endpoint: clusters.endpointOf,
      })
    },
    actor: actors.actor,
    openLedger: async () => {
      const ledger = openRunLedger(run, meaning, {directory: ledgerDirectory({env, homeDir}), clock})
      const opened = await boundedLedger(ledger, {abort: session.abort, clock})
      session.recordedIn(recordSentence(run.id, opened.path))
      return opened
    },
    costOf: clusters.costOf,
  }
}

function sourceOf(
  discovery: DiscoveryRequest | RecallRequest,
  reading: DiscoveryDeps,
): Pick<HubDeps, 'discover' | 'planTargets'> {
  if ('runId' in discovery) {
    return {
      discover: () => recallTargets(discovery, reading),
      planTargets: (readings) => planRecalled(readings, discovery),
    }
  }
  return {
    discover: () => discover(discovery, reading),
    planTargets: (readings) => planTargets(readings, discovery), // the namespaces that were named
  }
}

/** Where to look when there is no summary. */
function recordSentence(id: string, path: string): string {
  return `What this run has done is recorded in ${printable(path)}: hubspoke runs show ${id}`
}

/** @throws HubspokeError of class `usage` that shows every missing permission together */
function refuseDenied({targets, refusals}: Preflighted): void {
  if (refusals.size === 0) return
  const failures = [...refusals.values()]
  throw new HubspokeError(
    'usage',
    `${refusals.size} of ${targets.length} targets may not be written (--preflight strict). Nothing was written.\n` +
      [...new Set(failures.map(({message}) => `  ${message}`))].join('\n'),
    {suggestions: [...new Set(failures.flatMap(({suggestions}) => suggestions))]},
  )
}
