import {matches} from '../../discovery/image/image-query.ts'
import {type AccessNeed, targetNeeds} from '../../discovery/plan/preflight.ts'
import {checkedWorkloads} from '../../distribution/identity/checked-workloads.ts'
import type {ClusterCheck} from '../../distribution/identity/cluster-check.ts'
import type {EventRecorder} from '../../distribution/record-events.ts'
import type {Spoke} from '../../distribution/spoke.ts'
import {restartSpoke} from '../../distribution/spokes/restart.ts'
import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import type {Snapshot} from '../../model/snapshot.ts'
import type {Target} from '../../model/target.ts'
import type {Clusters} from '../clusters.ts'
import type {Runtime} from '../process/runtime.ts'
import {imageQueryOf} from './image-query.ts'
import type {HeardLogTail} from './log-tail.ts'
import type {RunIdentity} from './run-identity.ts'

export interface SpokeFlags {
  readonly wait: boolean
  /** Undefined: it is not said. */
  readonly timeout?: number | undefined
  readonly 'fail-fast': boolean
  readonly 'change-cause': boolean
  readonly 'dry-run'?: 'client' | 'server' | undefined
}

/** What every spoke is made from, beside what its verb was asked to do. */
export interface VerbRun {
  readonly run: Pick<RunIdentity, 'id' | 'stamp'>
  /** The run may have begun in an earlier invocation, or takes up another one. */
  readonly resumed: boolean
  /** What an earlier invocation found before it wrote, by the UID of the workload. */
  readonly before: ReadonlyMap<string, Snapshot>
  readonly flags: SpokeFlags
  readonly clusters: Pick<Clusters, 'open'>
  readonly check: ClusterCheck
  readonly clock: Runtime['clock']
  readonly logTail: Pick<HeardLogTail, 'hear'>
  /** `ada on laptop-7`, and whom the cluster that the context leads to takes her for. */
  by(context: string): string
  readonly eventRecorder: Pick<EventRecorder, 'announce'>
}

export interface Verb {
  /** What it has written can be taken back: `--undo-failed`. */
  readonly undoes: boolean
  /** What it must be allowed to do with a target. */
  needs(target: Target): readonly AccessNeed[]
  /**
   * From the arguments as they are typed and recorded, so that a retry makes the same spoke as the run that it takes up.
   *
   * @throws HubspokeError of class `usage` for arguments that the verb cannot use
   */
  spoke(args: ArgumentsEntry, run: VerbRun): Spoke
}

const restart: Verb = {
  undoes: true,
  needs: targetNeeds('restart'),
  spoke({image}, {run, resumed, before, flags, clusters, check, clock, logTail, by, eventRecorder}) {
    const query = imageQueryOf(String(image))
    return restartSpoke({
      workloads: (target) => checkedWorkloads(clusters.open(target.context).workloads, target, check),
      runsImage: (images) => images.filter((one) => matches(query, one.image)),
      restartedAt: run.stamp,
      runId: run.id,
      by,
      changeCause: flags['change-cause'],
      announce: eventRecorder.announce,
      resumed,
      before,
      wait: flags.wait,
      timeoutMs: flags.timeout,
      clock,
      dryRun: flags['dry-run'] === 'server',
      failFast: flags['fail-fast'],
      ...(logTail.hear && {onLogTail: logTail.hear}),
    })
  },
}

/** Every verb that acts on workloads, by the name that ledgers record. */
export const verbs = {restart} as const satisfies Readonly<Record<string, Verb>>

/** Undefined: this version does not know it. */
export function verbOf(name: string): Verb | undefined {
  return new Map<string, Verb>(Object.entries(verbs)).get(name)
}
