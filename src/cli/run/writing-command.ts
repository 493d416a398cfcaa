import {resolve} from 'node:path'
import type {Freshness} from '../../discovery/cache/freshness.ts'
import type {ImageQuery} from '../../image/image-query.ts'
import {createRunTally} from '../../metrics/run-tally.ts'
import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import type {ContextsOrigin} from '../../model/contexts-origin.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {RecordedRun} from '../../model/recorded-run.ts'
import type {RunReport} from '../../model/report.ts'
import type {Verb} from '../../verbs/verb.ts'
import {BaseCommand} from '../base-command.ts'
import type {ContextFlags, Reach} from '../clusters.ts'
import type {ResolvedFlags} from '../config/resolve-flags.ts'
import {openConfirmation, requireTerminalOrYes} from '../consent/consent.ts'
import {metricsTargets} from '../flags/metrics-flags.ts'
import type {SessionFlags} from '../process/session.ts'
import {runViews} from '../report-views.ts'
import {hearLogTail} from './log-tail.ts'
import type {SourceRequest} from './open-source.ts'
import {recordedSnapshots} from './recorded-snapshots.ts'
import {requirePossible} from './require-possible.ts'
import {runIdentity} from './run-identity.ts'
import {earlierInvocations} from './run-ledger.ts'
import {runSettings, type WriteFlags} from './run-settings.ts'
import {requireNamedAgain} from './same-run.ts'
import {selectionOf, type WorkloadFlags} from './selection.ts'
import {type RunStart, startRun} from './start-run.ts'

type OutputFlags = {readonly output: string; readonly json: boolean; readonly quiet: boolean}

/** What every writing command shares: it starts a run in the selected clusters, and writes its report. */
export abstract class WritingCommand extends BaseCommand {
  private readonly tally = createRunTally()

  /** The path of the ledger of the run; null: it has none. */
  private ledger: string | null = null

  /** @param reach beside that it writes: which contexts are selected */
  protected async carryOut(
    start: RunStart,
    flags: ContextFlags & SessionFlags & OutputFlags,
    reach: Partial<Reach> = {},
  ): Promise<RunReport> {
    const {runtime} = this
    const {settings, verb, args} = start
    const {yes, additional} = settings.consent
    const confirmation = openConfirmation(verb.text(verb.parse(args)).confirmation, additional)
    if (settings.dryRun === null) requireTerminalOrYes({yes, confirmation}, runtime)
    const logTail = hearLogTail(settings, runtime)
    const report = await this.reaching(flags, {writes: true, ...reach}, (clusters, session) =>
      startRun(start, {
        ...{runtime, clusters, session, place: this.place(), origin: this.contextsOrigin()},
        onLogTail: logTail.hear,
        listeners: [this.tally.onEvent, ...(runtime.onRunEvent ? [runtime.onRunEvent] : [])],
      }),
    )
    this.ledger = report.run.ledger
    return this.tell(logTail.conclude(report), flags)
  }

  /**
   * What a run of this verb is to do, except for its source. With `--run-id` it may have begun in an earlier invocation:
   * `begun` is what its ledger says, undefined where there is none.
   *
   * @throws HubspokeError of class `usage` for arguments or flags that are not possible, or a run id of another run
   */
  protected async startOf<Args>(
    verb: Verb<Args>,
    recorded: ArgumentsEntry,
    flags: WriteFlags & {readonly 'run-id'?: string | undefined},
  ): Promise<{
    readonly args: Args
    readonly start: Omit<RunStart, 'source'>
    readonly begun: RecordedRun | undefined
  }> {
    const {runtime} = this
    const args = verb.parse(recorded)
    const run = runIdentity(flags['run-id'], runtime)
    requirePossible(flags, verb, runtime)
    const settings = runSettings(flags)
    const meaning = {verb: verb.name, args: recorded, options: settings.recorded}
    const begun = await earlierInvocations(run, meaning, runtime)
    const snapshots = recordedSnapshots(begun?.targets ?? [])
    const contextsFrom = this.contextsFrom()
    const start = {run, verb, args: recorded, settings, resumed: run.named, snapshots, contextsFrom}
    return {args, start, begun}
  }

