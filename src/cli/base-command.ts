import {Command, type Interfaces} from '@oclif/core'
import type {ErrorReport} from '../model/error-report.ts'
import {type Failure, toFailure} from '../model/failure.ts'
import {printable} from '../shared/printable.ts'
import {type CommandPlace, withCommandsPlaced} from '../shared/suggested-command.ts'
import type {Report} from '../summary/documents.ts'
import {type Clusters, type ContextFlags, type Reach, withClusters} from './clusters.ts'
import type {KnownCommands} from './config/configured-flags.ts'
import {type ResolvedFlags, resolveFlags, withoutVariables} from './config/resolve-flags.ts'
import {contextsFrom, type FlagLevel} from './flags/flag-levels.ts'
import {outputFlags} from './flags/flags.ts'
import {documentFormat, requestedFormat} from './flags/requested-format.ts'
import {AlreadyReported} from './process/already-reported.ts'
import {reportFailure} from './process/report-failure.ts'
import {processRuntime, type Runtime} from './process/runtime.ts'
import {type Session, type SessionFlags, withSession} from './process/session.ts'
import {usageFailure, withOrigin} from './process/usage-failure.ts'
import {type Views, viewIn, viewOptions} from './views.ts'

/** Flags that choose where and among what is searched. */
const selectingFlags = ['context', 'group', 'cache-namespace', 'namespace', 'selector', 'kind'] as const

/** What every command is: it composes a request, and ends with a document, its view and the verdict's exit code. */
export abstract class BaseCommand extends Command {
  static override baseFlags = outputFlags

  /** Tests open another one. */
  static openRuntime(): Runtime {
    return processRuntime()
  }

  protected runtime: Runtime = (this.constructor as typeof BaseCommand).openRuntime()

  /** The command line as it was typed: parsing changes `argv`. */
  protected readonly typed: readonly string[] = [...this.argv]

  /** The recorded options of the run that is continued: below the command line, above all other sources. */
  protected recorded: FlagLevel = new Map()

  /** Undefined: they could not be read yet. */
  protected resolved: ResolvedFlags | undefined

  /** Undefined: the command has not ended, or has only shown its help. */
  protected exitCode: number | undefined

  private isInCluster = false

  protected override async parse<
    F extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    B extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    A extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(options?: Interfaces.Input<F, B, A>, argv = this.argv): Promise<Interfaces.ParserOutput<F, B, A>> {
    this.resolved = await resolveFlags(argv, this.knownCommands(), this.runtime, this.recorded)
    const {flags, baseFlags} = options ?? {}
    const filledIn = {
      ...options,
      ...(flags && {flags: withoutVariables(flags)}),
      ...(baseFlags && {baseFlags: withoutVariables(baseFlags)}),
    }
    return super.parse(filledIn, [...this.resolved.argv])
  }

  private knownCommands(): KnownCommands {
    const typed = (id: string) => id.replaceAll(':', ' ')
    return {
      running: typed(this.id ?? ''),
      flags: {...this.ctor.baseFlags, ...this.ctor.flags},
      described: new Map(this.config.commands.map(({id, flags}) => [typed(id), flags])),
    }
  }

  /** Where a command that is suggested has to say that its contexts come from. */
  protected place(): CommandPlace {
    const kubeconfig = this.resolved?.said.get('kubeconfig')?.values.at(-1)
    return {
      program: this.runtime.program.typed,
      ...(kubeconfig !== undefined && {kubeconfig}),
      isInCluster: this.isInCluster,
    }
  }

  /** What chose the contexts, when that was not the command line. */
  protected contextsFrom(): string | undefined {
    return this.resolved && contextsFrom(this.resolved)
  }

  /** What says the value of a flag, when that is not the command line: a variable, or the config file. */
  protected originOf(flag: string): string | undefined {
    return this.resolved?.said.get(flag)?.origin
  }

  /** Is the flag on the command line itself? Variables and config files may set it for other commands. */
  protected isTyped(flag: string): boolean {
    const said = this.resolved?.said.get(flag)
    return said !== undefined && said.origin === undefined
  }

