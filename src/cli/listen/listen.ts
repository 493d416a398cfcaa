import type {Config} from '@oclif/core'
import type {Planned} from '../../listen/queue/records.ts'
import type {RuleFile} from '../../listen/rules/rule-file.ts'
import {rulebookOf} from '../../listen/rules/rulebook.ts'
import type {Hook} from '../../listen/server/hook.ts'
import type {RunEnd} from '../../listen/service/run-queue.ts'
import type {CheckReport} from '../../model/check-report.ts'
import type {StopSignal} from '../../model/exit-code.ts'
import {toFailure} from '../../model/failure.ts'
import type {ListenReport} from '../../model/listen-report.ts'
import type {FindReport, RunReport} from '../../model/report.ts'
import {quoted} from '../../shared/problem.ts'
import {countOf} from '../../shared/words.ts'
import {summarizeListen} from '../../summary/summarize-listen.ts'
import {withClusters} from '../clusters.ts'
import {readConfigFile} from '../config/read-config-file.ts'
import {processIdentity} from '../process/process-identity.ts'
import type {Runtime} from '../process/runtime.ts'
import {type Session, type SessionFlags, withSession} from '../process/session.ts'
import {checkRules, ruleEntries, sourceEntries} from './check-rules.ts'
import {type CommandHere, commandHere} from './command-here.ts'
import {leadReplicas} from './lead-replicas.ts'
import {type ListenLog, listenLog} from './listen-log.ts'
import type {ListenSettings} from './listen-settings.ts'
import {openHooks} from './open-hooks.ts'
import {readRules} from './read-rules.ts'
import {runEndOf} from './run-end.ts'
import {type Configured, serveEvents} from './serve-events.ts'

type LoadedCommand = Pick<CommandHere, 'id' | 'load'>

export interface ListenDeps {
  readonly config: Config
  readonly runtime: Runtime
  readonly flags: SessionFlags
  /** Only look at the rules. */
  readonly check: boolean
  /** The commands that rules and their check run, by name. */
  readonly commands: Readonly<Record<'find' | 'check' | 'restart' | 'set-image', LoadedCommand>>
}

/**
 * Carries out `listen`, or its `--check`.
 *
 * @throws HubspokeError for rules, secrets, an address or a journal that cannot be used
 */
export async function listen(settings: ListenSettings, deps: ListenDeps): Promise<ListenReport> {
  const file = await readRules(settings.rulesPath, deps.runtime)
  const described = {rulesFile: settings.rulesPath, sources: sourceEntries(file)}
  const places = {rulesFile: quoted(settings.rulesPath), allowNone: settings.insecureNoAuth}
  const hooks = await openHooks(file.sources, places, deps.runtime)
  if (deps.check) {
    const rules = await checkRules(file, readingCommands(settings, deps))
    return summarizeListen({...described, rules, service: null}, undefined)
  }
  const reload = withReload(deps.runtime)
  return withSession(reload.runtime, deps.flags, async (session) => {
    const log = listenLog(session.onEvent, deps.runtime.clock)
    let configured: Configured = configuredBy(file, hooks)
    const release = reload.onReload(async () => {
      try {
        const next = await readRules(settings.rulesPath, deps.runtime)
        configured = configuredBy(next, await openHooks(next.sources, places, deps.runtime))
        log.say(
          `the rules were read again: ${countOf(next.rules.length, 'rule')}, ${countOf(next.sources.length, 'source')}`,
        )
      } catch (error) {
        log.say(`the rules stay as they were: ${toFailure(error).message}`)
      }
    })
    try {
      await serve({settings, deps, session, log, configured: () => configured})
    } finally {
      release()
    }
    const service = log.total(settings.journalDirectory)
    return summarizeListen({...described, rules: ruleEntries(file), service}, session.stop.reason)
  })
}

function configuredBy(file: RuleFile, hooks: readonly Hook[]): Configured {
  return {rulebook: rulebookOf(file.rules), hooks}
}

