import {distribute} from '../../distribution/distribute.ts'
import {takeRunLock} from '../../distribution/lock/run-lock.ts'
import {broadcast} from '../../hub/broadcast.ts'
import type {HubDeps, RunRequest} from '../../hub/contract.ts'
import {runHub} from '../../hub/run-hub.ts'
import {checkedLeases} from '../../lease/checked-leases.ts'
import {type ClusterCheck, clusterCheck} from '../../lease/cluster-check.ts'
import {boundedLedger} from '../../ledger/bounded-ledger.ts'
import {ledgerDirectory} from '../../ledger/ledger-directory.ts'
import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import {isInCluster} from '../../model/cluster-target.ts'
import type {ContextsOrigin} from '../../model/contexts-origin.ts'
import type {OnEvent} from '../../model/event.ts'
import type {LogTail} from '../../model/log-tail.ts'
import type {RetryView} from '../../model/plan-view.ts'
import type {RunReport} from '../../model/report.ts'
import type {Retried} from '../../model/run-facts.ts'
import {type LockEntry, noLock} from '../../model/run-lock.ts'
import type {Snapshot} from '../../model/snapshot.ts'
import type {Source} from '../../model/source.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {printable} from '../../shared/printable.ts'
import type {CommandPlace} from '../../shared/suggested-command.ts'
import {checkedObjects} from '../../verbs/checked-objects.ts'
import type {Verb, VerbEnv} from '../../verbs/verb.ts'
import {checkedWorkloads} from '../../verbs/workloads/checked-workloads.ts'
import {createEventRecorder, type EventRecorder} from '../../verbs/workloads/record-events.ts'
import type {Clusters} from '../clusters.ts'
import {agreeToPlan} from '../consent/agree-to-plan.ts'
import {unsetOptions} from '../flags/kept-flags.ts'
import {type LocalCommands, localCommands} from '../process/commands/local-commands.ts'
import type {Runtime} from '../process/runtime.ts'
import type {Session} from '../process/session.ts'
import {type Actors, createActors} from './cluster-users.ts'
import {earlierRun} from './earlier-run.ts'
import {examinePlan} from './examine-plan.ts'
import {lockPolicy} from './lock-policy.ts'
import {openSource, type SourceRequest} from './open-source.ts'
import type {RunIdentity} from './run-identity.ts'
import {openRunLedger} from './run-ledger.ts'
import type {RunSettings} from './run-settings.ts'
import {readingDeps} from './selection.ts'
import {waveGate} from './wave-gate.ts'

/** A run to start: what is done, to what, and how. Plain data, beside the verb itself. */
export interface RunStart {
  readonly run: RunIdentity
  readonly verb: Verb
  readonly args: ArgumentsEntry
  readonly source: SourceRequest | Source
  readonly settings: RunSettings
  /** It may have begun in an earlier invocation, or retries another run. */
  readonly resumed: boolean
  /** The states before the writes of earlier invocations, by key of the target. */
  readonly snapshots: ReadonlyMap<string, Snapshot>
  /** The run whose targets this one retries. */
  readonly retryOf?: {readonly run: Retried; readonly view: RetryView}
  /** What chose the contexts, when that was not the command line. */
  readonly contextsFrom?: string | undefined
}

/** Where a run is started: the process, and the clusters that it reaches. */
export interface RunEnv {
  readonly runtime: Runtime
  readonly clusters: Clusters
  readonly session: Session
  /** How suggested commands reach the same clusters. */
  readonly place: CommandPlace
  /** Where the contexts come from, for the ledger. */
  readonly origin: ContextsOrigin | undefined
  /** Receives the log tail of crashed containers; undefined: they are not read. */
  readonly onLogTail?: ((target: WorkloadTarget, tail: LogTail) => void) | undefined
  /** Default: in this process. */
  readonly distribute?: HubDeps['distribute']
  /** They receive every event of the run, beside the progress of the session; default: none. */
  readonly listeners?: readonly OnEvent[]
}

/**
 * Carries out a run: discovery, plan, confirmation, lock, ledger, distribution, summary. Commands, `runs retry` and services
 * call it.
 *
 * Rejects only before the first write: with what is wrong with the request, when another run holds the lock, or when the
 * plan cannot be recorded.
 */