  /** What was typed to choose contexts and workloads, as the words of another command that is to search the same. */
  private selection(): readonly string[] {
    const flags: Readonly<Record<string, {readonly char?: string | undefined}>> = {
      ...this.ctor.baseFlags,
      ...this.ctor.flags,
    }
    return selectingFlags.flatMap((name) => {
      if (!this.isTyped(name)) return []
      const char = flags[name]?.char
      return (this.resolved?.said.get(name)?.values ?? []).flatMap((value) => [
        char === undefined ? `--${name}` : `-${char}`,
        value,
      ])
    })
  }

  /** Opens the selected clusters for `work`, with progress and an ear for signals; all of it is closed afterwards. */
  protected reaching<R>(
    flags: ContextFlags & SessionFlags,
    reach: Reach,
    work: (clusters: Clusters, session: Session) => Promise<R>,
  ): Promise<R> {
    if (!this.resolved) throw new Error('clusters are reached before the flags were parsed')
    const {runtime} = this
    const {file} = this.resolved
    const originOf = (flag: string) => this.originOf(flag)
    return withSession(runtime, flags, (session) =>
      withClusters(flags, {...reach, originOf, runtime, file, session}, (clusters) => {
        this.isInCluster = clusters.isInCluster
        sayTurns(clusters, session)
        return work(clusters, session)
      }),
    )
  }

  /** Writes the result to stdout in the format that was asked for, and sets the exit code from its verdict. */
  protected async conclude<R extends Exclude<Report, ErrorReport>>(
    unplaced: R,
    {output, json, quiet}: {readonly output: string; readonly json: boolean; readonly quiet: boolean},
    views: Views<NoInfer<R>>,
  ): Promise<R> {
    const {stdout, stderr, env} = this.runtime
    const view = viewIn(views, json ? 'json' : output)
    const report = withCommandsPlaced(await this.withSelection(unplaced), this.place())
    stdout.write(await view.render(report, viewOptions(stdout, env, {place: this.place()})))
    const hints = (await view.hints?.(report, viewOptions(stderr, env))) ?? []
    stderr.write(hints.map((line) => `${line}\n`).join(''))
    if (view.verdict === 'always on stderr' || (view.verdict === 'on stderr' && !quiet)) {
      stderr.write(`Exit ${report.verdict.code}: ${printable(report.verdict.sentence)}\n`)
    }
    await stdout.flushed()
    this.endWith(report.verdict.code)
    return report
  }

  /** The same report, whose commands for images that may have been meant search where this invocation searched. */
  private async withSelection<R extends Report>(report: R): Promise<R> {
    if (!('nearImages' in report) || report.nearImages.length === 0) return report
    const {nearImageCommands} = await import('../summary/near-images.ts')
    return {...report, suggestions: nearImageCommands(report.nearImages, this.selection())}
  }

  /**
   * Replaces oclif's own, which under `--json` forgets the exit code of an error and prints the whole parse context. One
   * place, so that codes are the same in every format.
   */
  protected override async catch(error: Error): Promise<never> {
    if ('code' in error && error.code === 'EEXIT') throw error
    const {env, stdout, stderr} = this.runtime
    const found = this.failureOf(error)
    const message = found.class === 'usage' ? withOrigin(found.message, (flag) => this.originOf(flag)) : found.message
    const failure = withCommandsPlaced({...found, message}, this.place())
    const format = this.resolved ? documentFormat(this.resolved) : requestedFormat(this.typed, env)
    this.endWith(await reportFailure(failure, {format, stdout, stderr}))
    throw new AlreadyReported(failure.message)
  }

  private endWith(exitCode: number): void {
    this.exitCode = exitCode
    this.runtime.setExitCode(exitCode)
  }

  private failureOf(error: Error): Failure {
    // oclif marks what it refuses, and also what our own flags refuse: then it has put words around our sentence.
    if (!('oclif' in error)) return toFailure(error)
    const {flags = {}, baseFlags = {}} = this.ctor
    return usageFailure(
      error,
      `${this.config.bin} ${this.id?.replaceAll(':', ' ')}`,
      Object.keys({...baseFlags, ...flags}),
    )
  }
}

/** More contexts than there may be connections at once are no failure, but they take their time. */
function sayTurns({selected, connectedAtOnce}: Clusters, {onEvent}: Session): void {
  if (selected.length <= connectedAtOnce) return
  const message = `${selected.length} contexts take turns, ${connectedAtOnce} connected at a time: this process may open few files (ulimit -n).`
  onEvent({type: 'notice', message})
}