  /**
   * Where the targets of a verb on workloads come from: the file of `--targets`, else what runs the image in the selected
   * contexts. Reads that file, and from then on asks questions on the terminal itself if it was stdin.
   *
   * @param begun what earlier invocations of this run have planned: a file must still name all of it
   * @throws HubspokeError of class `usage` for a file that is wrong, or with flags that cannot apply to it
   */
  protected async sourceOf(
    query: ImageQuery,
    flags: ContextFlags &
      WorkloadFlags & {readonly targets?: string | undefined; readonly 'run-id'?: string | undefined},
    begun: RecordedRun | undefined,
  ): Promise<{readonly source: SourceRequest; readonly reach: Partial<Reach>}> {
    const {targets: path} = flags
    if (path === undefined) {
      const selection = selectionOf({...flags, fresh: this.freshForWrites(flags.fresh)})
      return {source: {from: 'image', query, selection}, reach: {}}
    }
    this.refuseSearching(flags)
    const {openTargets} = await import('./targets-file/open-targets.ts') // it reads YAML
    const {file, targets} = await openTargets(path, this.runtime)
    if (begun !== undefined) requireNamedAgain(flags['run-id'] ?? '', begun.targets, {file, targets})
    if (path === '-') this.runtime = {...this.runtime, terminal: this.runtime.ownTerminal()}
    const contextsSelected = [...(flags.context ?? []), ...(flags.group ?? [])].length > 0
    const names = new Set(targets.map(({context}) => context))
    const {kinds, namespaces} = selectionOf(flags)
    return {
      source: {from: 'file', query, file, targets, kinds, namespaces, contextsSelected},
      // The file includes its contexts: `-c '!PATTERN'` alone is a selection, too.
      reach: contextsSelected ? {writes: false} : {only: ({name}) => names.has(name)},
    }
  }

  /** What describes a search cannot apply to targets that are named. */
  private refuseSearching({selector}: Pick<WorkloadFlags, 'selector'>): void {
    const origin = this.originOf('selector')
    if (selector !== undefined) {
      const said = origin === undefined ? '-l' : `-l (from ${origin})`
      throw new HubspokeError('usage', `${said} cannot be used with --targets: the file does not tell the labels.`, {
        suggestions: ['hubspoke find IMAGE -l SELECTOR -o json  writes a targets file with these labels only'],
      })
    }
    if (this.isTyped('fresh')) {
      throw new HubspokeError(
        'usage',
        '--fresh cannot be used with --targets: each target is read before it is written.',
      )
    }
  }

  /** What the run leaves elsewhere, whatever its end is. A dry run leaves nothing. */
  protected override async finally(error: Error | undefined): Promise<void> {
    await super.finally(error)
    const {exitCode, resolved} = this
    if (exitCode === undefined || resolved === undefined || resolved.said.has('dry-run')) return
    await Promise.all([this.leaveMetrics(exitCode, resolved), this.leaveTrace(exitCode)])
  }

  /** Also of a run that was refused before it began. */
  private async leaveMetrics(exitCode: number, resolved: ResolvedFlags): Promise<void> {
    const targets = metricsTargets(resolved)
    if (targets.file === undefined && targets.gateway === undefined) return
    const {exportMetrics} = await import('./export-metrics.ts') // it loads prom-client
    const name = targets.name ?? this.id?.replaceAll(':', '-') ?? ''
    await exportMetrics({...targets, name}, {exitCode, totals: this.tally.totals()}, this.runtime)
  }

  /** Of a run that has a ledger. */
  private async leaveTrace(exitCode: number): Promise<void> {
    const {ledger, config, runtime} = this
    const {OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces} = runtime.env
    if (ledger === null || !(all || traces)) return
    const {exportTraces} = await import('./export-traces.ts') // it loads an HTTP client
    await exportTraces({ledger, exitCode, version: config.version}, runtime)
  }

  /** The report on stdout, in the format that was asked for. */
  protected tell(report: RunReport, flags: OutputFlags): Promise<RunReport> {
    return this.conclude(report, flags, runViews)
  }

  /** As the ledger keeps it: the absolute path of the file. */
  private contextsOrigin(): ContextsOrigin | undefined {
    const {kubeconfig, isInCluster} = this.place()
    if (kubeconfig === undefined && !isInCluster) return undefined
    return {...(kubeconfig !== undefined && {kubeconfig: resolve(kubeconfig)}), ...(isInCluster && {isInCluster})}
  }

  /**
   * How current the plan must be. A cache that may be old is used only where the command line asks for it: a default that was
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
}
