import {resolve} from 'node:path'
import type {Freshness} from '../../discovery/cache/freshness.ts'
import {clusterCheck} from '../../distribution/identity/cluster-check.ts'
import type {RunRequest} from '../../hub/contract.ts'
import {runHub} from '../../hub/run-hub.ts'
import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import type {RunReport} from '../../model/report.ts'
import type {Retried} from '../../model/run-facts.ts'
import type {Snapshot} from '../../model/snapshot.ts'
import {BaseCommand} from '../base-command.ts'
import type {Clusters, ContextFlags, Reach} from '../clusters.ts'
import {agreeToPlan, type ConsentFlags} from '../consent/agree-to-plan.ts'
import {requireSomebodyToAsk} from '../consent/consent.ts'
import type {PlanSubject} from '../consent/plan-view.ts'
import type {Session, SessionFlags} from '../process/session.ts'
import {runViews} from '../report-views.ts'
import {createActors} from './cluster-users.ts'
import {openEventRecorder} from './event-recorder.ts'
import {hubDeps, type RunComposition} from './hub-deps.ts'
import {type LockFlags, lockPolicy} from './lock-policy.ts'
import {type HeardLogTail, hearLogTail, type LogTailFlags} from './log-tail.ts'
import type {RunIdentity} from './run-identity.ts'
import {runRequest, type WriteFlags} from './run-request.ts'
import type {SpokeFlags, Verb} from './verbs.ts'
import {waveGate} from './wave-request.ts'

/** What differs between one command that writes and another. */
export interface WritingRun {
  readonly run: RunIdentity
  readonly verb: Verb
  /** Those of the verb itself, from which its spoke is made. */
  readonly arguments: ArgumentsEntry
  /** All of them, as the run's document records them. */
  readonly recorded: ArgumentsEntry
  /** The run may have begun in an earlier invocation, or takes up another one. */
  readonly resumed: boolean
  /** What an earlier invocation found before it wrote, by the UID of the workload. */
  readonly before: ReadonlyMap<string, Snapshot>
  /** The run whose targets this one takes up again. */
  readonly retryOf?: Retried
  /** What the plan is about, beside what is known anyway. */
  readonly subject: Pick<PlanSubject, 'image' | 'contextsFrom' | 'retry' | 'reason'>
  discovery(clusters: Clusters): RunComposition['discovery']
}

export type WritingFlags = ContextFlags &
  SessionFlags &
  ConsentFlags &
  LogTailFlags &
  LockFlags &
  SpokeFlags &
  WriteFlags &
  Parameters<typeof waveGate>[0] & {
    readonly preflight: string
    readonly output: string
    readonly json: boolean
    readonly yes: boolean
  }

/** What every command is that writes to workloads: a plan is shown, agreed to, locked, recorded, carried out and told of. */
export abstract class WritingCommand extends BaseCommand {
  /** @param reach beside that it writes: which contexts concern it */
  protected async carryOut(
    asked: WritingRun,
    flags: WritingFlags,
    reach: Omit<Reach, 'writes'> = {},
  ): Promise<RunReport> {
    if (!flags['dry-run']) requireSomebodyToAsk(flags.yes, this.runtime)
    const logTail = hearLogTail(flags, this.runtime)
    const report = await this.reaching(flags, {writes: true, ...reach}, (clusters, session) =>
      this.runIn(clusters, session, asked, {...flags, logTail}),
    )
    return this.tell(logTail.conclude(report), flags)
  }

  /** The report on stdout, in the format that was asked for. */
  protected tell(report: RunReport, flags: Pick<WritingFlags, 'output' | 'json' | 'quiet'>): Promise<RunReport> {
    return this.conclude(report, flags, runViews)
  }

  /** As the ledger keeps it: the way to the file from anywhere. */
  private recordedPlace(): Pick<RunRequest, 'place'> {
    const {kubeconfig, isInCluster} = this.place()
    if (kubeconfig === undefined && !isInCluster) return {}
    return {
      place: {...(kubeconfig !== undefined && {kubeconfig: resolve(kubeconfig)}), ...(isInCluster && {isInCluster})},
    }
  }

  /**
   * How current the plan must be. A cache that may be old is taken only where the command line asks for it: a default that was
   * made for reading must not leave newer workloads out of a write.
   */
  protected freshForWrites(fresh: Freshness): Freshness {
    const origin = this.originOf('fresh')
    if (origin === undefined || fresh === 'exact' || fresh === 'scan') return fresh
    this.runtime.stderr.write(
      `--fresh from ${origin} is not used: a command that writes takes it only from the command line. The plan is exact.\n`,
    )
    return 'exact'
  }

  private runIn(
    clusters: Clusters,
    session: Session,
    asked: WritingRun,
    {logTail, ...flags}: WritingFlags & {readonly logTail: HeardLogTail},
  ): Promise<RunReport> {
    const {runtime} = this
    const {run, verb, resumed, before, retryOf, subject} = asked
    const eventRecorder = openEventRecorder(runtime, clusters, session)
    const check = clusterCheck((context, uid, signal) => clusters.open(context).confirmIdentity(uid, signal))
    const made = {run, resumed, before, flags, clusters, check, clock: runtime.clock, logTail, eventRecorder}
    const actors = createActors(runtime.user, runtime, clusters, session)
    const spoke = verb.spoke(asked.arguments, {...made, by: actors.words})
    const plan = {...subject, verb: spoke.verb, restartedAt: run.stamp, undoFailed: flags['undo-failed']}
    const composition = {
      run,
      meaning: {verb: spoke.verb, arguments: asked.recorded},
      check,
      discovery: asked.discovery(clusters),
      needs: verb.needs,
      strict: flags.preflight === 'strict',
      lock: lockPolicy(run, spoke.verb, flags, runtime, actors.usernameIn),
      actors,
      agree: agreeToPlan(plan, flags, {runtime, clusters, session, place: this.place()}),
      gate: waveGate(flags, runtime, session),
    }
    const request = {
      ...runRequest(run, spoke, asked.recorded, flags),
      reason: subject.reason,
      ...this.recordedPlace(),
      ...(retryOf && {retryOf, before}),
    }
    return runHub(request, hubDeps(composition, runtime, clusters, session)).finally(eventRecorder.settled)
  }
}