export async function startRun(start: RunStart, given: RunEnv): Promise<RunReport> {
  const onEvent = broadcast([given.session.onEvent, ...(given.listeners ?? [])])
  const env = {...given, session: {...given.session, onEvent}}
  const {runtime, clusters, session} = env
  const check = clusterCheck((context, uid, signal) => clusters.open(context).confirmIdentity(uid, signal))
  const actors = createActors(runtime.user, runtime, clusters, session)
  const events = createEventRecorder({
    events: (context) => clusters.open(context).events,
    host: runtime.user.host,
    clock: runtime.clock,
    onEvent: session.onEvent,
  })
  const {run, verb, settings} = start
  const args = verb.parse(start.args)
  const commands = openCommands(run, env)
  await verb.prepare?.(args, {commands, manifests: runtime.manifests})
  const text = verb.text(args)
  const request: RunRequest = {
    id: run.id,
    verb: verb.name,
    args: start.args,
    options: settings.recorded,
    unset: unsetOptions(settings.recorded),
    spoke: verb.spoke(args, verbEnv(start, env, {check, actors, events, commands})),
    mark: run.mark,
    ...(start.retryOf && {retryOf: start.retryOf.run}),
    ...(env.origin && {origin: env.origin}),
    reason: settings.reason,
    snapshots: start.snapshots,
    pace: settings.pace,
    dryRun: settings.dryRun,
    waited: settings.spoke.wait,
    allowEmpty: settings.allowEmpty,
  }
  const subject = {text, retry: start.retryOf?.view, contextsFrom: start.contextsFrom}
  const agree = agreeToPlan(subject, settings, env)
  return runHub(request, {...hubDeps(start, env, {check, actors}), agree}).finally(async () => {
    await commands.close()
    await events.settled()
  })
}

interface Shared {
  readonly check: ClusterCheck
  readonly actors: Actors
}

function openCommands({id}: RunIdentity, {runtime, clusters, session}: RunEnv): LocalCommands {
  const {env, homeDir, user, clock} = runtime
  return localCommands({
    ...{env, clock, runs: ledgerDirectory({env, homeDir}), runId: id, host: user.host, minified: clusters.minified},
    ...{stop: session.stop.signal, abort: session.abort},
    show: (message) => session.onEvent({type: 'notice', message}),
  })
}

function verbEnv(
  {run, settings, resumed}: RunStart,
  {runtime, clusters, onLogTail}: RunEnv,
  {check, actors, events, commands}: Shared & {readonly events: EventRecorder; readonly commands: LocalCommands},
): VerbEnv {
  return {
    runId: run.id,
    mark: run.mark,
    resumed,
    options: settings.spoke,
    clock: runtime.clock,
    by: actors.words,
    workloads: (target) => checkedWorkloads(clusters.open(target.context).workloads, target, check),
    objects: objectsIn(clusters, check),
    confirmCluster: check.now,
    commands,
    manifests: runtime.manifests,
    events,
    onLogTail,
    earlier: (runId) => earlierRun(runId, runtime),
  }
}

function objectsIn(clusters: Clusters, check: ClusterCheck): VerbEnv['objects'] {
  return ({context, clusterUid}) => {
    const {objects, access, context: ref} = clusters.open(context)
    const place = {context, clusterUid}
    return {...checkedObjects(objects, place, check), mayI: access.mayI, defaultNamespace: ref.namespace}
  }
}

/** The hub's dependencies, each from its folder: the only place that imports them all. */
function hubDeps(
  {run, verb, args, source, settings, snapshots}: RunStart,
  env: RunEnv,
  {check, actors}: Shared,
): Omit<HubDeps, 'agree'> {
  const {runtime, clusters, session} = env
  const {clock, random, env: variables, homeDir, loadVerbs} = runtime
  const {stop, onEvent} = session
  const reading = readingDeps(runtime, clusters, session) // open connections, clock, progress, stop signal
  const leases = (context: string) => clusters.open(context).leases
  const locking = {leases, clock, onEvent, signal: stop.signal}
  const policy = lockPolicy(run, verb.name, settings.lock, runtime, actors.usernameIn)
  const gate = waveGate(settings, runtime, session)
  let told: readonly LockEntry[] = []
  return {
    clock,
    random,
    stop,
    onEvent,
    abort: session.abort,
    source: 'find' in source ? source : openSource(source, clusters, reading),
    distribute: env.distribute ?? distribute,
    async preflight(planned) {
      const ofClusters = {objects: objectsIn(clusters, check), manifests: runtime.manifests}
      const prospect = await examinePlan(planned, {
        ...{verb, args, snapshots, settings, policy, reading, ofClusters},
        leases: locking,
      })
      told = prospect.withoutLock
      return prospect
    },
    ...(gate !== undefined && {gate}),
    async lock(targets, ways) {
      const lockable = targets.filter(isInCluster)
      if (lockable.length === 0) return noLock
      await actors.learn(lockable)
      return takeRunLock({targets: lockable, ways, told}, policy, {
        ...locking,
        leases: (context, clusterUid) => checkedLeases(leases(context), {context, clusterUid}, check),
        endpoint: clusters.endpointOf,
      })
    },
    actor: actors.actor,
    async openLedger() {
      const meaning = {verb: verb.name, args, options: settings.recorded}
      const directory = ledgerDirectory({env: variables, homeDir})
      const ledger = openRunLedger(run, meaning, {directory, clock, loadVerbs})
      const opened = await boundedLedger(ledger, {abort: session.abort, clock})
      session.recordedIn(
        `What this run has done is recorded in ${printable(opened.path)}: hubspoke runs show ${run.id}`,
      )
      return opened
    },
    costOf: clusters.costOf,
  }
}