interface Serving {
  readonly settings: ListenSettings
  readonly deps: ListenDeps
  readonly session: Session
  readonly log: ListenLog
  configured(): Configured
}

async function serve({settings, deps, session, log, configured}: Serving): Promise<void> {
  const {clock} = deps.runtime
  const stop = session.stop.signal
  await serveEvents(settings, {
    ...{clock, stop, configured, observer: log},
    journalOwner: {pid: process.pid, identityOf: processIdentity, date: () => clock.date()},
    run: (plan, until) => runPlan(plan, until, {settings, deps, session}),
    lead: (work) => leading({settings, deps, session, log}, work),
    metrics: async () => '',
  })
}

/** Without `--lease` this process is the only one that acts. */
async function leading(
  {settings, deps, session, log}: Omit<Serving, 'configured'>,
  work: (lost: AbortSignal) => Promise<void>,
): Promise<void> {
  const {leaseContext, leaseNamespace, kubeconfig} = settings
  const {runtime} = deps
  const stop = session.stop.signal
  if (leaseContext === undefined) return work(new AbortController().signal)
  const flags = {context: [leaseContext], ...(kubeconfig !== undefined && {kubeconfig})}
  const reach = {writes: true, runtime, file: await readConfigFile(runtime), session}
  await withClusters(flags, reach, async (clusters) => {
    const [context] = clusters.selected
    if (context === undefined) throw new Error('a selection of one context has none')
    await leadReplicas({context, namespace: leaseNamespace, stop, say: log.say}, work, {clusters, runtime})
  })
}

/** The command of a rule, as if it had been typed. */
async function runPlan(
  {words}: Planned,
  until: AbortSignal,
  {settings, deps, session}: Pick<Serving, 'settings' | 'deps' | 'session'>,
): Promise<RunEnd> {
  const [verb, ...rest] = words
  const command = verb === 'restart' || verb === 'set-image' ? deps.commands[verb] : undefined
  if (command === undefined) throw new Error('a rule has planned another verb than those of rules')
  const dryRun = settings.dryRun && !rest.includes('--dry-run') ? ['--dry-run', 'client'] : []
  const {config, runtime} = deps
  const onStopSignal = (listener: (signal: StopSignal) => void) => {
    const stopped = () => listener(signalOf(session))
    if (until.aborted) stopped()
    until.addEventListener('abort', stopped, {once: true})
    return () => until.removeEventListener('abort', stopped)
  }
  const all = [...rest, ...dryRun, ...settings.placeWords]
  return runEndOf(await commandHere<RunReport>({...command, words: all}, {config, runtime, onStopSignal}))
}

function signalOf({stop: {reason}}: Session): StopSignal {
  return reason === 'SIGINT' || reason === 'SIGHUP' ? reason : 'SIGTERM'
}

function readingCommands({placeWords}: ListenSettings, {commands, config, runtime}: ListenDeps) {
  const {onStopSignal} = runtime
  const read = <R extends {readonly type: string}>(command: LoadedCommand, words: readonly string[]) =>
    commandHere<R>({...command, words: [...words, ...placeWords]}, {config, runtime, onStopSignal})
  return {
    find: (words: readonly string[]) => read<FindReport>(commands.find, words),
    check: (words: readonly string[]) => read<CheckReport>(commands.check, words),
  }
}

/** SIGHUP asks a service to read its configuration again, and stops it no more. */
function withReload(runtime: Runtime) {
  const listeners = new Set<() => Promise<void>>()
  const onStopSignal: Runtime['onStopSignal'] = (listener) =>
    runtime.onStopSignal((signal) => {
      if (signal !== 'SIGHUP') return listener(signal)
      for (const each of listeners) void each()
    })
  return {
    runtime: {...runtime, onStopSignal},
    onReload(listener: () => Promise<void>) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
